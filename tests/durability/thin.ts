import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Act } from './play.ts';

/** Enough to fill a segment, 30 s apart: nine days and more. */
const SHOTS = 26_000;
const STEP_MS = 30_000;

/**
 * Retention is cut short by SIGKILL again and again, then finished; then the database is taken away: no count changes, both
 * copies hold the same, and every shot that was not thinned is whole.
 */
export const thinnedAndKilled: Act = {
  name: 'Retention cut short by SIGKILL',
  async play({ stage, short, note }) {
    const rounds = short ? 2 : 20;
    const profile = stage.profile('thin');
    const startAt = Date.now() - SHOTS * STEP_MS;
    const before = new Date(Date.now()).setHours(0, 0, 0, 0) - 86_400_000;
    let actor = await stage.launch(profile);
    const { acknowledged } = await actor.page.evaluate(
      ([count, at, stepMs]) => window.harness.fill(1, count, { stepMs, startAt: at }),
      [SHOTS, startAt, STEP_MS] as const,
    );
    await actor.page.evaluate(() => window.harness.exported());

    const failures: string[] = [];
    let cutShort = 0;
    const look = async (when: string): Promise<void> => {
      await actor.page.evaluate(() => window.harness.checked());
      const [database, log, counts] = await actor.page.evaluate(
        async () => [await window.harness.database(), await window.harness.log(), await window.harness.counts()] as const,
      );
      const same = JSON.stringify(database.seqs) === JSON.stringify(log.seqs);
      const here = new Set(database.shots).size;
      if (counts.shots !== acknowledged || here + counts.thinned !== acknowledged || !same || database.wrong.length + log.wrong.length + database.lost.length > 0) {
        failures.push(`${when}: ${counts.shots} counted, ${here} here, ${counts.thinned} thinned, copies ${same ? 'the same' : 'different'}`);
      }
    };
    for (let round = 1; round <= rounds; round += 1) {
      await actor.page.evaluate(() => window.harness.checked());
      void actor.page.evaluate((at) => window.harness.thin(at), before).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 1500));
      await actor.kill();
      actor = await stage.launch(profile);
      await look(`round ${round}`);
      const { thinned } = await actor.page.evaluate(() => window.harness.counts());
      if (thinned > 0) cutShort += 1;
      note(`round ${round}/${rounds}: ${thinned} thinned`);
    }
    await actor.page.evaluate((at) => window.harness.thin(at), before);
    await look('finished');
    const { thinned } = await actor.page.evaluate(() => window.harness.counts());
    await actor.close();
    rmSync(join(profile, 'Default', 'IndexedDB'), { recursive: true });
    actor = await stage.launch(profile);
    await look('database rebuilt');
    await actor.close();
    return { passed: failures.length === 0 && thinned > 0, figures: { shots: acknowledged, rounds, rounds_with_something_thinned: cutShort, thinned, failures } };
  },
};
