import { z } from '../../domain/zod.ts';
import type { ExplanationFiles } from '../bundle.ts';
import type { PipelineParameters, RunOptions } from '../pipeline.ts';
import type { Prediction } from '../prediction.ts';

/** What of a bundle the thread computes by. */
export interface ThreadFiles extends PipelineParameters {
  readonly explanation: ExplanationFiles;
}

export const toThreadSchema = z.discriminatedUnion('kind', [
  /** The bundle's files were checked when it was loaded, by the same build. */
  z.object({ kind: z.literal('open'), files: z.custom<ThreadFiles>((files) => typeof files === 'object' && files !== null && 'explanation' in files) }),
  z.object({ kind: z.literal('run'), id: z.int(), values: z.custom<Float64Array>((values) => values instanceof Float64Array), details: z.optional(z.boolean()) }),
]);

export type ToThread = z.infer<typeof toThreadSchema>;

export type FromThread =
  | { readonly kind: 'done'; readonly id: number; readonly prediction: Prediction }
  /** The thread is of no more use. */
  | { readonly kind: 'failed'; readonly detail: string };

/** The envelope of a reply; what is inside comes from our own code of the same build. */
const fromThreadSchema = z.custom<FromThread>(
  (reply) =>
    typeof reply === 'object' &&
    reply !== null &&
    'kind' in reply &&
    ((reply.kind === 'done' && 'id' in reply && 'prediction' in reply) || (reply.kind === 'failed' && 'detail' in reply)),
);

/** The part of a `Worker` that is used here. */
export interface ThreadWorker {
  postMessage(message: ToThread): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<unknown>) => void) | null;
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
      const reply = fromThreadSchema.parse(data);
      if (reply.kind === 'failed') {
        this.#fail(reply.detail);
        return;
      }
      this.#waiting.get(reply.id)?.resolve(reply.prediction);
      this.#waiting.delete(reply.id);
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
