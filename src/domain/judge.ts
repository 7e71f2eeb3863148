import type { Calibration, Conformal, Reference } from './bundle.ts';
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
      confidence: null,
      confidenceScore: null,
      reasons,
    };
  }
  const defective = probability >= rules.threshold;
  return {
    class: defective ? 'ng' : 'ok',
    probability,
    extrapolated: false,
    ...confidenceOf(probability, defective, rules.calibration.conformal),
    reasons,
  };
}

/** Why a shot has to be held, in the contract's order; empty when it need not be. */
export function holdReasons(values: Float64Array, prediction: ShotPrediction, reference: Reference): HoldReason[] {
  const reasons: HoldReason[] = [];
  const productNumber = values[PRODUCT_INDEX] ?? NaN;
  const key = String(productNumber);
  const product = Object.hasOwn(reference.products, key) ? reference.products[key] : undefined;
  if (!product) reasons.push({ kind: 'unknown_product', product: Number.isNaN(productNumber) ? null : productNumber });

  const missing: FeatureName[] = [];
  const notFinite: FeatureName[] = [];
  const outOfRange: OutOfRange[] = [];
  for (const [i, { name }] of FEATURES.entries()) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value)) missing.push(name);
    else if (!Number.isFinite(value)) notFinite.push(name);
    else {
      const range = product?.hard[name];
      if (range && (value < range[0] || value > range[1])) outOfRange.push({ name, value, low: range[0], high: range[1] });
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

/** Conformal p-values of both classes at a calibrated probability: how usual it would be among good and defective shots. */
export function conformalPValues(probability: number, conformal: Conformal): { normal: number; defect: number } {
  return {
    normal: 1 - levelAt(probability, conformal.normal, conformal.levels),
    defect: 1 - levelAt(1 - probability, conformal.defect, conformal.levels),
  };
}

function confidenceOf(
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

/** The level at which `value` stands in an ascending list of quantiles, linear between levels, 0 below and 1 above it. */
function levelAt(value: number, quantiles: readonly number[], levels: readonly number[]): number {
  const last = quantiles.length - 1;
  const at = (list: readonly number[], i: number): number => list[i] ?? NaN;
  if (value <= at(quantiles, 0)) return at(levels, 0);
  if (value >= at(quantiles, last)) return at(levels, last);
  // The last quantile at or below the value, so that of equal quantiles the highest level counts.
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at(quantiles, middle) <= value) low = middle;
    else high = middle;
  }
  const span = at(quantiles, high) - at(quantiles, low);
  return at(levels, low) + ((value - at(quantiles, low)) / span) * (at(levels, high) - at(levels, low));
}
