/** Evaluated before everything else of the app: begins what takes longest, the worker with the run-time's download. */
import { startModelWorker } from './model/start-worker.ts';

startModelWorker();
