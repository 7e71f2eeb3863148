import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { LATENT_COUNT } from '../domain/bundle.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import type { BackendFactory, BackendOutput, InferenceBackend } from './backend.ts';

/** This module alone knows onnxruntime-web. It runs in a worker and, for the command line, in Node. */

const AUGMENTED = FEATURE_COUNT + LATENT_COUNT;

/** The run-time's wasm: its address, or its bytes where there is nothing to fetch it with. */
export type RuntimeWasm = { readonly url: string } | { readonly bytes: Uint8Array };

/**
 * Prepares the run-time; call once, before the first session. One thread: a shot is too small to divide, and threads would
 * require cross-origin isolation.
 */
export function configureRuntime(wasm: RuntimeWasm): void {
  env.wasm.numThreads = 1;
  env.logLevel = 'error';
  if ('url' in wasm) env.wasm.wasmPaths = { wasm: wasm.url };
  else env.wasm.wasmBinary = wasm.bytes;
}

/**
 * Lets one piece of work at a time into the run-time, whichever session it is for: creating and running sessions waits in
 * between with memory on the wasm's stack, and what came in meanwhile would take it away.
 */
let turn: Promise<unknown> = Promise.resolve();
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const result = turn.then(work);
  turn = result.catch(() => undefined);
  return result;
}

const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ['wasm'],
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  logSeverityLevel: 3,
};

const createSession = (model: Uint8Array): Promise<InferenceSession> =>
  exclusively(() => InferenceSession.create(model, SESSION_OPTIONS));
const releaseSession = (session: InferenceSession): Promise<void> => exclusively(() => session.release());

/** Backend `wasm`: both models as sessions of onnxruntime-web. */
export const createWasmBackend: BackendFactory = async ({ autoencoder, boosting }) => {
  const heap = watchHeap();
  try {
    const encoder = await createSession(autoencoder);
    const trees = await createSession(boosting).catch(async (thrown: unknown) => {
      await releaseSession(encoder);
      throw thrown;
    });
    return new WasmBackend(encoder, trees);
  } finally {
    heap.found();
  }
};

class WasmBackend implements InferenceBackend {
  readonly name = 'wasm';
  readonly runtimeVersion = env.versions.web ?? '';
  readonly #encoder: InferenceSession;
  readonly #trees: InferenceSession;
  /** Inputs by number of rows: a tensor keeps its shape, and a line sends the same few over and over. */
  #inputs: { rows: number; scaled: Tensor; augmented: Tensor } | null = null;

  constructor(encoder: InferenceSession, trees: InferenceSession) {
    this.#encoder = encoder;
    this.#trees = trees;
  }

  infer(scaled: Float64Array, rows: number): Promise<BackendOutput> {
    return exclusively(() => this.#infer(scaled, rows));
  }

  async #infer(scaled: Float64Array, rows: number): Promise<BackendOutput> {
    const input = this.#inputsOf(rows);
    const x = input.scaled.data as Float64Array;
    x.set(rows * FEATURE_COUNT === scaled.length ? scaled : scaled.subarray(0, rows * FEATURE_COUNT));
    const encoded = await this.#encoder.run({ x: input.scaled });
    const latents = dataOf(encoded, 'latent');

    const augmented = input.augmented.data as Float64Array;
    for (let row = 0; row < rows; row += 1) {
      const to = row * AUGMENTED;
      for (let i = 0; i < FEATURE_COUNT; i += 1) augmented[to + i] = x[row * FEATURE_COUNT + i] ?? NaN;
      for (let i = 0; i < LATENT_COUNT; i += 1) augmented[to + FEATURE_COUNT + i] = latents[row * LATENT_COUNT + i] ?? NaN;
    }
    const boosted = await this.#trees.run({ x: input.augmented }, SCORE_ONLY);
    return { latents, reconstruction: dataOf(encoded, 'reconstruction'), score: dataOf(boosted, 'score') };
  }

  heapBytes(): number {
    return heapMemory?.buffer.byteLength ?? 0;
  }

  async release(): Promise<void> {
    await releaseSession(this.#encoder);
    await releaseSession(this.#trees);
  }

  #inputsOf(rows: number): { scaled: Tensor; augmented: Tensor } {
    if (this.#inputs?.rows !== rows) {
      this.#inputs = {
        rows,
        scaled: new Tensor('float64', new Float64Array(rows * FEATURE_COUNT), [rows, FEATURE_COUNT]),
        augmented: new Tensor('float64', new Float64Array(rows * AUGMENTED), [rows, AUGMENTED]),
      };
    }
    return this.#inputs;
  }
}

const SCORE_ONLY = ['score'] as const;

function dataOf(outputs: InferenceSession.OnnxValueMapType, name: string): Float64Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float64Array)) throw new TypeError(`the model has no float64 output "${name}"`);
  return data;
}

let heapMemory: WebAssembly.Memory | null = null;

/**
 * Remembers the memory that the run-time makes for itself, which it does not show: the diagnostics report its size, and
 * a heap that grows would one day end the worker.
 */
function watchHeap(): { found: () => void } {
  const original = WebAssembly.Memory;
  WebAssembly.Memory = new Proxy(original, {
    construct(target, [descriptor]: [WebAssembly.MemoryDescriptor]) {
      const memory = new target(descriptor);
      // The run-time also makes an empty one, to see whether memory can be shared.
      if (descriptor.initial > 0) heapMemory = memory;
      return memory;
    },
  });
  return {
    found: () => {
      WebAssembly.Memory = original;
    },
  };
}
