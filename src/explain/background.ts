/** The background of a product, prepared for attributions: the shots that "usual" means. */
import type { ProductReference } from '../domain/bundle.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import { hotelling, t2ModelOf, type T2Model } from '../model/hotelling.ts';
import { AUGMENTED, ForestScorer } from '../model/plain/forest.ts';
import { activate, affine, Chain } from '../model/plain/network.ts';
import { calibrated, scaleShot, type PipelineModel } from '../model/plain/pipeline-model.ts';
import { signalsOf, type Signal } from './signals.ts';

export interface Background {
  readonly signals: readonly Signal[];
  readonly rows: number;
  /** [rows*30] as recorded. */
  readonly values: Float64Array;
  /** [rows*30] */
  readonly scaled: Float64Array;
  /** [rows*hidden] the encoder's first layer before its activation. */
  readonly hidden: Float64Array;
  /** [rows*42] what the trees see. */
  readonly augmented: Float32Array;
  /** [rows] */
  readonly probability: Float64Array;
  /** [rows] */
  readonly t2: Float64Array;
  readonly t2Model: T2Model;
}

/** Prepares a product's background; null where the bundle has none. */
export function prepareBackground(
  model: PipelineModel,
  product: Pick<ProductReference, 'background' | 't2' | 'demo'>,
  constants: readonly string[],
): Background | null {
  const rows = product.background.length;
  if (rows === 0) return null;
  const [first, ...rest] = model.network.encoder;
  if (!first) throw new RangeError('the encoder has no layer');
  const t2Model = t2ModelOf(product);
  const recorded = Float64Array.from(product.background.flat());
  const scaled = new Float64Array(rows * FEATURE_COUNT);
  const hidden = new Float64Array(rows * first.outputs);
  const augmented = new Float32Array(rows * AUGMENTED);
  const t2 = new Float64Array(rows);
  const chain = new Chain(rest);
  const activated = new Float64Array(first.outputs);
  for (let r = 0; r < rows; r += 1) {
    const z = scaled.subarray(r * FEATURE_COUNT, (r + 1) * FEATURE_COUNT);
    scaleShot(model, recorded.subarray(r * FEATURE_COUNT, (r + 1) * FEATURE_COUNT), z);
    const h = hidden.subarray(r * first.outputs, (r + 1) * first.outputs);
    affine(first, z, h);
    activate(first.activation, h, activated);
    const latents = chain.run(activated);
    augmented.set(z, r * AUGMENTED);
    augmented.set(latents, r * AUGMENTED + FEATURE_COUNT);
    t2[r] = hotelling(latents, t2Model);
  }
  const probability = new Float64Array(rows);
  new ForestScorer(model.forest).score(augmented, rows, probability);
  for (let r = 0; r < rows; r += 1) probability[r] = calibrated(model, probability[r]!);
  return { signals: signalsOf(constants, product.demo.coupled), rows, values: recorded, scaled, hidden, augmented, probability, t2, t2Model };
}
