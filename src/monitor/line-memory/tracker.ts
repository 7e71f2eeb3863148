import type { LineMemory } from '../../domain/bundle.ts';
import { betaBinomialInterval } from './beta-binomial.ts';

/** The run-rate tracker's state: S defective labels and W labels, older ones fading; `seen` labels that came in. */
export interface TrackerState {
  readonly defects: number;
  readonly labels: number;
  readonly seen: number;
}

export const NO_LABELS: TrackerState = { defects: 0, labels: 0, seen: 0 };

/**
 * One label: S <- g^w S + w y, W <- g^w W + w. `weight` is the share of shots that is inspected over this shot's own chance
 * of it: 1 where the inspected shots are drawn at random. The decay is per label, not per shot.
 */
export function learnLabel(state: TrackerState, defective: boolean, memory: LineMemory, weight = 1): TrackerState {
  const fade = memory.decay ** weight;
  return {
    defects: fade * state.defects + (defective ? weight : 0),
    labels: fade * state.labels + weight,
    seen: state.seen + 1,
  };
}

/** The estimated defect rate, strictly between 0 and 1 for a prior that is. */
export function runRate(state: TrackerState, memory: LineMemory): number {
  return (memory.prior_strength * memory.prior + state.defects) / (memory.prior_strength + state.labels);
}

/** Of the next `memory.horizon` shots, the share that will be defective: the 5 % and the 95 % quantile. */
export function rateInterval(state: TrackerState, memory: LineMemory): { readonly low: number; readonly high: number } {
  const a = memory.prior_strength * memory.prior + state.defects;
  const b = memory.prior_strength * (1 - memory.prior) + state.labels - state.defects;
  const shrink = Math.min(1, memory.weight_cap_concentration / (a + b));
  const [low, high] = betaBinomialInterval(memory.horizon, shrink * a, shrink * b);
  return { low: low / memory.horizon, high: high / memory.horizon };
}
