import { appError } from '../domain/app-error.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import { resolvePolicy, type Policy, type ResolvedPolicy } from '../domain/policy.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { sameValues, type Shot, type ShotSource } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import type { Journal } from '../journal/journal.ts';
import type { ClientStatus, LoadedBundle, PredictionClient } from '../model/client.ts';
import type { Prediction } from '../model/prediction.ts';
import { Emitter } from './emitter.ts';
import type { BatchOptions, Line, LineEvents } from './line.ts';
import { unavailableVerdict, verdictOf, type Rules } from './verdicts.ts';

/** Shots that travel to the worker at a time: judging them takes the page a few milliseconds. */
const BATCH_ROWS = 512;
/** Calls that the worker has at a time. */
const BATCHES_AHEAD = 4;
/** A live verdict that takes longer is a HOLD: the next shot is about to come. */
const LIVE_TIMEOUT_MS = 5_000;
/** How long a file waits for inference to come back before its shots become HOLD. */
const RECOVERY_MS = 60_000;

export interface LineOptions {
  readonly client: PredictionClient;
  readonly journal: Journal;
  /** Says more of a live shot than its bundle does, before its verdict is recorded. */
  readonly annotate?: (judged: JudgedShot) => JudgedShot;
  /** Wait before the n-th new attempt (from 0) at a first load that failed, in milliseconds. */
  readonly retryDelayMs?: (attempt: number) => number;
}

/** A bundle in use and how many calls count on it: it is freed when the last of them ends after a switch. */
interface Lease {
  bundle: LoadedBundle;
  users: number;
  retired: boolean;
}

/** The {@link Line} of a device: one client, one journal. */
export function createLine(options: LineOptions): Line {
  return new ShotLine(options);
}

class ShotLine implements Line {
  readonly #client: PredictionClient;
  readonly #journal: Journal;
  readonly #annotate: (judged: JudgedShot) => JudgedShot;
  readonly #retryDelayMs: (attempt: number) => number;
  readonly #events = new Emitter<LineEvents>();
  readonly #previous = new Map<ShotSource, Float64Array>();
  #lease: Lease | null = null;
  #chosenPolicy: Policy | null = null;
  #policy: ResolvedPolicy | null = null;
  /** Live shots take turns, so that they are announced in the order they came. */
  #turn: Promise<unknown> = Promise.resolve();
  #retry: { timer: ReturnType<typeof setTimeout> | null; attempt: number } = { timer: null, attempt: 0 };

  constructor({ client, journal, annotate, retryDelayMs }: LineOptions) {
    this.#client = client;
    this.#journal = journal;
    this.#annotate = annotate ?? ((judged) => judged);
    this.#retryDelayMs = retryDelayMs ?? ((attempt) => Math.min(60_000, 2_000 * 2 ** attempt));
    client.onStatus((status) => {
      this.#events.emit('status', status);
    });
  }

  get status(): ClientStatus {
    return this.#client.status;
  }

  get bundle(): LoadedBundle | null {
    return this.#lease?.bundle ?? null;
  }

  get policy(): ResolvedPolicy | null {
    return this.#policy;
  }

