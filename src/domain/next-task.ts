/** Resolves in a later task, so that what arrived in the meantime (a touch, a paint, a message) comes first. Sooner back than a timer. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Longest stretch without a pause: short enough for a touch or a shot in between, on a slow tablet too. */
const SLICE_MS = 8;

/** Does a work of small steps, some at a time, and lets other tasks in between and behind it. */
export async function inSlices<T>(steps: Generator<void, T, void>): Promise<T> {
  for (;;) {
    const until = performance.now() + SLICE_MS;
    do {
      const { done, value } = steps.next();
      if (done) {
        await nextTask();
        return value;
      }
    } while (performance.now() < until);
    await nextTask();
  }
}
