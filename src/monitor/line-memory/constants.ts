import type { ExpertMixture, LineMemory } from '../../domain/bundle.ts';

/** The predictors that are told apart: two memories of the run's defects, the tilted one, and the shot models. */
export const EXPERT_NAMES = ['run_rate', 'run_rate_recent', 'run_rate_tilt', 'field', 'legacy'] as const;
export type ExpertName = (typeof EXPERT_NAMES)[number];

/** What was said of one shot, by predictor; who had nothing to say is absent. */
export type Said = Readonly<Partial<Record<ExpertName, number>>>;

export type Weights = Readonly<Record<ExpertName, number>>;

/** Used where a bundle does not bring its own: what docs/line-memory.md measured. */
export const DEFAULT_MIXTURE: ExpertMixture = {
  rate: 0.25,
  share: 0.001,
  start: { run_rate: 0.73, run_rate_recent: 0.2, run_rate_tilt: 0.05, field: 0.01, legacy: 0.01 },
};

/** The weight that a predictor has at least at the start, also one the bundle does not know. */
const LEAST_START = 0.01;

const startOf = new WeakMap<ExpertMixture, Weights>();

/** The weights a product begins with: the bundle's, for every predictor of the app, summing to 1. */
export function startWeights(mixture: ExpertMixture | null): Weights {
  const own = mixture ?? DEFAULT_MIXTURE;
  const known = startOf.get(own);
  if (known) return known;
  const raw = EXPERT_NAMES.map((name) => own.start[name] ?? LEAST_START);
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  // Left alone where they sum to 1 already, so that they are the very numbers of the bundle.
  const scale = Math.abs(total - 1) < 1e-12 ? 1 : total;
  const weights = Object.fromEntries(EXPERT_NAMES.map((name, i) => [name, (raw[i] ?? 0) / scale])) as Record<ExpertName, number>;
  startOf.set(own, weights);
  return weights;
}

/** The recent rate leans on the prior, and remembers, this share of what the run rate does. */
const RECENT_SHARE = 0.5;

/** The constants of the recent rate. */
export function recentConstants(memory: LineMemory): LineMemory {
  return {
    ...memory,
    prior_strength: memory.prior_strength * RECENT_SHARE,
    decay: memory.decay ** (1 / RECENT_SHARE),
  };
}
