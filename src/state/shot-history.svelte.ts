/** The shots one can look at in full, and the one that is looked at. */
import type { JudgedShot } from '../domain/verdict.ts';
import type { Line } from '../line/line.ts';

const HISTORY_LENGTH = 500;

/** Shots in the order in which they can be walked through, oldest first. */
export class ShotHistory {
  /** Live shots of every source: the machine's and the typed ones. */
  live = $state.raw<readonly JudgedShot[]>([]);
  /** Shots of a file that one was opened from; walked through instead of the live ones while one of them is looked at. */
  file = $state.raw<readonly JudgedShot[]>([]);
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  /** Follows the line from now on; returns the way to stop. */
  start(): () => void {
    return this.#line.on('judged', (judged) => {
      this.live = [...this.live.slice(-(HISTORY_LENGTH - 1)), judged];
    });
  }

  /** Puts shots of before this start in front of those that have come in since. */
  restore(past: readonly JudgedShot[]): void {
    this.live = [...past.filter((judged) => !includesShot(this.live, judged)), ...this.live].slice(-HISTORY_LENGTH);
  }

  /** Makes the shots of a file available, so that one of them can be opened by its id. */
  offer(shots: readonly JudgedShot[]): void {
    this.file = shots;
  }

  /**
   * A shot and its neighbours.
   *
   * @param id null: the latest live shot
   * @returns null where there is no such shot
   */
  place(id: string | null): ShotPlace | null {
    for (const list of [this.live, this.file]) {
      const index = id === null ? list.length - 1 : list.findIndex(({ shot }) => shot.id === id);
      const judged = list[index];
      if (judged !== undefined) {
        return {
          judged,
          index,
          total: list.length,
          previous: list[index - 1]?.shot.id ?? null,
          next: list[index + 1]?.shot.id ?? null,
        };
      }
    }
    return null;
  }
}

/** Whether a list holds this shot. */
export function includesShot(list: readonly JudgedShot[], { shot }: JudgedShot): boolean {
  return list.some(({ shot: { id } }) => id === shot.id);
}

/** A shot among its neighbours. */
export interface ShotPlace {
  readonly judged: JudgedShot;
  /** From 0. */
  readonly index: number;
  readonly total: number;
  /** Ids of the neighbours; null at the ends. */
  readonly previous: string | null;
  readonly next: string | null;
}
