import { AppErrorException, appError } from '../domain/app-error.ts';
import type { Metrics, Protocol } from '../domain/bundle.ts';
import { err } from '../domain/result.ts';
import { parseShot } from '../domain/shot.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { LoadedBundle } from '../model/client.ts';
import type { Line } from './line.ts';
import type { Figures, PredictResponse } from './predict-schema.ts';

/** What a program finds at `window.castwatch`. */
export interface CastwatchApi {
  /**
   * The verdict on one shot. It walks the line like every other shot: it is recorded and shown. Rejects with an
   * `AppErrorException` whose `error` names every bad field.
   */
  predict(request: unknown): Promise<PredictResponse>;
}

declare global {
  interface Window {
    castwatch?: CastwatchApi;
  }
}

/** The contract over a line. */
export function createApi(line: Line, now: () => number = Date.now): CastwatchApi {
  return {
    async predict(request) {
      const started = performance.now();
      const shot = readRequest(request, now());
      if (!shot.ok) throw new AppErrorException(shot.error);
      const { verdict } = await line.receive(shot.value);
      return toResponse(verdict, line, performance.now() - started);
    },
  };
}

function readRequest(request: unknown, receivedAt: number): ReturnType<typeof parseShot> {
  if (typeof request !== 'object' || request === null || !Object.hasOwn(request, 'features')) {
    return err(appError('request_invalid', { detail: 'features' }));
  }
  return parseShot((request as { features: unknown }).features, { source: 'api', receivedAt });
}

/** A verdict in the contract's words. `processingTimeMs` is the time it took from the request on. */
export function toResponse(verdict: Verdict, { bundle, policy }: Pick<Line, 'bundle' | 'policy'>, processingTimeMs: number): PredictResponse {
  const { probability } = verdict;
  const expected = policy?.expected;
  return {
    prediction: {
      class: ({ ok: 'normal', ng: 'defect', hold: 'hold' } as const)[verdict.class],
      probability,
      confidence: verdict.confidence,
      confidence_score: verdict.confidenceScore,
      class_probabilities: { normal: probability === null ? null : 1 - probability, defect: probability },
      reasons: verdict.reasons.map((reason) =>
        reason.kind === 'unavailable' ? { kind: 'unavailable', code: reason.error.code } : reason,
      ),
    },
    latent_features: verdict.latents && [...verdict.latents],
    processing_time_ms: processingTimeMs,
    model_version: verdict.bundleId,
    model_performance:
      bundle && expected && bundle.entry.id === verdict.bundleId
        ? {
            at_threshold: { precision: expected.precision, recall: expected.recall, flagged: expected.flagged },
            protocols: protocolsOf(bundle),
          }
        : null,
  };
}

/** The bundle's own figures (not the baselines') by protocol. */
function protocolsOf({ card }: LoadedBundle): NonNullable<PredictResponse['model_performance']>['protocols'] {
  const own = card.figures.filter(({ model }) => model === card.kind);
  const figures: Partial<Record<Protocol, Figures>> = {};
  for (const { protocol, rows, metrics } of own) figures[protocol] = { rows, ...valuesOf(metrics) };
  return figures;
}

function valuesOf(metrics: Metrics) {
  const { roc_auc, pr_auc, f1, accuracy, precision, recall, brier } = metrics;
  return {
    roc_auc: roc_auc.value,
    pr_auc: pr_auc.value,
    f1: f1.value,
    accuracy: accuracy.value,
    precision: precision.value,
    recall: recall.value,
    brier: brier.value,
  };
}
