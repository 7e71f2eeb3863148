import { audit, isWhole } from './copies.ts';
import { Disk } from './disk.ts';
import type { Act, Outcome } from './play.ts';
import type { Actor, Stage } from './stage.ts';

/** A refused record must be seen to be refused within a second, and the time that a timer may be late. */
const ALARM_MS = 1100;

const BEFORE = 1500;
const DURING = 120;

/**
 * Writes, takes the space away, goes on writing, gives it back: what was acknowledged is there, what was refused was
 * said to be so at once, kept its verdict, and is written as soon as there is room.
 */
async function withoutRoom(
  stage: Stage,
  profile: string,
  take: (actor: Actor) => Promise<void>,
  giveBack: (actor: Actor) => Promise<void>,
): Promise<Outcome> {
  const author = await stage.launch(profile);
  const { acknowledged: before } = await author.page.evaluate((count) => window.harness.fill(1, count), BEFORE);
  await author.close();
  // A browser started anew: one that runs remembers for half a minute how much room there was.
  const actor = await stage.launch(profile);
  await take(actor);
  const attempts = await actor.page.evaluate(([from, count]) => window.harness.attempt(from, count), [BEFORE + 1, DURING] as const);
  const refused = attempts.filter(({ kept }) => !kept);
  const slowest = Math.max(0, ...refused.map(({ alarmMs }) => alarmMs ?? Infinity));
  const unrecorded = Math.max(0, ...attempts.map((attempt) => attempt.unrecorded));
  await giveBack(actor);
  const after = await actor.page.evaluate((from) => window.harness.recovered(from), BEFORE + DURING + 1);
  await actor.close();

  const again = await stage.launch(profile);
  const status = await again.page.evaluate(() => window.harness.checked());
  const acknowledged = Array.from({ length: BEFORE }, (_, i) => i + 1).concat(attempts.filter(({ kept }) => kept).map(({ n }) => n));
  const all = Array.from({ length: after.last }, (_, i) => i + 1);
  const outcome = await audit(again, acknowledged);
  const late = await audit(again, all);
  await again.close();
  return {
    passed: before === BEFORE && isWhole(outcome) && refused.length > 0 && slowest <= ALARM_MS && unrecorded > 0 && after.unrecorded === 0 && late.missing.length === 0,
    figures: {
      acknowledged: acknowledged.length, lost: outcome.missing.length, kept_twice: outcome.doubled, refused: refused.length, unrecorded_shown: unrecorded,
      slowest_alarm_ms: Math.round(slowest), written_once_there_was_room: refused.length - late.missing.length,
      room_found_after_ms: Math.round(after.ms), repairs: status.repairs.map(({ what }) => what),
    },
  };
}

/** The browser's own limit is drawn tight around what is stored already. */
export const tightQuota: Act = {
  name: 'Quota of the browser used up',
  async play({ stage }) {
    return withoutRoom(
      stage,
      stage.profile('quota'),
      async (actor) => {
        const usage = await actor.page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
        await actor.limitQuota(stage.origin, Math.max(1, usage));
      },
      async (actor) => actor.limitQuota(stage.origin, null),
    );
  },
};

/** The disk itself is full to the last block. */
export const fullDisk: Act = {
  name: 'Disk full to the last block',
  async play({ stage }) {
    const disk = Disk.make(stage.folder, 'full', 256);
    let full: ReturnType<typeof setInterval> | undefined;
    try {
      return await withoutRoom(
        stage,
        disk.folder,
        () => {
          disk.fill(0);
          // What the browser frees when it opens its files anew is taken too: the disk stays full.
          full = setInterval(() => {
            disk.fill(0);
          }, 100);
          return Promise.resolve();
        },
        () => {
          clearInterval(full);
          disk.makeRoom();
          return Promise.resolve();
        },
      );
    } finally {
      clearInterval(full);
      disk.remove();
    }
  },
};
