/** The few signals that explain a shot best, as facts that the screens put into words. */
import type { ProductReference, Range } from '../domain/bundle.ts';
import { FEATURES, type FeatureName } from '../domain/feature.ts';
import type { Attribution } from './signal-shapley.ts';
import type { Signal } from './signals.ts';

/** Where a value stands among the product's shots: outside the usual range, in its outer quarters, or in the middle. */
export type Standing = 'low' | 'lowish' | 'middle' | 'highish' | 'high';

/** One signal, its value, what is usual, and what it did to the probability. */
export interface Reason {
  readonly name: FeatureName;
  readonly index: number;
  /** In the recorded unit. */
  readonly value: number;
  readonly standing: Standing;
  readonly usual: Range | null;
  /** Change of the probability, as a share of 1. */
  readonly effect: number;
  /** Standard error of the effect. */
  readonly error: number;
}

/** A smaller effect is not worth a line on the screen. */
const LEAST_EFFECT = 0.005;
const QUARTILES = { lower: 2, upper: 4 } as const;

/** Every signal as a reason, the largest effect first; the constants, which have none, at the end. */
export function allReasons(
  signals: readonly Signal[],
  attribution: Attribution,
  values: Float64Array,
  product: ProductReference,
): readonly Reason[] {
  return signals
    .map(({ name, members }, s): Reason => {
      const index = members[0] ?? 0;
      const value = values[index] ?? NaN;
      return {
        name,
        index,
        value,
        standing: standingOf(product, name, value),
        usual: product.usual[name] ?? null,
        effect: attribution.effects[s] ?? 0,
        error: attribution.errors[s] ?? 0,
      };
    })
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect) || Number(isConstant(a)) - Number(isConstant(b)));
}

/**
 * The reasons for the line view: what raised the probability of a suspect shot, what lowered that of a good one; only
 * effects that are larger than half a percentage point and than twice their standard error.
 */
export function topReasons(reasons: readonly Reason[], suspect: boolean, most = 3): readonly Reason[] {
  return reasons
    .filter(({ effect, error }) => (suspect ? effect : -effect) > Math.max(LEAST_EFFECT, 2 * error))
    .slice(0, most);
}

/** Where a value stands among the product's shots. */
export function standingOf(product: ProductReference, name: FeatureName, value: number): Standing {
  const usual = product.usual[name];
  const quantiles = product.quantiles[name];
  if (usual && value < usual[0]) return 'low';
  if (usual && value > usual[1]) return 'high';
  if (quantiles && value < (quantiles[QUARTILES.lower] ?? -Infinity)) return 'lowish';
  if (quantiles && value > (quantiles[QUARTILES.upper] ?? Infinity)) return 'highish';
  return 'middle';
}

function isConstant({ index }: Reason): boolean {
  return FEATURES[index]?.constant ?? false;
}
