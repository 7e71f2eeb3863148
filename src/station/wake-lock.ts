/** Keeps the screen on while a station is at work. */

/** `held`: the screen stays on; `released`: not wanted, or the page is hidden; the other two cannot be helped from here. */
export type WakeState = 'held' | 'released' | 'refused' | 'unsupported';

/** What is needed of the page; a part of `document`. */
export type WakePage = Pick<Document, 'visibilityState' | 'addEventListener' | 'removeEventListener'>;

/** What is needed of the browser; `navigator.wakeLock`, or undefined where there is none. */
export interface WakeApi {
  request(type: 'screen'): Promise<Pick<WakeLockSentinel, 'release' | 'addEventListener'>>;
}

/** A browser that refused (a low battery, a policy) is asked again after this. */
const ASK_AGAIN_MS = 30_000;

/**
 * Holds the screen wake lock. The browser takes it away whenever the page is hidden and now and then for reasons of its own: it is
 * asked for again as soon as the page is seen.
 */
export class WakeLock {
  readonly #api: WakeApi | undefined;
  readonly #page: WakePage;
  readonly #onState: (state: WakeState) => void;
  #wanted = false;
  #asking = false;
  #sentinel: Pick<WakeLockSentinel, 'release'> | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(api: WakeApi | undefined, page: WakePage, onState: (state: WakeState) => void) {
    this.#api = api;
    this.#page = page;
    this.#onState = onState;
  }

  /** Keeps the screen on from now on; returns the way to let it go. */
  start(): () => void {
    if (!this.#api) {
      this.#onState('unsupported');
      return () => undefined;
    }
    this.#wanted = true;
    this.#page.addEventListener('visibilitychange', this.#ask);
    this.#ask();
    return () => {
      this.#wanted = false;
      this.#page.removeEventListener('visibilitychange', this.#ask);
      if (this.#timer !== null) clearTimeout(this.#timer);
      void this.#sentinel?.release();
    };
  }

  readonly #ask = (): void => {
    if (!this.#wanted || this.#asking || this.#sentinel || this.#page.visibilityState !== 'visible') return;
    this.#asking = true;
    void this.#request();
  };

  async #request(): Promise<void> {
    try {
      const sentinel = await this.#api?.request('screen');
      if (!sentinel) return;
      this.#sentinel = sentinel;
      sentinel.addEventListener('release', () => {
        this.#sentinel = null;
        this.#onState('released');
        this.#ask();
      });
      this.#onState('held');
      if (!this.#wanted) await sentinel.release();
    } catch {
      this.#onState('refused');
      this.#timer = setTimeout(this.#ask, ASK_AGAIN_MS);
    } finally {
      this.#asking = false;
    }
  }
}
