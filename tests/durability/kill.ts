import type { Act } from './play.ts';

/**
 * SIGKILL to the browser the moment an acknowledgement is heard, over and over on one profile: whatever has been
 * acknowledged in any round is in both copies at the next start.
 */
export const killRounds: Act = {
  name: 'SIGKILL right after an acknowledgement',
  async play({ stage, short, note }) {
    const rounds = short ? 4 : 100;
    const profile = stage.profile('kill');
    const acknowledged = new Set<number>();
    let next = 1;
    for (let round = 1; round <= rounds; round += 1) {
      const mortal = 1 + Math.floor(Math.random() * 25);
      let heard = 0;
      let deadline: () => void = () => undefined;
      const fatal = new Promise<void>((resolve) => {
        deadline = resolve;
      });
      const actor = await stage.launch(profile, (n) => {
        acknowledged.add(n);
        next = Math.max(next, n + 1);
        heard += 1;
        if (heard === mortal) deadline();
      });
      void actor.page.evaluate((from) => window.harness.write(from), next + 1000).catch(() => undefined);
      await fatal;
      await actor.kill();
      note(`round ${round}/${rounds}: ${acknowledged.size} acknowledged`);
    }
    const actor = await stage.launch(profile);
    const status = await actor.page.evaluate(() => window.harness.checked());
    const copies = await actor.page.evaluate(async () => [await window.harness.database(), await window.harness.log()] as const);
    await actor.close();
    const lost = copies.map((copy) => [...acknowledged].filter((n) => !copy.shots.includes(n)).length);
    const wrong = copies.map((copy) => copy.wrong.length);
    return {
      passed: lost.every((n) => n === 0) && wrong.every((n) => n === 0) && copies[0].lost.length === 0,
      figures: { rounds, acknowledged: acknowledged.size, lost_database: lost[0], lost_log: lost[1], repairs: status.repairs.length },
    };
  },
};
