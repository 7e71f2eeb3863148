/** Tells when nobody has touched the screen for a while. */

const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'wheel'] as const;

export interface IdleWatchOptions {
  readonly page: Pick<Document, 'addEventListener'>;
  /** Nobody there after this many milliseconds. Asked anew each time, for it is a setting. */
  readonly afterMs: () => number;
  /** Called once when it becomes so. */
  readonly onIdle: () => void;
  /** Called with the first touch after that. */
  readonly onBack?: () => void;
}

/** Watches for people; returns the way to stop. */
export function watchIdle({ page, afterMs, onIdle, onBack }: IdleWatchOptions): () => void {
  const stop = new AbortController();
  let idle = false;
  let timer: ReturnType<typeof setTimeout>;
  const wait = (): void => {
    timer = setTimeout(() => {
      idle = true;
      onIdle();
    }, afterMs());
  };
  const alive = (): void => {
    clearTimeout(timer);
    if (idle) onBack?.();
    idle = false;
    wait();
  };
  for (const sign of SIGNS_OF_LIFE) page.addEventListener(sign, alive, { signal: stop.signal, capture: true, passive: true });
  wait();
  return () => {
    clearTimeout(timer);
    stop.abort();
  };
}
