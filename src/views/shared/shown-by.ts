import { EXPERT_NAMES } from '../../monitor/line-memory/constants.ts';
import type { PredictorName } from '../../monitor/line-memory/standing.ts';

/** Whose probability a verdict was shown with; a predictor that there is no more shows as the mixture. */
export function shownBy(pinned: string | null): PredictorName {
  return EXPERT_NAMES.find((name) => name === pinned) ?? 'mixture';
}
