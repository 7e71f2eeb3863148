import { nextTask } from '../domain/next-task.ts';

/** How long a work is measured, and how often at most. */
const MEASURE_MS = 1_500;
const MEASURE_RUNS = 30;

/** Median time of a work in milliseconds, the first time not counted; null when it says that it could not be done. */
export async function medianTime(work: () => boolean | Promise<boolean>): Promise<number | null> {
  const times: number[] = [];
  const end = performance.now() + MEASURE_MS;
  for (let run = -1; run < MEASURE_RUNS && (run < 1 || performance.now() < end); run += 1) {
    const started = performance.now();
    if (!(await work())) return null;
    if (run >= 0) times.push(performance.now() - started);
    await nextTask();
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? null;
}
