import type { AppendItem } from './compose.ts';

/** A clock that goes back by more than this within a session is worth an event. */
const TOLERANCE_MS = 2000;

/** Notices when somebody sets the clock back. */
export class WallClock {
  #last: { at: number; mono: number } | null = null;

  /** The event of a clock that was set back before or among these records; null where it was not. */
  check(items: readonly AppendItem[]): AppendItem | null {
    let back = 0;
    for (const { at, mono } of items) {
      if (this.#last) back = Math.max(back, mono - this.#last.mono - (at - this.#last.at));
      this.#last = { at, mono };
    }
    if (back <= TOLERANCE_MS || !this.#last) return null;
    return {
      kind: 'event', at: this.#last.at, mono: this.#last.mono + 1e-6, bundle: null,
      data: { type: 'clock_change', text: null, details: { backMs: Math.round(back) } },
    };
  }
}
