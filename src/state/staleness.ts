/** How old the latest shot may be before the screen stops calling it current. */
import type { Reference } from '../domain/bundle.ts';
import { FEATURE_INDEX, PRODUCT_INDEX } from '../domain/feature.ts';
import type { Shot } from '../domain/shot.ts';

/** Where neither the shot nor its product says how long a cycle takes. */
const UNKNOWN_CYCLE_SECONDS = 30;

const MEDIAN = 3;

/**
 * The cycle time to expect the next shot in, in seconds: the shot's own where it lies in the product's usual range (a stop
 * stretches it to minutes, which must not keep an old verdict alive), else the product's median.
 */
export function expectedCycleSeconds(shot: Shot, reference: Reference | null): number {
  const product = reference?.products[String(shot.values[PRODUCT_INDEX])];
  if (product === undefined) return UNKNOWN_CYCLE_SECONDS;
  const own = shot.values[FEATURE_INDEX.Process_Cycle_Time];
  const usual = product.usual['Process_Cycle_Time'];
  if (own !== undefined && usual !== undefined && own >= usual[0] && own <= usual[1]) return own;
  return product.quantiles['Process_Cycle_Time']?.[MEDIAN] ?? UNKNOWN_CYCLE_SECONDS;
}

/** After this age, in milliseconds, a shot is no longer current: two cycle times. */
export function staleAfterMs(shot: Shot, reference: Reference | null): number {
  return 2 * expectedCycleSeconds(shot, reference) * 1000;
}
