/** Where a value, its usual range and its trained range lie on a bar. */

/** A range bar in shares of its width, 0 at the left end. */
export interface RangeScale {
  /** The usual range. */
  readonly usual: readonly [from: number, to: number];
  /** The ends of the trained range, where one is known. */
  readonly hard: readonly [from: number, to: number] | null;
  /** The value; null when there is none. */
  readonly value: number | null;
  /** The value lies beyond the end of the bar on that side, and is drawn at the end. */
  readonly beyond: 'left' | 'right' | null;
}

/**
 * Lays out a range bar: the usual range takes the middle half, so that bars of different signals can be compared by eye;
 * what lies beyond half a usual width on either side is drawn at the end and marked as beyond.
 *
 * @param usual low and high of the usual range, low <= high
 * @param hard low and high of the trained range
 */
export function rangeScale(
  value: number | null,
  usual: readonly [number, number],
  hard: readonly [number, number] | null,
): RangeScale {
  const [low, high] = usual;
  // A signal that never moves has no width: any other value is beyond.
  const width = high > low ? high - low : 0;
  const position = (x: number): number => {
    if (width > 0) return 0.25 + (x - low) / (2 * width);
    return x === low ? 0.5 : x < low ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  };
  const clamp = (x: number): number => Math.min(Math.max(x, 0), 1);
  const usualShares = width > 0 ? ([0.25, 0.75] as const) : ([0.48, 0.52] as const);
  const raw = value === null || !Number.isFinite(value) ? null : position(value);
  return {
    usual: usualShares,
    hard: hard === null ? null : [clamp(position(hard[0])), clamp(position(hard[1]))],
    value: raw === null ? null : clamp(raw),
    beyond: raw === null ? null : raw < 0 ? 'left' : raw > 1 ? 'right' : null,
  };
}
