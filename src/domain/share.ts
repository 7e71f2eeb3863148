/** The 97.5 % point of the normal distribution. */
export const Z_95 = 1.959963984540054;

/** A share with its 95 % interval; null where nothing was counted. */
export interface ShareEstimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** What was counted. */
  readonly of: number;
}

/** Nothing was counted. */
export const NO_SHARE: ShareEstimate = { value: null, low: null, high: null, of: 0 };

/** Wilson's 95 % interval (Wilson 1927) of a share seen in `of` trials; `of` need not be whole (an effective sample size). */
export function wilson(share: number, of: number): { readonly low: number; readonly high: number } {
  const z2 = Z_95 * Z_95;
  const centre = (share + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z_95 * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))) / (1 + z2 / of);
  // At the ends the limit is the share itself; rounding must not put it beside it.
  return { low: share <= 0 ? 0 : Math.max(0, centre - half), high: share >= 1 ? 1 : Math.min(1, centre + half) };
}

/** The share of `count` in `of` with Wilson's interval. */
export function shareOf(count: number, of: number): ShareEstimate {
  return of === 0 ? NO_SHARE : { value: count / of, ...wilson(count / of, of), of };
}
