import type { Calibration, Conformal, ProductReference, Reference } from './bundle.ts';
import { FEATURES, PRODUCT_INDEX, type FeatureName } from './feature.ts';
import type { Confidence, HoldReason, Judgement, OutOfRange } from './verdict.ts';

/** What the models said of one shot. */
export interface ShotPrediction {
  /** Calibrated probability of a defect. */
  readonly probability: number;
  readonly spe: number;
  /** NaN where the product is unknown. */
  readonly t2: number;
}

/** What a shot is judged by. */
export interface JudgingRules {
  readonly reference: Reference;
  readonly calibration: Calibration;
  /** NG when `probability >= threshold`. */
  readonly threshold: number;
}

/**
 * Judges one shot: the rules of docs/bundle.md, "Judging". HOLD with every reason that applies, else NG at or above the
 * threshold, else OK. `values` are the 30 recorded values (NaN = missing).
 */
export function judge(values: Float64Array, prediction: ShotPrediction, rules: JudgingRules): Judgement {
  const reasons = holdReasons(values, prediction, rules.reference);
  const { probability } = prediction;
  if (reasons.length > 0) {
    const meaningless = reasons.some(({ kind }) => kind === 'unknown_product' || kind === 'missing' || kind === 'not_finite');
    return {
      class: 'hold',
      probability: meaningless ? null : probability,
      extrapolated: !meaningless,
      confidence: 'low',
      confidenceScore: 0,
      reasons,
    };
  }
  const defective = probability >= rules.threshold;
  const { confidence, confidenceScore } = confidenceOf(probability, defective, rules.calibration.conformal);
  return { class: defective ? 'ng' : 'ok', probability, extrapolated: false, confidence, confidenceScore, reasons };
}

/** Why a shot has to be held, in the contract's order; empty when it need not be. */
export function holdReasons(values: Float64Array, prediction: ShotPrediction, reference: Reference): HoldReason[] {
  const reasons: HoldReason[] = [];
  const productNumber = values[PRODUCT_INDEX] ?? NaN;
  const product = productOf(productNumber, reference);
  if (!product && Number.isFinite(productNumber)) reasons.push({ kind: 'unknown_product', product: productNumber });

  const missing: FeatureName[] = [];
  const notFinite: FeatureName[] = [];
  const outOfRange: OutOfRange[] = [];
  if (!product || !isWithin(values, hardRangesOf(product))) {
    for (let i = 0; i < FEATURES.length; i += 1) {
      const { name } = FEATURES[i]!;
      const value = values[i]!;
      if (Number.isNaN(value)) missing.push(name);
      else if (!Number.isFinite(value)) notFinite.push(name);
      else {
        const range = product?.hard[name];
        if (range && (value < range[0] || value > range[1])) outOfRange.push({ name, value, low: range[0], high: range[1] });
      }
    }
  }
  if (missing.length > 0) reasons.push({ kind: 'missing', features: missing });
  if (notFinite.length > 0) reasons.push({ kind: 'not_finite', features: notFinite });
  if (outOfRange.length > 0) reasons.push({ kind: 'out_of_range', features: outOfRange });

  if (product && missing.length === 0 && notFinite.length === 0) {
    const { t2, spe } = prediction;
    if (t2 > product.t2.hard) reasons.push({ kind: 'unusual_t2', value: t2, hard: product.t2.hard });
    if (spe > product.spe.hard) reasons.push({ kind: 'unusual_spe', value: spe, hard: product.spe.hard });
  }
  return reasons;
}

/** By product: lowest and highest value of each feature in turn, the largest numbers there are where it has no range. */
const hardRanges = new WeakMap<ProductReference, Float64Array>();

function hardRangesOf(product: ProductReference): Float64Array {
  const known = hardRanges.get(product);
  if (known) return known;
  const ranges = Float64Array.from(FEATURES.flatMap(({ name }) => product.hard[name] ?? [-Number.MAX_VALUE, Number.MAX_VALUE]));
  hardRanges.set(product, ranges);
  return ranges;
}

/** Whether every value is there, finite and in its range: nearly every shot, and files have many. */
function isWithin(values: Float64Array, ranges: Float64Array): boolean {
  for (let i = 0; i < FEATURES.length; i += 1) {
    // What is not a number is in no range.
    if (!(values[i]! >= ranges[2 * i]! && values[i]! <= ranges[2 * i + 1]!)) return false;
  }
  return true;
}

/** What the bundle knows of a product number; undefined for any other number. */
export function productOf(productNumber: number, reference: Reference): ProductReference | undefined {
  const key = String(productNumber);
  return Object.hasOwn(reference.products, key) ? reference.products[key] : undefined;
}

/** Conformal p-values of both classes at a calibrated probability: how usual it would be among good and defective shots. */
export function conformalPValues(probability: number, conformal: Conformal): { normal: number; defect: number } {
  return {
    normal: 1 - levelAt(probability, conformal.normal, conformal.levels),
    defect: 1 - levelAt(1 - probability, conformal.defect, conformal.levels),
  };
}

/** How sure a verdict is, and how unusual the probability would be in the other class. */
export function confidenceOf(
  probability: number,
  defective: boolean,
  conformal: Conformal,
): { confidence: Confidence; confidenceScore: number } {
  const pv = conformalPValues(probability, conformal);
  const [own, other] = defective ? [pv.defect, pv.normal] : [pv.normal, pv.defect];
  const onlyOwnClass = (alpha: number): boolean => own > alpha && other <= alpha;
  return {
    confidence: onlyOwnClass(0.1) ? 'high' : onlyOwnClass(0.2) ? 'medium' : 'low',
    confidenceScore: 1 - other,
  };
}

/**
 * The level at which `value` stands in an ascending list of quantiles, linear between levels: by the lowest quantile at or
 * above it. The lists of a bundle start with 0 and end with 1.
 */
function levelAt(value: number, quantiles: readonly number[], levels: readonly number[]): number {
  const at = (list: readonly number[], i: number): number => list[i] ?? NaN;
  let low = 0;
  let high = quantiles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at(quantiles, middle) >= value) high = middle;
    else low = middle + 1;
  }
  if (low === 0) return at(levels, 0);
  if (low === quantiles.length) return at(levels, low - 1);
  const below = at(quantiles, low - 1);
  const share = (value - below) / (at(quantiles, low) - below);
  return at(levels, low - 1) + (at(levels, low) - at(levels, low - 1)) * share;
}
