import { inSlices } from '../../../src/domain/next-task.ts';
import type { JournalClient } from '../../../src/journal/journal-client.ts';
import { DEFAULT_MIXTURE } from '../../../src/monitor/line-memory/constants.ts';
import { WatchedLine } from '../../../src/monitor/line-memory/watched-line.ts';

const CONSTANTS = {
  prior: 0.2, prior_strength: 5, decay: 2 ** (-1 / 50), weight_cap_concentration: 16, horizon: 50, tilt: 0.25, tilt_clip: 2,
  past_rates: { low: 0.01, high: 0.41 }, mixture: DEFAULT_MIXTURE,
};

/** What a test asks of a record with inspections. */
export const labels = (journal: () => JournalClient, opened: () => Promise<unknown>) => ({
  /** Inspects the shots of the newest `shots` in steps of `every`; returns how many findings were acknowledged. */
  async inspect(shots: number, every: number): Promise<number> {
    await opened();
    let acknowledged = 0;
    let cursor = null;
    for (let seen = 0; seen < shots; ) {
      const page = await journal().history({ stream: 'line' }, 1000, cursor);
      if (!page.ok) throw new Error(page.error.code);
      const asked = page.value.rows.filter((_, i) => (seen + i) % every === 0);
      const kept = await Promise.all(asked.map(({ seq }, i) =>
        journal().inspect(seq, { outcome: i % 5 === 0 ? 'defective' : 'good', findings: [], part: null, note: null })));
      acknowledged += kept.filter(({ ok }) => ok).length;
      seen += page.value.rows.length;
      cursor = page.value.next;
      if (!cursor) break;
    }
    return acknowledged;
  },

  /** The line memory of everything that was inspected, as the app builds it when it starts: how long reading and learning took, and the longest task above 50 ms. */
  async lineMemory(): Promise<{ labels: number; readMs: number; learnMs: number; longestTaskMs: number }> {
    await opened();
    const tasks: number[] = [];
    const observer = new PerformanceObserver((list) => {
      tasks.push(...list.getEntries().map(({ duration }) => duration));
    });
    observer.observe({ type: 'longtask' });
    const started = performance.now();
    const [page, inspected] = await Promise.all([journal().history({ stream: 'line' }, 1000), journal().lessons('line')]);
    if (!page.ok || !inspected.ok) throw new Error('not read');
    const read = performance.now();
    const line = new WatchedLine(CONSTANTS, 'line', null);
    await inSlices(line.rebuilding({ rows: page.value.rows, inspected: inspected.value, markers: [] }));
    line.memory.scores();
    const learned = performance.now();
    // A task is told of when it is over.
    await new Promise((resolve) => setTimeout(resolve, 200));
    observer.disconnect();
    return { labels: inspected.value.length, readMs: read - started, learnMs: learned - read, longestTaskMs: Math.max(0, ...tasks) };
  },
});
