/** Work that only its latest request is worth: while one runs, of those that come only the last waits. */
export class Latest<T> {
  #running = false;
  #waiting: (() => Promise<void>) | null = null;

  /**
   * Runs the work now or after the one that runs; a later request takes its place in the queue.
   *
   * @param work what to do
   * @param take what to do with the outcome; not called for a request that was overtaken while it waited
   */
  request(work: () => Promise<T>, take: (outcome: T) => void): void {
    const run = async (): Promise<void> => {
      this.#running = true;
      try {
        take(await work());
      } finally {
        this.#running = false;
        const next = this.#waiting;
        this.#waiting = null;
        if (next) void next();
      }
    };
    if (this.#running) this.#waiting = run;
    else void run();
  }
}
