/** The worker of WebGPU: its run-time and that of the model worker would share one scope's globals. */
import { detailOf } from '../../domain/app-error.ts';
import type { BackendLoss } from '../acceleration.ts';
import { readAdapter } from './adapter.ts';
import type { FromWebGpu, ToWebGpu } from './messages.ts';
import { WebGpuSession } from './session.ts';

let session: WebGpuSession | null = null;
/** A session runs one call at a time. */
let turn: Promise<void> = Promise.resolve();

function post(message: FromWebGpu, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

function fail(reason: BackendLoss, detail: string): void {
  post({ kind: 'failed', reason, detail });
}

async function start(model: Uint8Array, wasm: Uint8Array): Promise<void> {
  if ((await readAdapter()) === null) {
    fail('no_adapter', '');
    return;
  }
  session = await WebGpuSession.start(model, wasm, fail);
  post({ kind: 'started', adapter: session.adapter, runtimeVersion: session.runtimeVersion });
}

async function run({ id, scaled, rows }: Extract<ToWebGpu, { kind: 'run' }>): Promise<void> {
  if (!session) throw new Error('not started');
  const output = await session.run(scaled, rows);
  post({ kind: 'output', id, output }, Object.values(output).map((array: Float32Array | Uint8Array) => array.buffer));
}

self.onmessage = ({ data }: MessageEvent<ToWebGpu>) => {
  turn = turn.then(() => (data.kind === 'start' ? start(data.model, data.wasm) : run(data))).catch((thrown: unknown) => {
    fail(/out of memory/i.test(detailOf(thrown)) ? 'out_of_memory' : 'failed', detailOf(thrown));
  });
};
