import type { AppError } from '../domain/app-error.ts';
import { LATENT_COUNT } from '../domain/bundle.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import { judge } from '../domain/judge.ts';
import type { ResolvedPolicy } from '../domain/policy.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { LoadedBundle } from '../model/client.ts';
import type { Prediction } from '../model/prediction.ts';

/** By what shots are judged: a bundle and the policy resolved on its table. */
export interface Rules {
  readonly bundle: LoadedBundle;
  readonly policy: ResolvedPolicy;
}

/** The verdict on one row of a prediction. `details` keeps copies of its latents and reconstruction. */
export function verdictOf(
  values: Float64Array,
  prediction: Prediction,
  row: number,
  { bundle, policy }: Rules,
  details: boolean,
): Verdict {
  const at = (list: Float64Array): number => list[row] ?? NaN;
  const slice = (list: Float64Array, width: number): Float64Array => list.slice(row * width, (row + 1) * width);
  const t2 = at(prediction.t2);
  const spe = at(prediction.spe);
  const judgement = judge(
    values,
    { probability: at(prediction.probability), spe, t2 },
    { reference: bundle.reference, calibration: bundle.calibration, threshold: policy.threshold },
  );
  // Property by property: a spread costs more than all the judging, and files have many rows.
  return {
    class: judgement.class,
    probability: judgement.probability,
    extrapolated: judgement.extrapolated,
    confidence: judgement.confidence,
    confidenceScore: judgement.confidenceScore,
    reasons: judgement.reasons,
    threshold: policy.threshold,
    policy: policy.policy,
    latents: details ? slice(prediction.latents, LATENT_COUNT) : null,
    reconstruction: details ? slice(prediction.reconstruction, FEATURE_COUNT) : null,
    spe,
    t2: Number.isNaN(t2) ? null : t2,
    score: at(prediction.score),
    bundleId: bundle.entry.id,
    backend: prediction.backend,
    durationMs: prediction.durationMs / prediction.rows,
  };
}

/** HOLD because nothing could be computed. `rules` are null when no bundle is in use. */
export function unavailableVerdict(error: AppError, rules: Rules | null): Verdict {
  return {
    class: 'hold',
    probability: null,
    extrapolated: false,
    confidence: 'low',
    confidenceScore: 0,
    reasons: [{ kind: 'unavailable', error }],
    threshold: rules?.policy.threshold ?? null,
    policy: rules?.policy.policy ?? null,
    latents: null,
    reconstruction: null,
    spe: null,
    t2: null,
    score: null,
    bundleId: rules?.bundle.entry.id ?? null,
    backend: null,
    durationMs: 0,
  };
}
