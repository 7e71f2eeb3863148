/** What explanations cost, and whether a verdict waits for one, for `npm run bench`. */
import { DEFAULT_DOMAIN_TABLE } from '../../src/domain/domain-table-default.ts';
import { FEATURE_COUNT, FEATURE_NAMES, type ControlClass, type FeatureName } from '../../src/domain/feature.ts';
import type { Result } from '../../src/domain/result.ts';
import type { Shot } from '../../src/domain/shot.ts';
import { createExplainClient } from '../../src/explain/explain-client.ts';
import type { LoadedBundle } from '../../src/model/client.ts';

/** Milliseconds, page to worker and back. */
export interface ExplainTimings {
  readonly attribution_p50_ms: number;
  readonly trees_p50_ms: number;
  /** Both lists of a counterfactual search, as long as 2,000 candidates take. */
  readonly search_2000_ms: number;
  /** A verdict, page to worker and back, while nothing is explained. */
  readonly verdict_idle_p50_ms: number;
  readonly verdict_idle_p95_ms: number;
  /** The same while the explanation worker works without a pause. */
  readonly verdict_busy_p50_ms: number;
  readonly verdict_busy_p95_ms: number;
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code} ${JSON.stringify(result.error.params)}`);
  return result.value;
}

const at = (times: number[], share: number): number => times.sort((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? NaN;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** @param verdict judges one shot on the one path */
export async function benchExplanations(
  bundle: LoadedBundle,
  shots: readonly Shot[],
  verdict: (shot: Shot) => Promise<unknown>,
): Promise<ExplainTimings> {
  const explainer = createExplainClient();
  explainer.use(bundle);
  const controls = Object.fromEntries(
    FEATURE_NAMES.map((name) => [name, DEFAULT_DOMAIN_TABLE.signals[name].control]),
  ) as Record<FeatureName, ControlClass>;
  const question = { threshold: 0, controls, past: new Float64Array(0) };
  const some = (count: number): Shot[] => Array.from({ length: count }, (_, i) => shots[(i * 37) % shots.length]!);

  const attribution: number[] = [];
  const trees: number[] = [];
  const searches: number[] = [];
  for (const [i, shot] of some(150).entries()) {
    const attributed = await timed(async () => value(await explainer.explain(shot.values)));
    const treed = await timed(async () => value(await explainer.trees(shot.values)));
    let candidates = 0;
    const searched = await timed(async () => {
      const advice = value(await explainer.advise(shot.values, question));
      if (advice.kind === 'explained') candidates = advice.operator.candidates + advice.engineer.candidates;
    });
    if (i < 30) continue;
    attribution.push(attributed);
    trees.push(treed);
    // A search that finds no known ground ends after its first round and says nothing about 2,000 candidates.
    if (candidates > 1000) searches.push((searched / candidates) * 2000);
  }

  const verdicts = async (count: number): Promise<number[]> => {
    const times: number[] = [];
    for (const shot of some(count)) {
      times.push(await timed(() => verdict(shot)));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return times;
  };
  const idle = await verdicts(300);
  const survey = new Float64Array(400 * FEATURE_COUNT);
  const product = shots.filter((shot) => shot.values[0] === shots[0]!.values[0]);
  for (let i = 0; i < 400; i += 1) survey.set(product[i % product.length]!.values, i * FEATURE_COUNT);
  const stop = new AbortController();
  const busyUntilStopped = (async () => {
    while (!stop.signal.aborted) await explainer.survey(survey, { signal: stop.signal });
  })();
  const busy = await verdicts(300);
  stop.abort();
  await busyUntilStopped;
  explainer.dispose();
  return {
    attribution_p50_ms: at(attribution, 0.5),
    trees_p50_ms: at(trees, 0.5),
    search_2000_ms: at(searches, 0.5),
    verdict_idle_p50_ms: at(idle, 0.5),
    verdict_idle_p95_ms: at(idle, 0.95),
    verdict_busy_p50_ms: at(busy, 0.5),
    verdict_busy_p95_ms: at(busy, 0.95),
  };
}
