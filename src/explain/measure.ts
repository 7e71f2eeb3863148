/** What explanations take on either backend, found out on this device. */
import { EXPLAIN_WORKS, type ExplainWork, type WorkTimes } from '../model/acceleration.ts';
import { medianTime } from '../model/median-time.ts';
import type { Explainer } from './explainer.ts';
import type { Elsewhere } from './steps.ts';

/**
 * Median times of each work of explanations, evaluated here and elsewhere, with a complete shot of 30 recorded values: two lists of
 * 1,000 candidates, one after the other, and the attribution of the shot with all its mixtures. A work that cannot be done in both
 * places is left out.
 *
 * @param elsewhere for one run of a work
 */
export async function measureWorks(explainer: Explainer, values: Float64Array, elsewhere: () => Elsewhere): Promise<readonly WorkTimes[]> {
  const runs: Record<ExplainWork, (by: Elsewhere | null) => Promise<boolean>> = {
    candidates: (by) => explainer.evaluateCandidates(by, values),
    attribution: async (by) => {
      if (!by) return explainer.explain(values).kind === 'explained';
      let evaluated = false;
      await explainer.explainBy(async (rows) => {
        const answer = await by(rows);
        evaluated = answer !== null;
        return answer;
      }, values);
      return evaluated;
    },
  };
  const times: WorkTimes[] = [];
  for (const work of EXPLAIN_WORKS) {
    const processorMs = await medianTime(() => runs[work](null));
    const webgpuMs = processorMs === null ? null : await medianTime(() => runs[work](elsewhere()));
    if (processorMs !== null && webgpuMs !== null) times.push({ work, processorMs, webgpuMs });
  }
  return times;
}
