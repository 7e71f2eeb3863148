import type { AppError } from '../domain/app-error.ts';
import type { ClientStatus } from '../model/client.ts';

/**
 * Looks after a station that nobody looks after.
 *
 * - Heartbeat: while inference says that it is ready, the worker is asked for a sign of life every {@link BEAT_MS}; the client replaces one
 *   that stays silent for {@link PATIENCE_MS}, so that a hung worker is gone within two seconds.
 * - Escalation: inference that stays away for {@link HOPELESS_MS} although nothing outside explains it (no network, a bad file) is
 *   tried once more with a fresh page. At most {@link RELOADS} times in {@link RELOADS_WITHIN_MS}: a page that cannot help itself must
 *   stay up and say so, not flicker.
 * - Clock: a wall clock that jumps against the monotonic one by more than {@link JUMP_MS} is told.
 * - Memory: a page above its limit is reloaded when the line is idle, under the same guard.
 */

export const BEAT_MS = 300;
/** A slow tablet may be busy for long with a file's chunk or a start; what is silent for longer than this hangs. */
export const PATIENCE_MS = 1_400;
export const HOPELESS_MS = 60_000;
export const RELOADS = 3;
export const RELOADS_WITHIN_MS = 30 * 60_000;
export const JUMP_MS = 5_000;

/** What a fresh page may mend: the run-time and its worker, not what the network or the host brings. */
const MENDABLE: ReadonlySet<AppError['code']> = new Set(['worker_died', 'runtime_failed', 'timeout']);

/** What the watchdog found and did, for the journal. */
export type WatchdogEvent =
  | { readonly kind: 'worker_lost'; readonly detail: string }
  | { readonly kind: 'reload'; readonly reason: 'inference' | 'memory'; readonly detail: string }
  /** Reloading would be due, but was tried too often. */
  | { readonly kind: 'reload_withheld'; readonly reason: 'inference' | 'memory'; readonly detail: string }
  /** The worker had grown and was replaced while the line was at rest; bytes it had. */
  | { readonly kind: 'recycled'; readonly detail: string }
  | { readonly kind: 'clock_jump'; readonly ms: number };

export interface WatchdogOptions {
  readonly client: {
    readonly status: ClientStatus;
    onStatus(listener: (status: ClientStatus) => void): () => void;
    /** Asks the worker for a sign of life; the client itself replaces one that stays silent. */
    beat(patienceMs: number): Promise<unknown>;
  };
  readonly onEvent: (event: WatchdogEvent) => void;
  readonly reload: () => void;
  /** Remembers reloads beyond the page's life; null where the browser forbids storage: then no reload at all. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  /** Whether the line is at rest, so that a reload disturbs nobody. */
  readonly idle: () => boolean;
  /** Bytes of the page's own memory now; null where the browser does not tell. */
  readonly heapBytes: () => number | null;
  readonly heapLimitBytes: number;
  readonly now?: () => { readonly wall: number; readonly monotonic: number };
}

const RELOADS_KEY = 'castwatch.reloads';

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #now: () => { readonly wall: number; readonly monotonic: number };
  #last: { readonly wall: number; readonly monotonic: number };
  #lostAt: number | null = null;
  #withheld = false;
  #leaving = false;
  #beating = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => ({ wall: Date.now(), monotonic: performance.now() }));
    this.#last = this.#now();
  }

  /** Watches from now on; returns the way to stop. */
  start(): () => void {
    const { client } = this.#options;
    const follow = (status: ClientStatus): void => {
      const lost = status.state === 'restarting' || status.state === 'unavailable';
      if (!lost) this.#lostAt = null;
      else if (this.#lostAt === null) {
        this.#lostAt = this.#now().monotonic;
        const { code, params } = status.state === 'restarting' ? status.cause : status.error;
        this.#options.onEvent({ kind: 'worker_lost', detail: `${code} ${JSON.stringify(params)}` });
      }
    };
    const stop = client.onStatus(follow);
    follow(client.status);
    const timer = setInterval(() => this.check(), BEAT_MS);
    return () => {
      clearInterval(timer);
      stop();
    };
  }

  /** One round; called every {@link BEAT_MS}. */
  check(): void {
    const now = this.#now();
    const jump = now.wall - this.#last.wall - (now.monotonic - this.#last.monotonic);
    if (Math.abs(jump) > JUMP_MS) this.#options.onEvent({ kind: 'clock_jump', ms: Math.round(jump) });
    // A timer that comes very late woke with the device: the worker slept as well and gets its time to wake.
    const awake = now.monotonic - this.#last.monotonic < BEAT_MS + 1_000;
    this.#last = now;
    this.#beat(awake);
    this.#escalate(now.monotonic);
    this.#watchMemory();
  }

  #beat(awake: boolean): void {
    const { client } = this.#options;
    if (!awake || this.#beating || client.status.state !== 'ready') return;
    this.#beating = true;
    void client.beat(PATIENCE_MS).finally(() => (this.#beating = false));
  }

  #escalate(now: number): void {
    const { status } = this.#options.client;
    if (this.#lostAt === null || now - this.#lostAt < HOPELESS_MS) return;
    const error = status.state === 'unavailable' ? status.error : status.state === 'restarting' ? status.cause : null;
    if (!error || !MENDABLE.has(error.code)) return;
    this.#lostAt = now;
    this.#reload('inference', error.code);
  }

  #watchMemory(): void {
    const { heapBytes, heapLimitBytes, idle } = this.#options;
    const bytes = heapBytes();
    if (bytes !== null && bytes > heapLimitBytes && idle()) this.#reload('memory', String(bytes));
  }

  #reload(reason: 'inference' | 'memory', detail: string): void {
    const { storage, onEvent, reload } = this.#options;
    if (this.#leaving) return;
    const now = this.#now().wall;
    // What lies in the future was written by a clock that has been set back since.
    const before = readTimes(storage).filter((time) => time <= now && now - time < RELOADS_WITHIN_MS);
    if (before.length >= RELOADS || !remember(storage, [...before, now])) {
      if (!this.#withheld) onEvent({ kind: 'reload_withheld', reason, detail });
      this.#withheld = true;
      return;
    }
    // Last words may take a moment to be kept; this is one reload all the same.
    this.#leaving = true;
    onEvent({ kind: 'reload', reason, detail });
    reload();
  }
}

function readTimes(storage: WatchdogOptions['storage']): number[] {
  try {
    const times: unknown = JSON.parse(storage?.getItem(RELOADS_KEY) ?? '[]');
    return Array.isArray(times) ? times.filter((time) => typeof time === 'number') : [];
  } catch {
    return [];
  }
}

function remember(storage: WatchdogOptions['storage'], times: readonly number[]): boolean {
  try {
    if (!storage) return false;
    storage.setItem(RELOADS_KEY, JSON.stringify(times));
    return true;
  } catch {
    return false;
  }
}
