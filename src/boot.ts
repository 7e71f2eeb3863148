/** The page's first script: begins what takes longest, the run-time's start, before the rest of the app is even there. */
import { startModelWorker } from './model/start-worker.ts';

startModelWorker();
void import('./main.ts');