  on<E extends keyof LineEvents>(event: E, listener: (payload: LineEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  setPolicy(policy: Policy): void {
    this.#chosenPolicy = policy;
    if (this.#lease) this.#resolvePolicy(this.#lease.bundle);
  }

  async load(bundleId: string | null): Promise<Result<LoadedBundle>> {
    if (this.#retry.timer !== null) clearTimeout(this.#retry.timer);
    const early: { lease: Lease | null } = { lease: null };
    const loaded = await this.#client.load(bundleId, {
      onEarly: (bundle) => {
        // After a failure the whole proof comes first: verdicts must not come and go.
        if (this.#lease || this.#retry.attempt > 0) return;
        this.#use(bundle);
        early.lease = this.#lease;
      },
    });
    if (!loaded.ok) {
      if (early.lease !== null && this.#lease === early.lease) this.#withdraw(early.lease);
      if (!this.#lease && loaded.error.retryable) this.#retryLater(bundleId);
      return loaded;
    }
    this.#retry = { timer: null, attempt: 0 };
    if (early.lease !== null && this.#lease === early.lease) early.lease.bundle = loaded.value;
    else this.#use(loaded.value);
    return loaded;
  }

  receive(shot: Shot): Promise<JudgedShot> {
    const turn = this.#turn.then(() => this.#receive(shot));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async receiveMany(
    shots: readonly Shot[],
    { signal, onProgress, details = false, total = shots.length }: BatchOptions = {},
  ): Promise<Result<readonly JudgedShot[]>> {
    if (shots.length === 0) return ok([]);
    const judged: JudgedShot[] = [];
    const lease = this.#takeLease();
    const begin = async (from: number): Promise<{ chunk: readonly Shot[]; prediction: Promise<Result<Prediction>> }> => {
      const chunk = shots.slice(from, from + BATCH_ROWS).map((shot, i) => markRepeat(shot, shots[from + i - 1]?.values));
      await this.#record(this.#journal.recordShots(chunk));
      return { chunk, prediction: this.#predict(chunk, lease.rules, { signal, patient: true, total, details }) };
    };
    try {
      const asked: ReturnType<typeof begin>[] = [];
      let from = 0;
      // The worker has the next shots before it is done with these: it waits neither for a message nor for the page to judge.
      const ask = (): void => {
        for (; asked.length < BATCHES_AHEAD && from < shots.length; from += BATCH_ROWS) asked.push(begin(from));
      };
      ask();
      while (judged.length < shots.length) {
        const { chunk, prediction } = await required(asked.shift());
        const predicted = await prediction;
        if (signal?.aborted) return err(appError('aborted', {}));
        ask();
        const verdicts = verdictsOf(chunk, predicted, lease.rules, details);
        const done = chunk.map((shot, i): JudgedShot => ({ shot, verdict: required(verdicts[i]) }));
        await this.#record(this.#journal.recordVerdicts(done));
        judged.push(...done);
        onProgress?.({ done: judged.length, total: shots.length });
      }
      return ok(judged);
    } finally {
      lease.end();
    }
  }

  async preview(shot: Shot, { signal }: { signal?: AbortSignal } = {}): Promise<Verdict> {
    const lease = this.#takeLease();
    try {
      const predicted = await this.#predict([shot], lease.rules, { signal, patient: false });
      return required(verdictsOf([shot], predicted, lease.rules, true)[0]);
    } finally {
      lease.end();
    }
  }

  async #receive(incoming: Shot): Promise<JudgedShot> {
    const shot = markRepeat(incoming, this.#previous.get(incoming.source));
    this.#previous.set(shot.source, shot.values);
    await this.#record(this.#journal.recordShots([shot]));
    const lease = this.#takeLease();
    try {
      const predicted = await this.#predict([shot], lease.rules, { patient: false });
      const verdict = required(verdictsOf([shot], predicted, lease.rules, true)[0]);
      const judged = this.#annotate({ shot, verdict });
      await this.#record(this.#journal.recordVerdicts([judged]));
      this.#events.emit('judged', judged);
      return judged;
    } finally {
      lease.end();
    }
  }

  /** What the models say of shots. A patient caller waits for inference that restarts. */
  async #predict(
    shots: readonly Shot[],
    rules: Rules | null,
    { signal, patient, total = shots.length, details = true }: { signal?: AbortSignal | undefined; patient: boolean; total?: number; details?: boolean },
  ): Promise<Result<Prediction>> {
    const { status } = this;
    if (!rules) return err(status.state === 'unavailable' ? status.error : appError('not_ready', {}));
    const { threshold } = rules.policy;
    const options = { signal, threshold, total, details, take: true, ...(patient ? {} : { timeoutMs: LIVE_TIMEOUT_MS }) };
    const ask = () => this.#client.predict(rules.bundle.entry.id, valuesOf(shots), options);
    const prediction = await ask();
    return !prediction.ok && patient && prediction.error.retryable && (await this.#recovered(signal)) ? ask() : prediction;
  }

  /** Waits until inference is ready again; false when it is not within {@link RECOVERY_MS}, or the caller gave up. */
  #recovered(signal: AbortSignal | undefined): Promise<boolean> {
    if (this.status.state === 'ready') return Promise.resolve(true);
    return new Promise((resolve) => {
      const finish = (recovered: boolean): void => {
        clearTimeout(timer);
        stop();
        signal?.removeEventListener('abort', giveUp);
        resolve(recovered);
      };
      const giveUp = (): void => {
        finish(false);
      };
      const timer = setTimeout(giveUp, RECOVERY_MS);
      const stop = this.#client.onStatus(({ state }) => {
        if (state === 'ready') finish(true);
      });
      signal?.addEventListener('abort', giveUp);
    });
  }

  /** A record that cannot be kept is reported and holds nothing up: the operator needs the verdict. */
  async #record(recorded: Promise<Result<void>>): Promise<void> {
    const result = await recorded;
    if (!result.ok) this.#events.emit('journalFailure', result.error);
  }

  #use(bundle: LoadedBundle): void {
    const previous = this.#lease;
    if (previous?.bundle.entry.id !== bundle.entry.id) {
      this.#lease = { bundle, users: 0, retired: false };
      if (previous) {
        previous.retired = true;
        this.#freeWhenUnused(previous);
      }
    }
    this.#events.emit('bundle', bundle);
    this.#resolvePolicy(bundle);
  }

  #withdraw(lease: Lease): void {
    this.#lease = null;
    this.#policy = null;
    this.#events.emit('withdrawn', lease.bundle);
  }

  #resolvePolicy({ calibration }: LoadedBundle): void {
    this.#policy = resolvePolicy(this.#chosenPolicy ?? calibration.default_policy, calibration.thresholds);
    this.#events.emit('policy', this.#policy);
  }

