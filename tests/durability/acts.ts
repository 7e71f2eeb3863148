import { damagedFiles } from './damage.ts';
import { killRounds } from './kill.ts';
import { powerCuts } from './power.ts';

/** All acts by their short name. */
export const acts = {
  kill: killRounds,
  power: powerCuts,
  damage: damagedFiles,
};
