/** Explanations, seen from the page: a worker of their own behind a typed protocol. */
import { appError, type AppError } from '../domain/app-error.ts';
import type { ControlClass, FeatureName } from '../domain/feature.ts';
import { err, type Result } from '../domain/result.ts';
import type { ExplainWork, WorkTimes } from '../model/acceleration.ts';
import type { CallOptions, LoadedBundle } from '../model/client.ts';
import type { WorkerLike } from '../model/worker-client.ts';
import type { Evaluated } from './evaluator.ts';
import { replySchema, type Answers, type Command, type Question, type Reply } from './protocol.ts';

export interface AdviceQuestion {
  readonly threshold: number;
  readonly controls: Readonly<Record<FeatureName, ControlClass>>;
  /** [n*30] shots seen lately, for the support of a suggestion. */
  readonly past: Float64Array;
}

/** Computes n shots on WebGPU from n*30 recorded values, which it takes; null where that is not to be had. */
export type Compute = (bundleId: string, values: Float64Array<ArrayBuffer>) => Promise<Evaluated | null>;

const CALL_TIMEOUT_MS = 10_000;
/** From one shot of a survey to the next. */
const SURVEY_TIMEOUT_MS = 60_000;
const MEASURE_TIMEOUT_MS = 120_000;

type Unnumbered<C> = C extends Question ? Omit<C, 'id' | 'bundleId'> : never;

interface Pending {
  readonly settle: (result: Result<Answers[keyof Answers]>) => void;
  readonly onProgress: (done: number) => void;
}

/**
 * The client of the explanation worker. The worker is started on first need and replaced when it dies or lets a call run out
 * of time; pending calls then come back as `worker_died`, and the next call opens the bundle again. Nothing else waits for it.
 */
export class ExplainClient {
  readonly #createWorker: () => WorkerLike;
  readonly #compute: Compute;
  readonly #pending = new Map<number, Pending>();
  #bundle: LoadedBundle | null = null;
  /** Id of the bundle that the worker has open. */
  #opened: string | null = null;
  #worker: WorkerLike | null = null;
  /** Works that the worker has evaluated on WebGPU. */
  #works: readonly ExplainWork[] = [];
  #nextId = 0;

  /** @param compute takes what the worker has evaluated on WebGPU */
  constructor(createWorker: () => WorkerLike, compute: Compute = () => Promise.resolve(null)) {
    this.#createWorker = createWorker;
    this.#compute = compute;
  }

  /** Explains by this bundle from now on. */
  use(bundle: LoadedBundle): void {
    this.#bundle = bundle;
  }

  /** Sends these works to WebGPU from now on. Where it does not answer, the worker does them itself. */
  accelerate(works: readonly ExplainWork[]): void {
    this.#works = works;
    this.#worker?.postMessage({ kind: 'accelerate', works: [...works] } satisfies Command, []);
  }

