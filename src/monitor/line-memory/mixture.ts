import type { ExpertMixture } from '../../domain/bundle.ts';
import { EXPERT_NAMES, startWeights, type ExpertName, type Said, type Weights } from './constants.ts';

/** No predictor is taken to be surer than this when it is weighed: one wrong certainty must not silence it for good. */
const CERTAINTY = 1e-3;

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
  const likelihood: Partial<Record<ExpertName, number>> = {};
  let awake = 0;
  let scaled = 0;
  for (const name of EXPERT_NAMES) {
    const p = said[name];
    if (p === undefined) continue;
    const bounded = Math.min(1 - CERTAINTY, Math.max(CERTAINTY, p));
    const own = (defective ? bounded : 1 - bounded) ** eta;
    likelihood[name] = own;
    awake += weights[name];
    scaled += weights[name] * own;
  }
  const next = { ...weights };
  for (const name of EXPERT_NAMES) {
    const own = likelihood[name];
    const kept = own === undefined ? weights[name] : weights[name] * own * (awake / scaled);
    next[name] = (1 - mixture.share) * kept + mixture.share * start[name];
  }
  return next;
}

/** Log-loss of what was said, bounded as in the weighing. */
export function logLoss(p: number, defective: boolean): number {
  const bounded = Math.min(1 - CERTAINTY, Math.max(CERTAINTY, p));
  return -Math.log(defective ? bounded : 1 - bounded);
}
