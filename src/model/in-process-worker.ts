import { CommandHandler } from './command-handler.ts';
import type { ModelServer } from './model-server.ts';
import { commandSchema } from './protocol.ts';
import type { WorkerLike } from './worker-client.ts';

/** A model server in the same thread behind the interface of a worker: for the command line and for tests. */
export function createInProcessWorker(server: ModelServer): WorkerLike {
  const worker: WorkerLike = {
    onmessage: null,
    onmessageerror: null,
    onerror: null,
    postMessage(message) {
      const command = commandSchema.parse(message);
      if (command.kind !== 'configure') void handler.handle(command);
    },
    terminate() {
      worker.onmessage = null;
    },
  };
  const handler = new CommandHandler(server, (reply) => {
    // Like a worker's, a reply never arrives before the call that asked for it has returned.
    queueMicrotask(() => worker.onmessage?.(new MessageEvent('message', { data: reply })));
  });
  return worker;
}
