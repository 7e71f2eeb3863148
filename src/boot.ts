/** Evaluated before everything else of the app: begins what takes longest, the start of the run-time. */
import { startModelWorker } from './model/start-worker.ts';

startModelWorker();
