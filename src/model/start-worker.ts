/** The app's model worker, which may be started before the client that will talk to it is there. */

let waiting: Worker | null = null;

/** Starts a worker for the client that comes next: its run-time downloads meanwhile. */
export function startModelWorker(): void {
  const worker = newWorker();
  // One that fails before anybody listens is no loss: the client starts its own and hears why.
  worker.onerror = () => {
    waiting = null;
  };
  waiting = worker;
}

/** The worker that was started ahead, once; otherwise a new one. */
export function takeModelWorker(): Worker {
  const worker = waiting ?? newWorker();
  waiting = null;
  worker.onerror = null;
  return worker;
}

function newWorker(): Worker {
  return new Worker(new URL('./predict.worker.ts', import.meta.url), { type: 'module', name: 'models' });
}