  /** Measures the works of explanations on both backends with the bundle in use; those that cannot be done on both are left out. */
  async measure(options: CallOptions = {}): Promise<readonly WorkTimes[]> {
    const product = Object.values(this.#bundle?.reference.products ?? {}).find(({ background }) => background.length > 0);
    if (!product) return [];
    const values = Float64Array.from(product.golden_shot);
    const answer = await this.#call({ kind: 'measure', values }, { timeoutMs: MEASURE_TIMEOUT_MS, ...options });
    return answer.ok ? answer.value : [];
  }

  /** Why a shot of 30 recorded values (NaN = missing) got its probability. */
  explain(values: Float64Array, options: CallOptions = {}): Promise<Result<Answers['explain']>> {
    return this.#call({ kind: 'explain', values: values.slice() }, options);
  }

  /** The log-odds by what the trees see. */
  trees(values: Float64Array, options: CallOptions = {}): Promise<Result<Answers['trees']>> {
    return this.#call({ kind: 'trees', values: values.slice() }, options);
  }

  /** What an operator and an engineer could change. */
  advise(
    values: Float64Array,
    { past, ...question }: AdviceQuestion,
    options: CallOptions = {},
  ): Promise<Result<Answers['advise']>> {
    return this.#call({ kind: 'advise', values: values.slice(), past: past.slice(), ...question }, options);
  }

  /** The effects of many shots of one product, n*30 recorded values; may take long, other calls go in between. Time runs out for each shot by itself. */
  survey(
    values: Float64Array,
    { onProgress, ...options }: CallOptions & { readonly onProgress?: (done: number) => void } = {},
  ): Promise<Result<Answers['survey']>> {
    return this.#call({ kind: 'survey', values: values.slice() }, { timeoutMs: SURVEY_TIMEOUT_MS, ...options }, onProgress);
  }

  /** Ends the worker; pending calls come back as `aborted`. */
  dispose(): void {
    this.#stop(appError('aborted', {}));
  }

  #call<K extends Question['kind']>(
    question: Unnumbered<Extract<Question, { kind: K }>> & { kind: K },
    { signal, timeoutMs = CALL_TIMEOUT_MS }: CallOptions,
    onProgress?: (done: number) => void,
  ): Promise<Result<Answers[K]>> {
    const bundle = this.#bundle;
    if (!bundle) return Promise.resolve(err(appError('not_ready', {})));
    if (signal?.aborted) return Promise.resolve(err(appError('aborted', {})));
    const worker = this.#startedWorker(bundle);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      const settle = (result: Result<Answers[keyof Answers]>): void => {
        if (!this.#pending.delete(id)) return;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        // The worker answers a command with its own kind of value.
        resolve(result as Result<Answers[K]>);
      };
      const abort = (): void => {
        worker.postMessage({ kind: 'abort', id } satisfies Command, []);
        settle(err(appError('aborted', {})));
      };
      let timer: ReturnType<typeof setTimeout>;
      const wait = (): void => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          settle(err(appError('timeout', { timeoutMs })));
          this.#stop(appError('worker_died', { detail: 'timeout' }));
        }, timeoutMs);
      };
      wait();
      signal?.addEventListener('abort', abort);
      this.#pending.set(id, {
        settle,
        onProgress: (done) => {
          wait();
          onProgress?.(done);
        },
      });
      worker.postMessage({ ...question, id, bundleId: bundle.entry.id }, []);
    });
  }

  #startedWorker(bundle: LoadedBundle): WorkerLike {
    const worker = this.#worker ?? this.#start();
    if (this.#opened !== bundle.entry.id) {
      const { scaler, calibration, reference, explanation } = bundle;
      worker.postMessage(
        { kind: 'open', bundleId: bundle.entry.id, files: { scaler, calibration, reference, explanation } } satisfies Command,
        [],
      );
      this.#opened = bundle.entry.id;
    }
    return worker;
  }

  #start(): WorkerLike {
    const worker = this.#createWorker();
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      const reply = replySchema.parse(data);
      if (reply.kind === 'compute') {
        void this.#evaluate(worker, reply);
        return;
      }
      const pending = this.#pending.get(reply.id);
      if (reply.kind === 'progress') pending?.onProgress(reply.done);
      else pending?.settle(reply.kind === 'answer' ? { ok: true, value: reply.value } : err(reply.error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#stop(appError('worker_died', { detail: event.message }));
    };
    worker.onmessageerror = () => {
      this.#stop(appError('worker_died', { detail: 'unreadable message' }));
    };
    this.#worker = worker;
    if (this.#works.length > 0) this.accelerate(this.#works);
    return worker;
  }

  /** Has rows computed that the worker asks for. */
  async #evaluate(worker: WorkerLike, { id, bundleId, values }: Extract<Reply, { kind: 'compute' }>): Promise<void> {
    const computed = await this.#compute(bundleId, values).catch(() => null);
    if (this.#worker !== worker) return;
    const evaluated = computed && { probability: computed.probability, t2: computed.t2, spe: computed.spe };
    const transfer = Object.values(evaluated ?? {}).map(({ buffer }) => buffer as ArrayBuffer);
    worker.postMessage({ kind: 'computed', id, evaluated } satisfies Command, transfer);
  }

  #stop(error: AppError): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#opened = null;
    for (const { settle } of [...this.#pending.values()]) settle(err(error));
  }
}

/** The client of the app's explanation worker. */
export function createExplainClient(compute?: Compute): ExplainClient {
  return new ExplainClient(() => new Worker(new URL('./explain.worker.ts', import.meta.url), { type: 'module', name: 'explanations' }), compute);
}
