/** What came in from the machine: the latest shot, the last ones, and the counts of the run. */
import { PRODUCT_INDEX, SHOT_INDEX } from '../domain/feature.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { Line } from '../line/line.ts';
import { includesShot } from './shot-history.svelte.ts';
import { beginsRun } from './run.ts';

/** How many shots the feed keeps: more than the strip shows, so that one can walk back. */
export const FEED_LENGTH = 500;

/** Counts since the run began. Repeats are not counted as shots. */
export interface RunCounts {
  readonly shots: number;
  readonly ng: number;
  readonly hold: number;
  readonly repeats: number;
  /** When the run's first shot was received, milliseconds since the epoch; null before one was. */
  readonly since: number | null;
}

const NOTHING: RunCounts = { shots: 0, ng: 0, hold: 0, repeats: 0, since: null };

/** When the latest shot was announced, by both clocks. */
export interface Arrival {
  readonly wall: number;
  readonly monotonic: number;
}

/** The shots of the machine (demo line and programmatic feed), newest last. Typed shots and files are not the machine's. */
export class LineFeed {
  recent = $state.raw<readonly JudgedShot[]>([]);
  counts = $state.raw<RunCounts>(NOTHING);
  arrival = $state.raw<Arrival | null>(null);
  /** The newest shot is from before this start: whatever its age, nothing it says is current. */
  restored = $state(false);
  readonly #line: Line;
  readonly #readMonotonic: () => number;
  /** The last shot that says which run this is: one with a product and a counter. */
  #runShot: Shot | null = null;

  constructor(line: Line, readMonotonic: () => number = () => performance.now()) {
    this.#line = line;
    this.#readMonotonic = readMonotonic;
  }

  /** The newest shot of the machine. */
  get latest(): JudgedShot | null {
    return this.recent.at(-1) ?? null;
  }

  /** Follows the line from now on; returns the way to stop. */
  start(): () => void {
    return this.#line.on('judged', (judged) => this.#take(judged));
  }

  /**
   * Puts the shots of before this start in front of those that have come in since, in place of those restored before.
   *
   * @param past shots of one source, oldest first
   * @param counts of the run they end in; null where they are not known
   */
  restore(past: readonly JudgedShot[], counts: RunCounts | null): void {
    const live = this.restored ? [] : this.recent;
    const since = live.filter((judged) => !includesShot(past, judged));
    const last = past.at(-1);
    if (last === undefined) return;
    this.recent = [...past, ...since].slice(-FEED_LENGTH);
    this.#runShot = past.findLast(({ shot }) => Number.isFinite(shot.values[PRODUCT_INDEX]) && Number.isFinite(shot.values[SHOT_INDEX]))?.shot ?? null;
    this.counts = counts ?? NOTHING;
    if (live.length === 0) {
      this.restored = true;
      this.arrival = { wall: last.shot.receivedAt, monotonic: this.#readMonotonic() };
    }
    for (const judged of since) this.#count(judged);
  }

  #take(judged: JudgedShot): void {
    const { shot } = judged;
    if (shot.source !== 'demo' && shot.source !== 'api') return;
    this.recent = [...this.recent.slice(-(FEED_LENGTH - 1)), judged];
    this.arrival = { wall: shot.receivedAt, monotonic: this.#readMonotonic() };
    this.restored = false;
    this.#count(judged);
  }

  #count({ shot, verdict }: JudgedShot): void {
    const before = beginsRun(this.#runShot, shot) ? { ...NOTHING, since: shot.receivedAt } : this.counts;
    this.#runShot = shot;
    this.counts = shot.repeat
      ? { ...before, repeats: before.repeats + 1 }
      : {
          ...before,
          shots: before.shots + 1,
          ng: before.ng + (verdict.class === 'ng' ? 1 : 0),
          hold: before.hold + (verdict.class === 'hold' ? 1 : 0),
        };
  }
}
