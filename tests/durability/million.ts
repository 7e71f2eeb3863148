import type { Act } from './play.ts';

const STEP_MS = 30_000;

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN) * 10) / 10;
}

/** A year and more of a line: written, opened, paged by every filter, its memory watched. */
export const millionShots: Act = {
  name: 'A million shots written and paged',
  async play({ stage, short, note }) {
    const shots = short ? 5_000 : 1_000_000;
    const part = 50_000;
    const startAt = Date.now() - shots * STEP_MS;
    const profile = stage.profile('million');
    let actor = await stage.launch(profile);
    let acknowledged = 0;
    let writeMs = 0;
    for (let from = 1; from <= shots; from += part) {
      const written = await actor.page.evaluate(
        ([first, count, at, stepMs]) => window.harness.fill(first, count, { chunk: 1000, stepMs, startAt: at }),
        [from, Math.min(part, shots - from + 1), startAt, STEP_MS] as const,
      );
      acknowledged += written.acknowledged;
      writeMs += written.ms;
      note(`${acknowledged} of ${shots} written`);
    }
    await actor.close();

    actor = await stage.launch(profile);
    const openMs = await actor.page.evaluate(() => window.harness.openTime());
    const usage = await actor.page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
    const memoryOpened = actor.memory();
    const day = startAt + Math.floor(shots / 2) * STEP_MS;
    const filters = {
      newest: { stream: 'line' },
      verdict: { stream: 'line', verdict: 'ng' },
      rare: { stream: 'line', product: 2, verdict: 'hold' },
      day: { stream: 'line', from: day, to: day + 86_400_000 },
    } as const;
    const pages: Record<string, { p50: number; p99: number; rows: number }> = {};
    for (const [name, filter] of Object.entries(filters)) {
      note(`paging: ${name}`);
      const { ms, rows } = await actor.page.evaluate(([of, count]) => window.harness.page(of, count), [filter, short ? 20 : 200] as const);
      pages[name] = { p50: quantile(ms, 0.5), p99: quantile(ms, 0.99), rows };
    }
    const memoryPaged = actor.memory();
    note('every segment compared');
    const checkedAfter = await actor.page.evaluate(async () => {
      const started = performance.now();
      const status = await window.harness.checked();
      return { ms: performance.now() - started, segments: status.toCheck, repairs: status.repairs.length };
    });
    const memoryChecked = actor.memory();
    await actor.close();
    const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
    return {
      passed: acknowledged === shots && openMs <= 1000 && Object.values(pages).every(({ p50 }) => p50 <= 20) && checkedAfter.repairs === 0,
      figures: {
        shots: acknowledged, written_per_s: Math.round((shots / writeMs) * 1000), stored_mb: megabytes(usage), open_ms: Math.round(openMs), page_of_50_ms: pages,
        memory_mb: { opened: megabytes(memoryOpened), paged: megabytes(memoryPaged), checked: megabytes(memoryChecked) },
        compared: { segments: checkedAfter.segments, s: Math.round(checkedAfter.ms / 1000) },
      },
    };
  },
};

/** A line much faster than any: is a record ever late? */
export const fastLine: Act = {
  name: 'Ten shots a second, none acknowledged late',
  async play({ stage, short }) {
    const seconds = short ? 5 : 600;
    const actor = await stage.launch(stage.profile('line'));
    const times = await actor.page.evaluate((duration) => window.harness.line(10, duration), seconds);
    const bare = await actor.page.evaluate((count) => window.harness.acknowledgement(count), short ? 100 : 1000);
    await actor.close();
    const figures = {
      shots: times.length, p50_ms: quantile(times, 0.5), p99_ms: quantile(times, 0.99), longest_ms: quantile(times, 1),
      late: times.filter((ms) => ms > 250).length,
      acknowledgement: { p50_ms: quantile(bare.journal, 0.5), p99_ms: quantile(bare.journal, 0.99) },
      bare_strict: { p50_ms: quantile(bare.bare, 0.5), p99_ms: quantile(bare.bare, 0.99) },
      ratio_p50: Math.round((quantile(bare.journal, 0.5) / quantile(bare.bare, 0.5)) * 100) / 100,
      ratio_p99: Math.round((quantile(bare.journal, 0.99) / quantile(bare.bare, 0.99)) * 100) / 100,
    };
    // The short form runs beside other tests: it says that the line runs, not how fast.
    return { passed: times.length === 10 * seconds && (short || (figures.p99_ms <= 250 && figures.ratio_p50 <= 2.5)), figures };
  },
};