  #takeLease(): { rules: Rules | null; end: () => void } {
    const lease = this.#lease;
    if (!lease || !this.#policy) return { rules: null, end: () => undefined };
    lease.users += 1;
    return {
      rules: { bundle: lease.bundle, policy: this.#policy },
      end: () => {
        lease.users -= 1;
        this.#freeWhenUnused(lease);
      },
    };
  }

  #freeWhenUnused({ bundle, users, retired }: Lease): void {
    if (retired && users === 0 && this.bundle?.entry.id !== bundle.entry.id) void this.#client.unload(bundle.entry.id);
  }

  #retryLater(bundleId: string | null): void {
    const delay = this.#retryDelayMs(this.#retry.attempt);
    this.#retry.attempt += 1;
    this.#retry.timer = setTimeout(() => {
      this.#retry.timer = null;
      void this.load(bundleId);
    }, delay);
  }
}

/** The values of shots, one after the other. */
function valuesOf(shots: readonly Shot[]): Float64Array {
  const values = new Float64Array(shots.length * FEATURE_COUNT);
  let at = 0;
  // Value by value: 30 of them are sooner written than a copy is begun.
  for (const shot of shots) for (let i = 0; i < FEATURE_COUNT; i += 1) values[at++] = shot.values[i]!;
  return values;
}

/** One verdict a shot, whatever the models said. */
function verdictsOf(shots: readonly Shot[], predicted: Result<Prediction>, rules: Rules | null, details: boolean): Verdict[] {
  if (!rules || !predicted.ok) {
    const error = predicted.ok ? appError('not_ready', {}) : predicted.error;
    return shots.map(() => unavailableVerdict(error, rules));
  }
  return shots.map((shot, row) => verdictOf(shot.values, predicted.value, row, rules, details));
}

function markRepeat(shot: Shot, previous: Float64Array | undefined): Shot {
  return !shot.repeat && previous && sameValues(shot.values, previous) ? { ...shot, repeat: true } : shot;
}

function required<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('a shot is without a verdict');
  return part;
}

