import { damagedFiles } from './damage.ts';
import { killRounds } from './kill.ts';
import { yearOfLabels } from './labels.ts';
import { fastLine, millionShots } from './million.ts';
import { powerCuts } from './power.ts';
import { fullDisk, tightQuota } from './space.ts';
import { thinnedAndKilled } from './thin.ts';
import { clockSetBack, killedWorker } from './worker.ts';

/** All acts by their short name. */
export const acts = {
  kill: killRounds,
  power: powerCuts,
  damage: damagedFiles,
  quota: tightQuota,
  disk: fullDisk,
  worker: killedWorker,
  clock: clockSetBack,
  thin: thinnedAndKilled,
  million: millionShots,
  labels: yearOfLabels,
  line: fastLine,
};
