/** How the station has been: what the watchdog found and did, what the engines said of each other; for diagnostics and the journal. */
import type { Line } from '../line/line.ts';
import type { BackendEvent } from '../model/acceleration.ts';
import type { WatchdogEvent } from '../station/watchdog.ts';

/** One entry of the log, newest last. */
export interface HealthEntry {
  /** Wall clock, ms since the epoch. */
  readonly at: number;
  readonly event: WatchdogEvent | BackendEvent | { readonly kind: 'page_error' | 'engines_disagree'; readonly detail: string };
}

const KEPT = 100;

/** A page in an endless loop of errors must not fill the journal. */
const ERRORS_A_MINUTE = 5;

export class Health {
  log = $state.raw<readonly HealthEntry[]>([]);
  readonly #record: (event: HealthEntry['event']) => void;
  #recentErrors: number[] = [];

  /** @param record keeps an event in the journal */
  constructor(record: (event: HealthEntry['event']) => void) {
    this.#record = record;
  }

  /** Takes down an event. */
  readonly note = (event: HealthEntry['event']): void => {
    this.log = [...this.log.slice(-(KEPT - 1)), { at: Date.now(), event }];
    this.#record(event);
  };

  /** Takes down every live shot that is held because the two engines disagree; returns the way to stop. */
  follow(line: Pick<Line, 'on'>): () => void {
    return line.on('judged', ({ shot, verdict: { reasons, bundleId } }) => {
      for (const reason of reasons) {
        if (reason.kind !== 'unavailable' || reason.error.code !== 'engines_disagree') continue;
        this.note({ kind: 'engines_disagree', detail: `${shot.id} (${bundleId}): ${reason.error.params.difference}` });
      }
    });
  }

  /** Takes down what goes wrong on the page without anyone expecting it; returns the way to stop. */
  start(page: Pick<Window, 'addEventListener'>): () => void {
    const stop = new AbortController();
    const take = (detail: string): void => {
      const now = Date.now();
      this.#recentErrors = this.#recentErrors.filter((at) => Math.abs(now - at) < 60_000);
      if (this.#recentErrors.length >= ERRORS_A_MINUTE) return;
      this.#recentErrors.push(now);
      this.note({ kind: 'page_error', detail: detail.slice(0, 1000) });
    };
    page.addEventListener('error', ({ message, filename, lineno }: ErrorEvent) => take(`${message} (${filename}:${lineno})`), {
      signal: stop.signal,
    });
    page.addEventListener(
      'unhandledrejection',
      ({ reason }: PromiseRejectionEvent) => take(reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason)),
      { signal: stop.signal },
    );
    return () => stop.abort();
  }
}
