/** Which signals of a shot lie furthest from their usual range. */
import type { ProductReference } from '../domain/bundle.ts';
import { FEATURES, type FeatureName } from '../domain/feature.ts';

/** Where a value lies against the usual range. */
export type Side = 'missing' | 'low' | 'inside' | 'high';

/** One signal against its usual range. */
export interface SignalDeviation {
  readonly name: FeatureName;
  /** In the recorded unit; null where it is missing or not finite. */
  readonly value: number | null;
  /** Usual range of the product (0.5 to 99.5 % of its shots), in the recorded unit. */
  readonly usual: readonly [low: number, high: number];
  readonly side: Side;
  /** Distance from the product's median in units of the way to the end of the usual range: 1 at the end, above outside. */
  readonly distance: number;
}

const MEDIAN = 3;

/** One signal against the usual range of its product; undefined for a signal the product has no range of. */
export function deviationOf(name: FeatureName, value: number, product: ProductReference): SignalDeviation | undefined {
  const usual = product.usual[name];
  const median = product.quantiles[name]?.[MEDIAN];
  if (usual === undefined || median === undefined) return undefined;
  if (!Number.isFinite(value)) {
    return { name, value: null, usual, side: 'missing', distance: Number.POSITIVE_INFINITY };
  }
  const [low, high] = usual;
  const side = value < low ? 'low' : value > high ? 'high' : 'inside';
  const way = value < median ? median - low : high - median;
  const away = Math.abs(value - median);
  return { name, value, usual, side, distance: away === 0 ? 0 : away / way };
}

/**
 * The signals furthest from usual, furthest first, missing ones before all; product, shot counter and the stored limits
 * are no signals.
 *
 * @param values the 30 recorded values (NaN = missing)
 */
export function furthestSignals(values: Float64Array, product: ProductReference, count: number): readonly SignalDeviation[] {
  return FEATURES.map(({ name, control, constant }, index) =>
    control === 'C' || constant ? undefined : deviationOf(name, values[index] ?? Number.NaN, product),
  )
    .filter((deviation) => deviation !== undefined)
    .sort((a, b) => b.distance - a.distance || 0)
    .slice(0, count);
}
