import { appError, type AppError } from '../domain/app-error.ts';
import type { ManifestBundle } from '../domain/bundle.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { AccelerationControl, Acceleration, BackendEvent, Work, WorkTimes } from './acceleration.ts';
import type { CallOptions, ClientStatus, LoadedBundle, LoadOptions, PredictionClient, PredictOptions } from './client.ts';
import type { Prediction } from './prediction.ts';
import { takeModelWorker } from './start-worker.ts';
import { replySchema, type Answers, type Command, type Question } from './protocol.ts';

/** The part of a `Worker` that the client uses. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent) => void) | null;
  onmessageerror: ((event: MessageEvent) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface WorkerClientOptions {
  readonly createWorker: () => WorkerLike;
  /** Address of the models, ending with a slash. */
  readonly modelsUrl: string;
  /** Wait before the n-th restart in a row (from 0), in milliseconds. */
  readonly restartDelayMs?: (attempt: number) => number;
}

const CALL_TIMEOUT_MS = 10_000;
const LOAD_TIMEOUT_MS = 120_000;
/** The second backend brings its own run-time along; measuring it runs every work several times. */
const ACCELERATION_TIMEOUT_MS = 300_000;
/** What waits for the network. */
const FETCHING: ReadonlySet<Question['kind']> = new Set(['load', 'manifest', 'card', 'accelerate', 'measure']);
/** A timer later than this woke with the page. */
const LATE_MS = 400;
const backOff = (attempt: number): number => Math.min(30_000, 250 * 2 ** attempt);

interface Pending {
  readonly settle: (result: Result<Answers[keyof Answers]>) => void;
  readonly news?: LoadNews | undefined;
}

/** What a load tells before it ends. */
type LoadNews = Pick<LoadOptions, 'onProgress' | 'onEarly'>;

type Unnumbered<C> = C extends Question ? Omit<C, 'id'> : never;

/**
 * The client of a model worker.
 *
 * A worker that reports an error, cannot run its models any more or lets a call run out of time is replaced: pending calls
 * come back as `worker_died`, the new worker loads what was loaded (status `restarting`, then `ready`), and as long as that
 * fails it is tried again with growing pauses (status `unavailable`).
 */
export class WorkerPredictionClient implements PredictionClient, AccelerationControl {
  readonly #options: WorkerClientOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(status: ClientStatus) => void>();
  readonly #backendListeners = new Set<(event: BackendEvent) => void>();
  readonly #loads = new Map<string | null, Promise<Result<LoadedBundle>>>();
  /** Bundles that a new worker has to load again, the one loaded last at the end, with their backends. */
  readonly #loaded = new Map<string, string>();
  #status: ClientStatus = { state: 'idle' };
  #worker: WorkerLike | null = null;
  #nextId = 0;
  #attempt = 0;
  #restartTimer: ReturnType<typeof setTimeout> | null = null;
  #disposed = false;

  constructor(options: WorkerClientOptions) {
    this.#options = options;
  }

  get status(): ClientStatus {
    return this.#status;
  }

