/** The worker of the models: configured by the first message, then a server behind this port. */
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { CommandHandler } from './command-handler.ts';
import { httpFiles } from './files.ts';
import { ModelServer } from './model-server.ts';
import { commandSchema, type Reply } from './protocol.ts';
import { configureRuntime, createWasmBackend } from './sessions.ts';

/** By then a page that starts has drawn itself and stored its release. */
const REHEARSAL_AFTER_MS = 4_000;

configureRuntime({ url: wasmUrl });
// The run-time starts once the first bundle answers without it. Its wasm, by far the largest file, comes down meanwhile.
void fetch(wasmUrl, { priority: 'low' })
  .then((response) => response.arrayBuffer())
  .catch(() => undefined);

let handler: CommandHandler | null = null;

self.onmessage = ({ data }: MessageEvent<unknown>) => {
  const command = commandSchema.parse(data);
  if (command.kind === 'configure') {
    const server = new ModelServer({
      files: httpFiles(command.modelsUrl),
      publicKey: __MANIFEST_PUBLIC_KEY__,
      createBackend: createWasmBackend,
      createThread: () => new Worker(new URL('./plain/plain.worker.ts', import.meta.url), { type: 'module', name: 'files' }),
      rehearsalAfterMs: REHEARSAL_AFTER_MS,
      loadAccelerator: async () => {
        const { Accelerator } = await import('./webgpu/accelerator.ts');
        return new Accelerator({
          files: httpFiles(command.modelsUrl),
          onEvent: (event) => {
            self.postMessage({ kind: 'event', id: -1, event } satisfies Reply);
          },
        });
      },
      runtimeFile: new URL(wasmUrl, self.location.href).href,
    });
    handler = new CommandHandler(server, (reply, transfer) => {
      self.postMessage(reply, { transfer });
    });
    return;
  }
  if (!handler) throw new Error('the first message must be "configure"');
  void handler.handle(command);
};
