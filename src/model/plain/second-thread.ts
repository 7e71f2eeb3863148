import type { ExplanationFiles } from '../bundle.ts';
import type { PipelineParameters, RunOptions } from '../pipeline.ts';
import type { Prediction } from '../prediction.ts';

/** What of a bundle the thread computes by. */
export interface ThreadFiles extends PipelineParameters {
  readonly explanation: ExplanationFiles;
}

export type ToThread =
  | { readonly kind: 'open'; readonly files: ThreadFiles }
  | { readonly kind: 'run'; readonly id: number; readonly values: Float64Array; readonly details: boolean | undefined };

export type FromThread =
  | { readonly kind: 'done'; readonly id: number; readonly prediction: Prediction }
  /** The thread is of no more use. */
  | { readonly kind: 'failed'; readonly detail: string };

/** The part of a `Worker` that is used here. */
export interface ThreadWorker {
  postMessage(message: ToThread): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromThread>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Waiting {
  readonly resolve: (prediction: Prediction) => void;
  readonly reject: (failure: Error) => void;
}

/**
 * The plain engine on a thread of its own, beside that of the models: a file's parts go to both. The first failure is final,
 * every call from then on rejects with it; whoever calls bounds the wait.
 */
export class SecondThread {
  readonly #worker: ThreadWorker;
  readonly #waiting = new Map<number, Waiting>();
  #failure: Error | null = null;
  #nextId = 0;

  constructor(worker: ThreadWorker, files: ThreadFiles) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => {
      if (data.kind === 'failed') {
        this.#fail(data.detail);
        return;
      }
      this.#waiting.get(data.id)?.resolve(data.prediction);
      this.#waiting.delete(data.id);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
    worker.postMessage({ kind: 'open', files });
  }

  /** Predicts n shots from n*30 recorded values (NaN = missing), as `Pipeline.run` does. */
  async run(values: Float64Array, { signal, details }: Pick<RunOptions, 'signal' | 'details'> = {}): Promise<Prediction> {
    if (this.#failure) throw this.#failure;
    const id = this.#nextId;
    this.#nextId += 1;
    const prediction = await new Promise<Prediction>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ kind: 'run', id, values, details });
    });
    signal?.throwIfAborted();
    return prediction;
  }

  /** Ends the thread; what is under way rejects. */
  release(): void {
    this.#fail('released');
  }

  #fail(detail: string): void {
    this.#failure ??= new Error(detail);
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}
