/** Writes what befell the station into the journal. */
import type { DurableJournal, EventInput } from '../journal/journal.ts';
import type { HealthEntry } from './health.svelte.ts';

/** A station in trouble must not fill the journal; the rest stays in the log of the page. */
const AN_HOUR = 60;
/** Leaving the page waits this long for what is being written. */
const LEAVE_MS = 2_000;

export class StationRecord {
  readonly #records: Pick<DurableJournal, 'recordEvent'>;
  readonly #now: () => number;
  #times: readonly number[] = [];
  readonly #writing = new Set<Promise<unknown>>();

  constructor(records: Pick<DurableJournal, 'recordEvent'>, now: () => number = () => performance.now()) {
    this.#records = records;
    this.#now = now;
  }

  /** Keeps an event, unless too many came within an hour. */
  readonly write = (event: HealthEntry['event']): void => {
    const now = this.#now();
    this.#times = this.#times.filter((time) => now - time < 3_600_000);
    if (this.#times.length >= AN_HOUR) return;
    this.#times = [...this.#times, now];
    const work = this.#records.recordEvent(eventOf(event)).catch(() => undefined);
    this.#writing.add(work);
    void work.then(() => this.#writing.delete(work));
  };

  /** Resolves once what was written is kept, or after a moment: then the page may be left. */
  async settled(): Promise<void> {
    await Promise.race([Promise.all(this.#writing), new Promise((resolve) => setTimeout(resolve, LEAVE_MS))]);
  }
}

function eventOf(event: HealthEntry['event']): EventInput {
  const { kind } = event;
  const details = { what: kind, ...('reason' in event ? { reason: event.reason } : {}), ...('ms' in event ? { ms: event.ms } : {}) };
  return { type: 'station', text: 'detail' in event ? event.detail.slice(0, 2000) : `${event.ms} ms`, details };
}