  onStatus(listener: (status: ClientStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  manifest(options: CallOptions = {}) {
    return this.#call({ kind: 'manifest' }, { timeoutMs: LOAD_TIMEOUT_MS, ...options });
  }

  card(entry: ManifestBundle, options: CallOptions = {}) {
    return this.#call({ kind: 'card', entry }, { timeoutMs: LOAD_TIMEOUT_MS, ...options });
  }

  load(bundleId: string | null, options: LoadOptions = {}): Promise<Result<LoadedBundle>> {
    const running = this.#loads.get(bundleId);
    if (running) return running;
    const load = this.#load(bundleId, options).finally(() => this.#loads.delete(bundleId));
    this.#loads.set(bundleId, load);
    return load;
  }

  async unload(bundleId: string): Promise<Result<null>> {
    this.#loaded.delete(bundleId);
    return this.#call({ kind: 'unload', bundleId }, {});
  }

  predict(bundleId: string, values: Float64Array, { threshold, total, details, take = false, ...options }: PredictOptions = {}) {
    // What moves to the worker is the call's own: else the caller would lose its values, and a view would drag its whole buffer along.
    const own = take && values.byteLength === values.buffer.byteLength ? (values as Float64Array<ArrayBuffer>) : values.slice();
    return this.#call({ kind: 'predict', bundleId, values: own, threshold, total, details }, options, [own.buffer]);
  }

  async accelerate(bundleId: string, works: readonly Work[]): Promise<Acceleration> {
    const answer = await this.#call({ kind: 'accelerate', bundleId, works: [...works] }, { timeoutMs: ACCELERATION_TIMEOUT_MS });
    return answer.ok ? answer.value : { state: 'off', reason: 'failed', detail: answer.error.code };
  }

  async measure(bundleId: string): Promise<readonly WorkTimes[] | null> {
    const answer = await this.#call({ kind: 'measure', bundleId }, { timeoutMs: ACCELERATION_TIMEOUT_MS });
    return answer.ok ? answer.value : null;
  }

  async compute(bundleId: string, values: Float64Array<ArrayBuffer>): Promise<Prediction | null> {
    const answer = await this.#call({ kind: 'compute', bundleId, values }, {}, [values.buffer]);
    return answer.ok ? answer.value : null;
  }

  onBackendEvent(listener: (event: BackendEvent) => void): () => void {
    this.#backendListeners.add(listener);
    return () => this.#backendListeners.delete(listener);
  }

  selfTest(bundleId: string, options: CallOptions = {}) {
    return this.#call({ kind: 'selfTest', bundleId }, options);
  }

  diagnostics(bundleId: string, options: CallOptions = {}) {
    return this.#call({ kind: 'diagnostics', bundleId }, options);
  }

  beat(patienceMs: number): Promise<Result<null>> {
    return this.#worker ? this.#call({ kind: 'beat' }, { timeoutMs: patienceMs }) : Promise.resolve(ok(null));
  }

  recycle(): boolean {
    if (this.#status.state !== 'ready' || this.#pending.size > 0 || this.#worker === null) return false;
    this.#stopWorker(appError('aborted', {}));
    this.#setStatus({ state: 'loading', progress: null });
    void this.#reload();
    return true;
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#stopWorker(appError('aborted', {}));
    this.#setStatus({ state: 'idle' });
    this.#listeners.clear();
  }

  async #load(
    bundleId: string | null,
    { signal, timeoutMs = LOAD_TIMEOUT_MS, onProgress, onEarly }: LoadOptions,
  ): Promise<Result<LoadedBundle>> {
    this.#setStatus({ state: 'loading', progress: null });
    const result = await this.#call({ kind: 'load', bundleId }, { signal, timeoutMs }, [], {
      onProgress: (progress) => {
        this.#setStatus({ state: 'loading', progress });
        onProgress?.(progress);
      },
      // The status stays: only a worker that has started may be asked for a sign of life.
      onEarly,
    });
    if (this.#disposed) return result;
    if (result.ok) {
      const { entry, backend } = result.value;
      this.#attempt = 0;
      this.#loaded.delete(entry.id);
      this.#loaded.set(entry.id, backend);
    } else if (this.#loaded.size === 0 && this.#loads.size <= 1 && this.#restartTimer === null) {
      // A run-time that could not start cannot be started again: the next attempt begins with a new worker.
      this.#stopWorker(result.error);
    }
    if (this.#status.state === 'loading') this.#setStatus(this.#settled(result));
    return result;
  }

  /** Ready with what is loaded; without anything, unavailable for the reason that the load gave. */
  #settled(result: Result<unknown>): ClientStatus {
    const last = [...this.#loaded].at(-1);
    if (last) return { state: 'ready', bundleId: last[0], backend: last[1] };
    return result.ok ? { state: 'idle' } : { state: 'unavailable', error: result.error };
  }

  #call<K extends Question['kind']>(
    question: Unnumbered<Extract<Question, { kind: K }>> & { kind: K },
    { signal, timeoutMs = CALL_TIMEOUT_MS }: CallOptions,
    transfer: Transferable[] = [],
    news?: LoadNews,
  ): Promise<Result<Answers[K]>> {
    if (signal?.aborted || this.#disposed) return Promise.resolve(err(appError('aborted', {})));
    const worker = this.#startedWorker();
    if (!worker) return Promise.resolve(err(this.#outage()));
    // What waits for the network proves nothing about the worker by running out of time.
    const fetches = FETCHING.has(question.kind);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      const settle = (result: Result<Answers[keyof Answers]>): void => {
        if (!this.#pending.delete(id)) return;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        // The worker answers a command with its own kind of value.
        resolve(result as Result<Answers[K]>);
        if (!result.ok && result.error.code === 'runtime_failed' && question.kind !== 'load') this.#replaceWorker(result.error);
      };
      const abort = (): void => {
        worker.postMessage({ kind: 'abort', id } satisfies Command, []);
        settle(err(appError('aborted', {})));
      };
      const expire = (): void => {
        // A timer that comes late says that the page slept or was busy: the reply may be waiting behind it.
        if (performance.now() - due > LATE_MS) {
          wait();
          return;
        }
        const error = appError('timeout', { timeoutMs });
        if (fetches) worker.postMessage({ kind: 'abort', id } satisfies Command, []);
        settle(err(error));
        if (!fetches) this.#replaceWorker(error);
      };
      let due: number;
      let timer: ReturnType<typeof setTimeout>;
      const wait = (): void => {
        due = performance.now() + timeoutMs;
        timer = setTimeout(expire, timeoutMs);
      };
      wait();
      signal?.addEventListener('abort', abort);
      this.#pending.set(id, { settle, news });
      worker.postMessage({ ...question, id }, transfer);
    });
  }

  /** The worker, started on first need; null while a dead one waits for its successor. */
  #startedWorker(): WorkerLike | null {
    if (this.#worker || this.#restartTimer !== null) return this.#worker;
    const worker = this.#options.createWorker();
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      const reply = replySchema.parse(data);
      if (reply.kind === 'event') {
        for (const listener of this.#backendListeners) listener(reply.event);
        return;
      }
      const pending = this.#pending.get(reply.id);
      if (reply.kind === 'progress') pending?.news?.onProgress?.(reply.progress);
      else if (reply.kind === 'early') pending?.news?.onEarly?.(reply.bundle);
      else pending?.settle(reply.kind === 'answer' ? { ok: true, value: reply.value } : err(reply.error));
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#replaceWorker(appError('worker_died', { detail: event.message }));
    };
    worker.onmessageerror = () => {
      this.#replaceWorker(appError('worker_died', { detail: 'unreadable message' }));
    };
    worker.postMessage({ kind: 'configure', modelsUrl: this.#options.modelsUrl } satisfies Command, []);
    this.#worker = worker;
    return worker;
  }

  #outage(): AppError {
    const { status } = this;
    if (status.state === 'restarting') return status.cause;
    return status.state === 'unavailable' ? status.error : appError('not_ready', {});
  }

  #stopWorker(error: AppError): void {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { settle } of [...this.#pending.values()]) settle(err(error));
  }

  #replaceWorker(cause: AppError): void {
    if (this.#disposed || !this.#worker) return;
    this.#setStatus({ state: 'restarting', cause });
    this.#scheduleRestart();
    this.#stopWorker(cause.code === 'worker_died' ? cause : appError('worker_died', { detail: cause.code }, cause));
  }

  #scheduleRestart(): void {
    const delay = (this.#options.restartDelayMs ?? backOff)(this.#attempt);
    this.#attempt += 1;
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = null;
      void this.#reload();
    }, delay);
  }

  /** Loads into a new worker what was loaded into the old one. */
  async #reload(): Promise<void> {
    for (const bundleId of [...this.#loaded.keys()]) {
      const result = await this.#call({ kind: 'load', bundleId }, { timeoutMs: LOAD_TIMEOUT_MS });
      if (this.#disposed) return;
      if (!result.ok) {
        if (this.#restartTimer !== null) return;
        this.#setStatus({ state: 'unavailable', error: result.error });
        this.#scheduleRestart();
        return;
      }
    }
    this.#attempt = 0;
    this.#setStatus(this.#settled({ ok: true, value: null }));
  }

  #setStatus(status: ClientStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }
}

/** The client of the app's model worker; the models lie beside the page. */
export function createPredictionClient(): PredictionClient & AccelerationControl {
  return new WorkerPredictionClient({
    createWorker: takeModelWorker,
    modelsUrl: new URL('models/', document.baseURI).href,
  });
}
