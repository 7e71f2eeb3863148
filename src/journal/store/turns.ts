/** Requests of a database that the browser has closed may stay without an answer; they are not waited for longer. */
const LOST_PATIENCE_MS = 500;

/** Lets one job at a time at the store. A job whose database is lost fails, also when the browser never answers it. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #giveUp: (() => void) | null = null;

  take<T>(job: () => Promise<T>): Promise<T> {
    const run = this.#last.then(() => this.#unlessLost(job));
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** The database of the job at work is gone. */
  databaseLost(): void {
    this.#giveUp?.();
  }

  async #unlessLost<T>(job: () => Promise<T>): Promise<T> {
    let patience: ReturnType<typeof setTimeout> | undefined;
    const lost = new Promise<never>((_, reject) => {
      this.#giveUp = () => {
        patience ??= setTimeout(() => {
          reject(new DOMException('the browser closed the database', 'AbortError'));
        }, LOST_PATIENCE_MS);
      };
    });
    try {
      return await Promise.race([job(), lost]);
    } finally {
      clearTimeout(patience);
      this.#giveUp = null;
    }
  }
}
