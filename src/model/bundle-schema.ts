import type {
  AutoencoderWeights,
  Calibration,
  Card,
  ForestIndex,
  Golden,
  Manifest,
  ProductReference,
  Reference,
  Scaler,
} from '../domain/bundle.ts';
import { LATENT_COUNT } from '../domain/bundle.ts';
import { DEFECTS } from '../domain/defect.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from '../domain/feature.ts';
import { z, type Schema } from '../domain/zod.ts';

/**
 * The JSON files of a bundle as schemas: docs/bundle.md in code. A key that is not named there is an error, and lists along
 * the 30 inputs or the 12 latents have that length, so that a file that loads is a file the app can use.
 * The training has the same schema in `castwatch_training/bundle_schema.py` and `card_schema.py`.
 */

const number = z.number();
const share = z.number().check(z.minimum(0), z.maximum(1));
const positive = z.number().check(z.positive());
const count = z.int().check(z.nonnegative());
const inputs = z.array(number).check(z.length(FEATURE_COUNT));
const latents = z.array(number).check(z.length(LATENT_COUNT));
const range = z.tuple([number, number]);
const schemaOne = z.literal(1);
const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/, 'not a date'));
const kind = z.enum(['field', 'legacy']);

const ascending = (values: readonly number[]): boolean => values.every((value, i) => i === 0 || value >= (values[i - 1] ?? value));

export const scalerSchema: Schema<Scaler> = z.strictObject({
  schema: schemaOne,
  features: z
    .array(z.string())
    .check(z.refine((names) => names.length === FEATURE_COUNT && names.every((name, i) => name === FEATURE_NAMES[i]), {
      error: 'not the 30 inputs in their order',
    })),
  impute: inputs,
  mean: inputs,
  scale: z.array(positive).check(z.length(FEATURE_COUNT)),
  clip: positive,
  constants: z.array(z.enum(FEATURE_NAMES)),
});

const layerSchema = z
  .strictObject({
    weight: z.array(z.array(number).check(z.minLength(1))).check(z.minLength(1)),
    bias: z.array(number),
    activation: z.enum(['identity', 'tanh', 'relu', 'sigmoid']),
  })
  .check(z.refine(({ weight, bias }) => bias.length === weight.length && weight.every((row) => row.length === weight[0]?.length), {
    error: 'one row and one number an output, all rows of one length',
  }));

export const autoencoderWeightsSchema: Schema<AutoencoderWeights> = z
  .strictObject({ schema: schemaOne, encoder: z.array(layerSchema).check(z.minLength(1)), decoder: z.array(layerSchema).check(z.minLength(1)) })
  .check(z.refine(
    ({ encoder, decoder }) => {
      let width: number = FEATURE_COUNT;
      for (const { weight } of [...encoder, ...decoder]) {
        if (weight[0]?.length !== width) return false;
        width = weight.length;
      }
      return encoder.at(-1)?.weight.length === LATENT_COUNT && width === FEATURE_COUNT;
    },
    { error: 'the layers do not fit each other' }));

const forestArraySchema = z.strictObject({
  name: z.enum(['value', 'right', 'cover', 'feature']),
  dtype: z.enum(['float64', 'int32', 'int8']),
  offset: count,
  length: count,
});

export const forestIndexSchema: Schema<ForestIndex> = z
  .strictObject({
    schema: schemaOne,
    trees: count,
    nodes: count,
    base_score: number,
    features: z.literal(42),
    offsets: z.array(count),
    arrays: z.array(forestArraySchema).check(z.length(4)),
  })
  .check(z.refine(
    ({ offsets, trees, nodes }) =>
      offsets.length === trees + 1 && offsets[0] === 0 && offsets[trees] === nodes && ascending(offsets),
    { error: 'must start at 0, have one entry a tree and end at the number of nodes', path: ['offsets'] }));

export const policySchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('budget'), flagged: share }),
  z.strictObject({ kind: z.literal('cost'), ratio: positive }),
  z.strictObject({ kind: z.literal('fixed'), threshold: share }),
]);

const thresholdRowSchema = z.strictObject({
  threshold: share,
  flagged: share,
  precision: z.nullable(share),
  recall: share,
  f1: share,
  false_alarms: share,
  misses: share,
});

