/** Beside sessions.ts the only module that knows onnxruntime-web: its WebGPU build, in a worker of its own. */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { LATENT_COUNT } from '../../domain/bundle.ts';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import type { BackendLoss } from './messages.ts';
import { factsOf } from './adapter.ts';
import type { WebGpuOutput } from './messages.ts';

/** Rows of a run: shorter ones are filled up, so that there are few shapes to compile shaders and keep buffers for. */
const SHAPES = [1, 64, 512] as const;

/** The graph of a bundle on the device's adapter. */
export class WebGpuSession {
  readonly adapter: string;
  readonly runtimeVersion = env.versions.web ?? '';
  readonly #session: InferenceSession;
  readonly #inputs = new Map<number, Tensor>();

  private constructor(session: InferenceSession, adapter: string) {
    this.#session = session;
    this.adapter = adapter;
  }

  /** Starts the run-time with a graph and runs every shape once. `onFault` hears when the device is of no more use. */
  static async start(model: Uint8Array, wasm: Uint8Array, onFault: (reason: BackendLoss, detail: string) => void): Promise<WebGpuSession> {
    env.wasm.numThreads = 1;
    env.wasm.wasmBinary = wasm;
    env.logLevel = 'error';
    const session = await InferenceSession.create(model, { executionProviders: ['webgpu'], logSeverityLevel: 3 });
    const device = (await env.webgpu.device);
    void device.lost.then(({ reason, message }) => onFault('device_lost', `${reason} ${message}`.trim()));
    device.addEventListener('uncapturederror', ({ error }) => {
      onFault(error instanceof GPUOutOfMemoryError ? 'out_of_memory' : 'failed', error.message);
    });
    const started = new WebGpuSession(session, factsOf(device.adapterInfo).name);
    for (const rows of SHAPES) await started.run(new Float32Array(rows * FEATURE_COUNT), rows);
    return started;
  }

  /** Runs up to 512 rows, one call at a time. */
  async run(scaled: Float32Array, rows: number): Promise<WebGpuOutput> {
    const input = this.#input(rows);
    const data = input.data as Float32Array;
    data.set(scaled);
    data.fill(0, scaled.length);
    const outputs = await this.#session.run({ x: input });
    const output = {
      latents: floats(outputs, 'latent').slice(0, rows * LATENT_COUNT),
      reconstruction: floats(outputs, 'reconstruction').slice(0, rows * FEATURE_COUNT),
      score: floats(outputs, 'score').slice(0, rows),
      // In units of the rounding; one that is not a number is a doubt as well.
      doubtful: Uint8Array.from(floats(outputs, 'margin').subarray(0, rows), (margin) => (margin > 1 ? 0 : 1)),
    };
    for (const tensor of Object.values(outputs)) tensor.dispose();
    return output;
  }

  #input(rows: number): Tensor {
    const shape = SHAPES.find((size) => size >= rows);
    if (shape === undefined) throw new RangeError(`${rows} rows at once`);
    let input = this.#inputs.get(shape);
    if (!input) {
      input = new Tensor('float32', new Float32Array(shape * FEATURE_COUNT), [shape, FEATURE_COUNT]);
      this.#inputs.set(shape, input);
    }
    return input;
  }
}

function floats(outputs: InferenceSession.OnnxValueMapType, name: string): Float32Array<ArrayBuffer> {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new TypeError(`the graph has no float32 output "${name}"`);
  return data as Float32Array<ArrayBuffer>;
}
