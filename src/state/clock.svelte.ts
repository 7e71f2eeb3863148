/** The time, for what ages on the screen. */

/** A clock that ticks once a second while it runs. */
export class Clock {
  /** Wall clock, milliseconds since the epoch. */
  wall = $state(0);
  /** Milliseconds since the page began; never runs backwards, but may stand still while the device sleeps. */
  monotonic = $state(0);
  readonly #readWall: () => number;
  readonly #readMonotonic: () => number;

  constructor(readWall: () => number = Date.now, readMonotonic: () => number = () => performance.now()) {
    this.#readWall = readWall;
    this.#readMonotonic = readMonotonic;
    this.tick();
  }

  /** Reads the time now. */
  tick(): void {
    this.wall = this.#readWall();
    this.monotonic = this.#readMonotonic();
  }

  /** Ticks from now on; returns the way to stop. */
  start(intervalMs = 1000): () => void {
    const timer = setInterval(() => this.tick(), intervalMs);
    return () => clearInterval(timer);
  }

  /**
   * Age in milliseconds of what happened at both times. The larger of the two ages counts: a clock set back or a device
   * that slept must never make something old look fresh.
   */
  ageOf(at: { readonly wall: number; readonly monotonic: number }): number {
    return Math.max(this.wall - at.wall, this.monotonic - at.monotonic, 0);
  }
}