const reliabilitySchema = z.strictObject({
  from: share,
  to: share,
  shots: count,
  mean_probability: share,
  defective: share,
  low: share,
  high: share,
});

const quantileList = z.array(share).check(z.length(101)).check(z.refine(ascending, { error: 'must not descend' }));

const conformalSchema = z.strictObject({
  levels: quantileList,
  normal: quantileList,
  defect: quantileList,
  coverage: z.array(z.strictObject({ level: share, normal: share, defect: share, single: share })),
});

const mixtureSchema = z.strictObject({
  rate: z.number().check(z.positive(), z.maximum(1)),
  share: z.number().check(z.minimum(0), z.lt(1)),
  start: z
    .record(z.string(), z.number().check(z.positive(), z.maximum(1)))
    .check(z.refine((weights) => Math.abs(Object.values(weights).reduce((sum, weight) => sum + weight, 0) - 1) <= 1e-9, {
      error: 'the weights must sum to 1',
    })),
});

export const calibrationSchema: Schema<Calibration> = z.strictObject({
  schema: schemaOne,
  protocol: z.literal('grouped'),
  samples: count,
  defects: count,
  platt: z.strictObject({ a: number, b: number }),
  thresholds: z
    .array(thresholdRowSchema)
    .check(z.minLength(2))
    .check(z.refine((rows) => ascending(rows.map((row) => row.threshold)), { error: 'must ascend' })),
  default_policy: policySchema,
  conformal: conformalSchema,
  reliability: z.array(reliabilitySchema),
  line_memory: z.strictObject({
    prior: share,
    prior_strength: positive,
    decay: share,
    weight_cap_concentration: positive,
    horizon: count,
    tilt: number,
    tilt_clip: positive,
    past_rates: z.strictObject({ low: share, high: share }),
    mixture: z._default(z.nullable(mixtureSchema), null),
  }),
});

const byFeature = <T extends Schema<unknown>>(value: T) => z.record(z.enum(FEATURE_NAMES), value);
const byVarying = <T extends Schema<unknown>>(value: T) => z.partialRecord(z.enum(FEATURE_NAMES), value);

const demoSchema = z
  .strictObject({
    varying: z.array(z.enum(FEATURE_NAMES)),
    levels: z.array(share),
    marginals: byVarying(z.array(number)),
    ar: byVarying(z.number().check(z.minimum(0), z.lt(1))),
    cholesky: z.array(z.array(number)),
    campaign_factors: byVarying(z.array(number)),
    coupled: z.array(z.strictObject({ target: z.enum(FEATURE_NAMES), source: z.enum(FEATURE_NAMES), factor: number })),
    run_rate: z.strictObject({ alpha: positive, beta: positive }),
    slope: number,
  })
  .check(z.refine(({ varying, cholesky }) => cholesky.length === varying.length && cholesky.every((row, i) => row.length === i + 1), {
    error: 'must be lower triangular over the varying signals',
    path: ['cholesky'],
  }))
  .check(z.refine(
    ({ varying, marginals, ar, campaign_factors, levels }) =>
      [marginals, ar, campaign_factors].every((map) => Object.keys(map).length === varying.length && varying.every((name) => name in map)) &&
      Object.values(marginals).every((values) => values.length === levels.length),
    { error: 'must name exactly the varying signals, with one value a level', path: ['marginals'] }));

const productSchema: Schema<ProductReference> = z.strictObject({
  shots: count,
  quantiles: byFeature(z.array(number).check(z.length(7))),
  usual: byFeature(range),
  hard: byFeature(range),
  resolution: byFeature(positive),
  golden_shot: inputs,
  t2: z.strictObject({ mean: latents, precision: z.array(latents).check(z.length(LATENT_COUNT)), limit: positive, hard: positive }),
  spe: z.strictObject({ limit: positive, hard: positive }),
  background: z.array(inputs).check(z.maxLength(64)),
  defects: z.partialRecord(z.enum(DEFECTS), count),
  demo: demoSchema,
});

export const referenceSchema: Schema<Reference> = z.strictObject({
  schema: schemaOne,
  quantile_levels: z.array(share).check(z.length(7)),
  products: z.record(z.string().check(z.regex(/^\d+$/, 'not a product number')), productSchema),
});

