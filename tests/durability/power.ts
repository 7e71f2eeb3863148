import { Disk } from './disk.ts';
import type { Act, Setting } from './play.ts';
import type { Actor } from './stage.ts';

const ROUNDS = { full: 30, short: 2 };

/** One round: writes until some acknowledgements were heard, then the power goes. Returns the numbers heard. */
async function untilThePowerGoes(setting: Setting, disk: Disk, start: (actor: Actor) => Promise<unknown>): Promise<Set<number>> {
  const acknowledged = new Set<number>();
  const mortal = 20 + Math.floor(Math.random() * 60);
  let deadline: () => void = () => undefined;
  const fatal = new Promise<void>((resolve) => {
    deadline = resolve;
  });
  let dark = false;
  const actor = await setting.stage.launch(disk.folder, (n) => {
    if (dark) return;
    acknowledged.add(n);
    if (acknowledged.size < mortal) return;
    dark = true;
    disk.cutPower();
    deadline();
  });
  void start(actor).catch(() => undefined);
  await fatal;
  await actor.kill();
  disk.unmount();
  disk.mount();
  return acknowledged;
}

/**
 * The power goes right after an acknowledgement: a loop-mounted ext4 is shut down without flushing its log. What was
 * acknowledged is there afterwards. The control writes a plain database in relaxed mode and must lose: else the cut cuts
 * nothing.
 */
export const powerCuts: Act = {
  name: 'Power cut on a disk of its own, with a control that must lose',
  async play(setting) {
    const { stage, short, note } = setting;
    const rounds = short ? ROUNDS.short : ROUNDS.full;
    const probe = Disk.make(stage.folder, 'probe', 32);
    try {
      probe.cutPower();
    } finally {
      probe.remove();
    }
    let acknowledged = 0;
    let lost = 0;
    let wrong = 0;
    let falselyClaimed = 0;
    // A profile that lives through every round, as a tablet's does, and a new one each third round.
    let disk: Disk | null = null;
    const all = new Set<number>();
    let next = 1;
    for (let round = 1; round <= rounds; round += 1) {
      if (!disk || round % 3 === 1) {
        disk?.remove();
        disk = Disk.make(stage.folder, `disk-${round}`, 256);
        all.clear();
      }
      const heard = await untilThePowerGoes(setting, disk, (actor) => actor.page.evaluate((from) => window.harness.write(from), next));
      for (const n of heard) all.add(n);
      next += 1000;
      const actor = await stage.launch(disk.folder);
      await actor.page.evaluate(() => window.harness.checked());
      const [database, log] = await actor.page.evaluate(async () => [await window.harness.database(), await window.harness.log()] as const);
      await actor.close();
      acknowledged += heard.size;
      const inDatabase = new Set(database.shots);
      const inLog = new Set(log.shots);
      lost += [...all].filter((n) => !inDatabase.has(n) || !inLog.has(n)).length;
      wrong += database.wrong.length + log.wrong.length;
      falselyClaimed += database.lost.length;
      note(`round ${round}/${rounds}: ${acknowledged} acknowledged, ${lost} lost`);
    }
    disk?.remove();

    const control = { rounds: short ? 1 : 5, acknowledged: 0, lost: 0 };
    for (let round = 1; round <= control.rounds; round += 1) {
      const relaxed = Disk.make(stage.folder, `control-${round}`, 256);
      const heard = await untilThePowerGoes(setting, relaxed, (actor) => actor.page.evaluate(() => window.harness.writeRelaxed()));
      const actor = await stage.launch(relaxed.folder);
      const kept = new Set(await actor.page.evaluate(() => window.harness.relaxedNumbers()));
      await actor.close();
      relaxed.remove();
      control.acknowledged += heard.size;
      control.lost += [...heard].filter((n) => !kept.has(n)).length;
      note(`control ${round}/${control.rounds}: ${control.lost} of ${control.acknowledged} lost`);
    }
    return {
      passed: lost === 0 && wrong === 0 && falselyClaimed === 0 && control.lost > 0,
      figures: { rounds, acknowledged, lost, wrong, falsely_claimed_lost: falselyClaimed, control },
    };
  },
};
