import type { LineMemory } from '../../domain/bundle.ts';
import { EXPERT_NAMES, type ExpertName, type Said } from './constants.ts';
import { runRate, type TrackerState } from './tracker.ts';

/** What a predictor may look at: everything known before the shot's own label. */
export interface Context {
  readonly memory: LineMemory;
  /** The constants of the recent rate. */
  readonly recentMemory: LineMemory;
  readonly tracker: TrackerState;
  readonly recent: TrackerState;
  /** Calibrated probabilities of the shot models, by kind; absent where a model had none. */
  readonly models: Readonly<Partial<Record<'field' | 'legacy', number>>>;
  /** Mean log-odds of the field model over the run's shots so far, this one included; null before the first. */
  readonly meanLogOdds: number | null;
}

/** A predictor: a probability, or null where it has nothing to say of this shot. */
export type Expert = (context: Context) => number | null;

/** The log-odds of a probability. */
export const logOdds = (p: number): number => Math.log(p / (1 - p));

/** Every predictor, by name. One more is one more line here, in `EXPERT_NAMES` and in the training's `EXPERTS`. */
export const EXPERTS: Readonly<Record<ExpertName, Expert>> = {
  run_rate: ({ tracker, memory }) => runRate(tracker, memory),
  run_rate_recent: ({ recent, recentMemory }) => runRate(recent, recentMemory),
  run_rate_tilt: ({ tracker, memory, models, meanLogOdds }) => {
    const { field } = models;
    if (field === undefined || meanLogOdds === null) return null;
    const clipped = Math.min(memory.tilt_clip, Math.max(-memory.tilt_clip, logOdds(field) - meanLogOdds));
    return 1 / (1 + Math.exp(-(logOdds(runRate(tracker, memory)) + memory.tilt * clipped)));
  },
  field: ({ models }) => models.field ?? null,
  legacy: ({ models }) => models.legacy ?? null,
};

/** What every predictor says of a shot. */
export function sayAll(context: Context): Said {
  const said: Partial<Record<ExpertName, number>> = {};
  for (const name of EXPERT_NAMES) {
    const p = EXPERTS[name](context);
    if (p !== null && Number.isFinite(p)) said[name] = p;
  }
  return said;
}