export const goldenSchema: Schema<Golden> = z.strictObject({
  schema: schemaOne,
  seed: z.int(),
  rows: z
    .array(
      z.strictObject({
        kind: z.enum(['typical', 'threshold', 'range', 'missing']),
        input: z.array(z.nullable(number)).check(z.length(FEATURE_COUNT)),
        scaled: inputs,
        latent: latents,
        spe: number,
        t2: z.nullable(number),
        score: number,
        probability: share,
        calibrated: share,
      }),
    )
    .check(z.minLength(256)),
});

const metric = z.strictObject({ value: z.nullable(number), low: z.nullable(number), high: z.nullable(number) });

const sentences = z
  .strictObject({ ko: z.array(z.string()), en: z.array(z.string()), vi: z.array(z.string()) })
  .check(z.refine(({ ko, en, vi }) => ko.length === en.length && ko.length === vi.length, {
    error: 'every language must have the same number of sentences',
  }));

const cardDataSchema = z.strictObject({
  name: z.string(),
  sha256: z.string(),
  rows: count,
  distinct: count,
  twins: count,
  incomplete: count,
  defective: count,
  defective_distinct: count,
  campaigns: count,
  campaign_rates: z.array(share),
  products: z.record(z.string(), count),
  training_rows: count,
  training_protocol: z.string(),
});

const onlineSetting = { training: z.enum(['others', 'earlier']), inspected: share, delay: count };

const onlineSchema = z.strictObject({
  block: count,
  resamples: count,
  draws: count,
  figures: z.array(
    z.strictObject({
      ...onlineSetting,
      predictor: z.string(),
      shots: count,
      defective: count,
      log_loss: metric,
      brier: metric,
      roc_auc: metric,
      against_run_rate: metric,
    }),
  ),
  coverage: z.array(z.strictObject({ ...onlineSetting, intervals: count, coverage: metric })),
  null: z.array(
    z.strictObject({
      ...onlineSetting,
      predictor: z.string(),
      shuffles: count,
      log_loss: number,
      shuffled: number,
      low: number,
      high: number,
      p: share,
    }),
  ),
});

export const cardSchema: Schema<Card> = z.strictObject({
  schema: schemaOne,
  id: z.string(),
  kind,
  version: z.string(),
  date,
  purpose: z.strictObject({ for: sentences, not_for: sentences }),
  data: cardDataSchema,
  recipe: z.record(z.string(), z.unknown()),
  versions: z.record(z.string(), z.string()),
  seed: z.int(),
  licence: sentences,
  figures: z.array(
    z.strictObject({
      protocol: z.enum(['legacy', 'grouped', 'forward', 'blocks', 'campaign']),
      model: z.string(),
      rows: count,
      defective: count,
      threshold_rule: z.string(),
      metrics: z.strictObject({
        f1: metric,
        f1_tuned: metric,
        roc_auc: metric,
        pr_auc: metric,
        accuracy: metric,
        precision: metric,
        recall: metric,
        brier: metric,
        ece: metric,
      }),
    }),
  ),
  reconstruction: z.array(
    z.strictObject({ feature: z.string(), product: z.string(), rmse: number, explained: z.nullable(number) }),
  ),
  calibration_plot: z.array(reliabilitySchema),
  online: z._default(z.nullable(onlineSchema), null),
});

const filesNamed = (name: RegExp) =>
  z.array(
    z.strictObject({
      path: z.string().check(z.regex(name, 'not a file name')),
      bytes: count,
      sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'not a sha256')),
    }),
  );

export const manifestSchema: Schema<Manifest> = z
  .strictObject({
    schema: schemaOne,
    sequence: z.int().check(z.minimum(1)),
    current: z.string(),
    bundles: z.array(
      z.strictObject({
        // A path below the folder of the models and nothing else: it becomes part of a URL.
        id: z.string().check(z.regex(/^[a-z0-9][a-z0-9.-]*$/, 'not a bundle id')),
        kind,
        version: z.string(),
        date,
        files: filesNamed(/^[a-z0-9][a-z0-9._-]*$/),
        webgpu: z.optional(z.strictObject({ files: filesNamed(/^webgpu\/[a-z0-9][a-z0-9._-]*$/) })),
      }),
    ),
  })
  .check(z.refine(({ current, bundles }) => bundles.some(({ id }) => id === current), {
    error: 'no bundle of that id',
    path: ['current'],
  }));
