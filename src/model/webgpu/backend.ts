/** Backend `webgpu`, from the model worker's side. Loaded only when WebGPU is chosen. */
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { detailOf } from '../../domain/app-error.ts';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import type { BackendLoss } from '../acceleration.ts';
import type { BackendOutput, InferenceBackend } from '../backend.ts';
import type { FromWebGpu, ToWebGpu, WebGpuOutput } from './messages.ts';

/** Why WebGPU cannot be used (any more). */
export class BackendLost extends Error {
  readonly reason: BackendLoss;

  constructor(reason: BackendLoss, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** The part of a `Worker` that is used here. */
export interface WebGpuWorker {
  postMessage(message: ToWebGpu, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWebGpu>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Waiting<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (lost: BackendLost) => void;
}

/** Until then every shader is compiled. */
const START_MS = 90_000;
const FETCH_MS = 180_000;

/** One graph on the device's adapter. The first failure is final: every call from then on rejects with it. Whoever calls bounds the wait. */
export class WebGpuBackend implements InferenceBackend {
  readonly name = 'webgpu';
  adapter = '';
  runtimeVersion = '';
  readonly #worker: WebGpuWorker;
  readonly #onLost: (lost: BackendLost) => void;
  #starting: Waiting<void> | null = null;
  readonly #running = new Map<number, Waiting<WebGpuOutput>>();
  #lost: BackendLost | null = null;
  #released = false;
  #nextId = 0;

  private constructor(worker: WebGpuWorker, onLost: (lost: BackendLost) => void) {
    this.#worker = worker;
    this.#onLost = onLost;
    worker.onmessage = ({ data }) => this.#hear(data);
    worker.onerror = ({ message }) => this.#lose('failed', message);
  }

  /** Starts the run-time with a graph, whose bytes it takes, and warms it up. Rejects with {@link BackendLost}; `onLost` hears of a loss after that, once. */
  static async start(
    model: Uint8Array<ArrayBuffer>,
    wasm: Uint8Array<ArrayBuffer>,
    onLost: (lost: BackendLost) => void,
    createWorker: () => WebGpuWorker = newWorker,
  ): Promise<WebGpuBackend> {
    let started = false;
    const backend = new WebGpuBackend(createWorker(), (lost) => {
      if (started) onLost(lost);
    });
    const timer = setTimeout(() => backend.#lose('hung', `not started within ${START_MS} ms`), START_MS);
    try {
      await new Promise<void>((resolve, reject) => {
        backend.#starting = { resolve, reject };
        backend.#worker.postMessage({ kind: 'start', model, wasm }, [model.buffer, wasm.buffer]);
      });
    } finally {
      clearTimeout(timer);
    }
    started = true;
    return backend;
  }

  async infer(scaled: Float64Array, rows: number): Promise<BackendOutput> {
    if (this.#lost) throw this.#lost;
    const input = Float32Array.from(scaled.subarray(0, rows * FEATURE_COUNT));
    const id = (this.#nextId += 1);
    const answer = new Promise<WebGpuOutput>((resolve, reject) => {
      this.#running.set(id, { resolve, reject });
      this.#worker.postMessage({ kind: 'run', id, scaled: input, rows }, [input.buffer]);
    });
    const { latents, reconstruction, score, doubtful } = await answer;
    return {
      latents: Float64Array.from(latents),
      reconstruction: Float64Array.from(reconstruction),
      score: Float64Array.from(score),
      doubtful,
    };
  }

  /** The device does not tell. */
  heapBytes(): number {
    return 0;
  }

  release(): Promise<void> {
    this.#released = true;
    this.#lose('failed', 'released');
    return Promise.resolve();
  }

  #hear(message: FromWebGpu): void {
    switch (message.kind) {
      case 'started':
        this.adapter = message.adapter;
        this.runtimeVersion = message.runtimeVersion;
        this.#starting?.resolve();
        this.#starting = null;
        break;
      case 'output':
        this.#running.get(message.id)?.resolve(message.output);
        this.#running.delete(message.id);
        break;
      case 'failed':
        this.#lose(message.reason, message.detail);
        break;
    }
  }

  #lose(reason: BackendLoss, detail: string): void {
    if (this.#lost) return;
    const lost = new BackendLost(reason, detail);
    this.#lost = lost;
    this.#worker.terminate();
    this.#starting?.reject(lost);
    for (const { reject } of this.#running.values()) reject(lost);
    this.#running.clear();
    if (!this.#released) this.#onLost(lost);
  }
}

/**
 * The run-time's wasm. The model worker fetches it: of what a worker's worker asks for, browsers do not tell the service worker whose
 * it is. Rejects with {@link BackendLost}.
 */
export async function fetchRuntime(): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = await fetch(wasmUrl, { signal: AbortSignal.timeout(FETCH_MS) });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
    throw new Error(`status ${response.status}`);
  } catch (thrown) {
    throw new BackendLost('failed', `run-time: ${detailOf(thrown)}`);
  }
}

function newWorker(): Worker {
  return new Worker(new URL('./webgpu.worker.ts', import.meta.url), { type: 'module', name: 'webgpu' });
}
