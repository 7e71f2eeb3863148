import type { ExpertMixture } from '../../domain/bundle.ts';
import { EXPERT_NAMES, startWeights, type ExpertName, type Said, type Weights } from './constants.ts';

/** No predictor is taken to be surer than this when it is weighed: one wrong certainty must not silence it for good. */
const CERTAINTY = 1e-3;

const bounded = (p: number): number => Math.min(1 - CERTAINTY, Math.max(CERTAINTY, p));

/** The weighted mean of what was said; null where nobody spoke. */
export function mixtureProbability(weights: Weights, said: Said): number | null {
  let total = 0;
  let mixed = 0;
  for (const name of EXPERT_NAMES) {
    const p = said[name];
    if (p === undefined) continue;
    total += weights[name];
    mixed += weights[name] * p;
  }
  return total > 0 ? mixed / total : null;
}

/**
 * The weights after one label of a shot of which this was said at the time: fixed share (Herbster & Warmuth 1998) under
 * log-loss. A predictor that was silent keeps its weight (Freund et al. 1997), and no label counts more than once.
 * Mean regret against any one predictor after T labels: at most (ln(1/start) / T + ln(1/(1 - share))) / rate.
 */
export function learnWeights(weights: Weights, said: Said, defective: boolean, mixture: ExpertMixture, weight = 1): Weights {
  const eta = mixture.rate * Math.min(1, weight);
  const start = startWeights(mixture);
  const next = { ...weights } as Record<ExpertName, number>;
  let awake = 0;
  let scaled = 0;
  for (const name of EXPERT_NAMES) {
    const p = said[name];
    if (p === undefined) continue;
    const own = weights[name] * (defective ? bounded(p) : 1 - bounded(p)) ** eta;
    next[name] = own;
    awake += weights[name];
    scaled += own;
  }
  const scale = awake / scaled;
  for (const name of EXPERT_NAMES) {
    const kept = said[name] === undefined ? weights[name] : next[name] * scale;
    next[name] = (1 - mixture.share) * kept + mixture.share * start[name];
  }
  return next;
}

/** Log-loss of what was said, bounded as in the weighing. */
export function logLoss(p: number, defective: boolean): number {
  return -Math.log(defective ? bounded(p) : 1 - bounded(p));
}
