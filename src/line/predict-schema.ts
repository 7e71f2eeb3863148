import { LATENT_COUNT } from '../domain/bundle.ts';
import { featuresSchema } from '../domain/shot.ts';
import { z } from '../domain/zod.ts';

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
export type Figures = z.infer<typeof figureSchema>;

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

