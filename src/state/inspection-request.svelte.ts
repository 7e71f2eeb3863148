/** Which part the app asks to be inspected, though it was predicted good: without such parts recall cannot be known. */
import type { DurableJournal } from '../journal/journal.ts';
import type { ShotRow, Stream } from '../journal/store/rows.ts';

/** What asks for an inspection. */
export interface InspectionRequests {
  /** The part that is asked for; null while none is. */
  readonly current: ShotRow | null;
  /** Not this one: it stays open in the history, and the screen is free. */
  skip(): void;
  /** Looks again; called after records were kept. */
  refresh(stream: Stream): Promise<void>;
}

/** Older parts are out of reach: they are not asked for any more. */
const REACH_MS = 30 * 60_000;

/** Asks for parts that chance drew: a settable share of those predicted good. */
export class RandomChecks implements InspectionRequests {
  current = $state.raw<ShotRow | null>(null);
  readonly #records: Pick<DurableJournal, 'history'>;
  readonly #now: () => number;
  readonly #skipped: number[] = [];

  constructor(records: Pick<DurableJournal, 'history'>, now: () => number = Date.now) {
    this.#records = records;
    this.#now = now;
  }

  skip(): void {
    if (this.current === null) return;
    this.#skipped.push(this.current.seq);
    this.current = null;
  }

  async refresh(stream: Stream): Promise<void> {
    const page = await this.#records.history({ stream, inspection: 'open', from: this.#now() - REACH_MS }, 20);
    if (page.ok) this.current = page.value.rows.find(({ seq }) => !this.#skipped.includes(seq)) ?? null;
  }
}
