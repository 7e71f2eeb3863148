import { audit, isWhole } from './copies.ts';
import type { Act } from './play.ts';

/** The journal's worker dies while records are on their way, again and again: each is kept, and once. */
export const killedWorker: Act = {
  name: 'Worker killed in the middle of an append',
  async play({ stage, short, note }) {
    const rounds = short ? 3 : 25;
    const perRound = 20;
    const profile = stage.profile('worker');
    const actor = await stage.launch(profile);
    const acknowledged: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const kept = await actor.page.evaluate(
        ([from, count, afterMs]) => window.harness.killDuring(from, count, afterMs),
        [round * perRound + 1, perRound, Math.random() * 12] as const,
      );
      acknowledged.push(...kept);
      note(`round ${round + 1}/${rounds}: ${acknowledged.length} acknowledged`);
    }
    const outcome = await audit(actor, acknowledged);
    await actor.close();
    return {
      passed: isWhole(outcome) && acknowledged.length === rounds * perRound,
      figures: { rounds, written: rounds * perRound, acknowledged: acknowledged.length, lost: outcome.missing.length, kept_twice: outcome.doubled },
    };
  },
};

/** Somebody sets the clock back by an hour in the middle of a shift: the order stays, and the journal says what happened. */
export const clockSetBack: Act = {
  name: 'Clock set back by an hour',
  async play({ stage }) {
    const profile = stage.profile('clock');
    const actor = await stage.launch(profile);
    const numbers = Array.from({ length: 40 }, (_, i) => i + 1);
    const before = await actor.page.evaluate((list) => window.harness.append(list), numbers.slice(0, 20));
    await actor.page.evaluate(() => {
      window.harness.setClock(-3_600_000);
    });
    const after = await actor.page.evaluate((list) => window.harness.append(list), numbers.slice(20));
    await actor.close();
    const again = await stage.launch(profile);
    await again.page.evaluate(() => window.harness.checked());
    const outcome = await audit(again, [...before, ...after]);
    const order = await again.page.evaluate(() => window.harness.order());
    const events = await again.page.evaluate(() => window.harness.clockChanges());
    await again.close();
    const inOrder = JSON.stringify(order.listed) === JSON.stringify(numbers.toReversed());
    return {
      passed: isWhole(outcome) && before.length + after.length === 40 && inOrder && order.foundByTime === 20 && events === 1,
      figures: { acknowledged: before.length + after.length, lost: outcome.missing.length, in_order: inOrder, found_by_time: order.foundByTime, clock_changes_recorded: events },
    };
  },
};
