import type { Act } from './play.ts';

/** A year's findings, read again and learned again as at a start of the app: goal 2 s. */
export const yearOfLabels: Act = {
  name: 'A year of inspections learned again',
  async play({ stage, short, note }) {
    const shots = short ? 2_000 : 200_000;
    const every = 4;
    const profile = stage.profile('labels');
    let actor = await stage.launch(profile);
    const part = 20_000;
    let kept = 0;
    for (let from = 1; from <= shots; from += part) {
      const count = Math.min(part, shots - from + 1);
      await actor.page.evaluate(([first, n]) => window.harness.fill(first, n, { chunk: 1000 }), [from, count] as const);
      kept += await actor.page.evaluate(([n, step]) => window.harness.inspect(n, step), [count, every] as const);
      note(`${from + count - 1} of ${shots} shots, ${kept} inspected`);
    }
    await actor.close();
    actor = await stage.launch(profile);
    const first = await actor.page.evaluate(() => window.harness.lineMemory());
    const again = await actor.page.evaluate(() => window.harness.lineMemory());
    await actor.close();
    const seconds = ({ readMs, learnMs, longestTaskMs }: typeof first): Record<'read_s' | 'learn_s' | 'longest_task_ms', number> => ({
      read_s: Math.round(readMs / 10) / 100, learn_s: Math.round(learnMs / 10) / 100, longest_task_ms: Math.round(longestTaskMs),
    });
    const complete = kept === shots / every && first.labels === kept && again.labels === kept;
    return {
      passed: complete && (short || (first.readMs + first.learnMs <= 2000 && first.longestTaskMs <= 50)),
      figures: { shots, labels: first.labels, first: seconds(first), again: seconds(again) },
    };
  },
};
