import { AppErrorException, appError } from '../domain/app-error.ts';
import { LATENT_COUNT, type Metrics, type Protocol } from '../domain/bundle.ts';
import { err } from '../domain/result.ts';
import { featuresSchema, parseShot } from '../domain/shot.ts';
import type { Verdict } from '../domain/verdict.ts';
import { z } from '../domain/zod.ts';
import type { LoadedBundle } from '../model/client.ts';
import type { Line } from './line.ts';

/** The programmatic contract: what a program asks, and what it gets. `docs/predict.schema.json` is made from here. */

const share = z.number().check(z.minimum(0), z.maximum(1));

export const predictRequestSchema = z.object({
  features: featuresSchema.register(z.globalRegistry, { description: 'The 30 inputs by name; null where a value is missing. Further keys are ignored.' }),
});

const names = z.readonly(z.array(z.string()));

const reasonSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unavailable'), code: z.string() }),
  z.object({ kind: z.literal('unknown_product'), product: z.number() }),
  z.object({ kind: z.literal('missing'), features: names }),
  z.object({ kind: z.literal('not_finite'), features: names }),
  z.object({
    kind: z.literal('out_of_range'),
    features: z.readonly(z.array(z.object({ name: z.string(), value: z.number(), low: z.number(), high: z.number() }))),
  }),
  z.object({ kind: z.literal('unusual_t2'), value: z.number(), hard: z.number() }),
  z.object({ kind: z.literal('unusual_spe'), value: z.number(), hard: z.number() }),
]);

const figureSchema = z.object({
  rows: z.int(),
  roc_auc: z.nullable(share),
  pr_auc: z.nullable(share),
  f1: z.nullable(share),
  accuracy: z.nullable(share),
  precision: z.nullable(share),
  recall: z.nullable(share),
  brier: z.nullable(share),
});

const performanceSchema = z.object({
  at_threshold: z
    .object({ precision: z.nullable(share), recall: share, flagged: share }).register(z.globalRegistry, { description: 'Expected of the threshold in use on shots that the model has not seen (grouped protocol).' }),
  protocols: z
    .partialRecord(z.enum(['legacy', 'grouped', 'forward', 'blocks', 'campaign']), figureSchema).register(z.globalRegistry, { description: 'By protocol. "legacy" splits rows at random and measures memory of repeated shots; "grouped" does not.' }),
});

export const predictResponseSchema = z.strictObject({
  prediction: z.object({
    class: z.enum(['normal', 'defect', 'hold']),
    probability: z.nullable(share).register(z.globalRegistry, { description: 'Calibrated probability of a defect; null where the inputs leave it without meaning.' }),
    confidence: z.enum(['high', 'medium', 'low']),
    confidence_score: share,
    class_probabilities: z.object({ normal: z.nullable(share), defect: z.nullable(share) }),
    reasons: z.array(reasonSchema).register(z.globalRegistry, { description: 'Why the shot is held; empty unless the class is "hold".' }),
  }),
  latent_features: z.nullable(z.array(z.number()).check(z.length(LATENT_COUNT))).register(z.globalRegistry, { description: 'Null when inference was unavailable.' }),
  processing_time_ms: z.number().check(z.nonnegative()),
  model_version: z.nullable(z.string()).register(z.globalRegistry, { description: 'Id of the bundle; null when none is loaded.' }),
  model_performance: z.nullable(performanceSchema),
});

export type PredictResponse = z.infer<typeof predictResponseSchema>;

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
  const figures: Partial<Record<Protocol, z.infer<typeof figureSchema>>> = {};
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

/** Both schemas and that of the error as one JSON Schema document. */
export function predictJsonSchema(): Record<string, unknown> {
  const errorSchema = z.object({
    code: z.string(),
    fields: z.array(z.object({ name: z.string(), problem: z.string() })),
  });
  const parts = z.object({ request: predictRequestSchema, response: predictResponseSchema, error: errorSchema });
  const { properties, $schema } = z.toJSONSchema(parts, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // The values of a shot: JSON knows neither NaN nor Infinity, and blank text is for spreadsheets.
      if (zodSchema._zod.def.type === 'custom') jsonSchema.type = ['number', 'null'];
    },
  });
  return {
    $schema,
    title: 'Castwatch: predict',
    description:
      'window.castwatch.predict(request) resolves to a response; `npm run predict -- file.csv --json` prints one object a row: `row` (from 1) with the keys of a response, or `row` with an `error`.',
    $defs: properties,
  };
}

