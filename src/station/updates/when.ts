/** When a station may change to another release: never under somebody's hands. */

/** What the station is doing. Times are by the monotonic clock: a wall clock that jumps must not start an update. */
export interface Activity {
  /** Milliseconds since the last shot of the machine (or since the page began without one). */
  readonly sinceShotMs: number;
  /** Milliseconds since somebody last touched the screen or a key. */
  readonly sinceInputMs: number;
  /** The latest shot of the machine asks for an inspection that nobody has logged. */
  readonly inspectionDue: boolean;
  /** A file is being scored, a form is open, and the like. */
  readonly busy: boolean;
}

/** Why a switch has to wait; null: it may be done. */
export type Hold = 'inspection' | 'busy' | 'shots' | 'input' | null;

/** Whether the station may switch by itself after `idleMs` of quiet. */
export function holdReason({ sinceShotMs, sinceInputMs, inspectionDue, busy }: Activity, idleMs: number): Hold {
  if (inspectionDue) return 'inspection';
  if (busy) return 'busy';
  if (!(sinceShotMs >= idleMs)) return 'shots';
  return sinceInputMs >= idleMs ? null : 'input';
}

/** Whether a person may switch now: not between a shot and its inspection, and not while something runs. */
export function holdForPerson({ inspectionDue, busy }: Pick<Activity, 'inspectionDue' | 'busy'>): Hold {
  return inspectionDue ? 'inspection' : busy ? 'busy' : null;
}
