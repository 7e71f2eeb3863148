/** Which part the app asks to be inspected: without such parts neither recall nor the run's rate can be known. */
import type { InspectionDraw } from '../domain/verdict.ts';
import type { DurableJournal } from '../journal/journal.ts';
import type { ShotRow, Stream } from '../journal/store/rows.ts';

/** What asks for an inspection. */
export interface InspectionRequests {
  /** The part that is asked for; null while none is. */
  readonly current: ShotRow | null;
  /** Why; null while none is, and for a draw of before there was a plan. */
  readonly reason: InspectionDraw['reason'];
  /** Not this one: it stays open in the history, the journal says so, and the screen is free. */
  skip(): Promise<void>;
  /** Looks again; called after records were kept. */
  refresh(stream: Stream): Promise<void>;
}

/** Older parts are out of reach: they are not asked for any more. */
const REACH_MS = 30 * 60_000;

/** Open ones that are looked at, the newest first. */
const OPEN = 200;

/** Asks for the parts that the inspection plan chose when they were judged; see monitor/line-memory/plan.ts. */
export class PlannedInspections implements InspectionRequests {
  current = $state.raw<ShotRow | null>(null);
  readonly #records: Pick<DurableJournal, 'history' | 'markers' | 'recordEvent'>;
  readonly #now: () => number;
  #skipped: readonly number[] = [];
  /** What was skipped before this start has been read. */
  #read = false;

  constructor(records: Pick<DurableJournal, 'history' | 'markers' | 'recordEvent'>, now: () => number = Date.now) {
    this.#records = records;
    this.#now = now;
  }

  get reason(): InspectionDraw['reason'] {
    return this.current?.verdict?.draw?.reason ?? null;
  }

  async skip(): Promise<void> {
    if (this.current === null) return;
    const { seq, shot } = this.current;
    const { reason } = this;
    this.#skipped = [...this.#skipped, seq];
    this.current = null;
    await this.#records.recordEvent({ type: 'inspection_skipped', details: { shot: seq, shotNumber: shot?.shotNumber ?? null, reason } });
  }

  async refresh(stream: Stream): Promise<void> {
    const now = this.#now();
    if (!this.#read) await this.#readSkipped(now);
    const page = await this.#records.history({ stream, inspection: 'open', from: now - REACH_MS }, OPEN);
    if (!page.ok) return;
    const open = page.value.rows.filter(({ seq }) => !this.#skipped.includes(seq));
    // The one on the screen stays there as long as it is open: the next must not slip under the finger.
    this.current = open.find(({ seq }) => seq === this.current?.seq) ?? open[0] ?? null;
  }

  async #readSkipped(now: number): Promise<void> {
    const markers = await this.#records.markers(now - REACH_MS, now + REACH_MS);
    if (!markers.ok) return;
    this.#read = true;
    const before = markers.value.flatMap((marker) => {
      const shot = marker.kind === 'event' && marker.data.type === 'inspection_skipped' ? marker.data.details['shot'] : null;
      return typeof shot === 'number' ? shot : [];
    });
    this.#skipped = [...this.#skipped, ...before];
  }
}
