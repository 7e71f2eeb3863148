/**
 * Shares from samples that were not drawn evenly, and intervals of what is put together from several shares.
 *
 * All intervals are 95 % and are put together from Wilson's by the method of variance estimates recovery (MOVER: Zou and
 * Donner 2008 for sums, Donner and Zou 2012 for ratios). Unlike the delta method they also hold where nothing was found.
 */
import { NO_SHARE, wilson, type ShareEstimate } from '../../domain/share.ts';

/** One observed part: how many it stands for, and whether it is what is counted. */
export interface Weighted {
  readonly weight: number;
  readonly hit: boolean;
}

/** A share whose parts stand for different numbers of others. */
export interface WeightedShare extends ShareEstimate {
  /** Kish's effective sample size: how many evenly drawn parts would say as much. */
  readonly effective: number;
}

/** The weighted share (Hájek's estimator) with Wilson's interval at the effective sample size (Kish 1965). */
export function weightedShare(parts: readonly Weighted[]): WeightedShare {
  let sum = 0;
  let squares = 0;
  let hits = 0;
  for (const { weight, hit } of parts) {
    sum += weight;
    squares += weight * weight;
    if (hit) hits += weight;
  }
  if (sum <= 0) return { ...NO_SHARE, effective: 0 };
  const effective = (sum * sum) / squares;
  // Sums of weights that are equal but for rounding must not miss 1.
  const value = Math.min(1, hits / sum);
  return { value, ...wilson(value, effective), of: parts.length, effective };
}

/** A share that is known: it has been counted. */
interface Known {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The share as numbers; null where nothing was counted. */
export function known({ value, low, high }: ShareEstimate): Known | null {
  return value === null || low === null || high === null ? null : { value, low, high };
}

/** Interval of the ratio a / b of two independent shares; `high` is Infinity where b may be none. */
export function ratioInterval(a: Known, b: Known): { readonly low: number; readonly high: number } {
  const product = a.value * b.value;
  const limit = (la: number, lb: number, sign: 1 | -1): number => {
    const denominator = lb * (2 * b.value - lb);
    const root = Math.sqrt(Math.max(0, product * product - la * lb * (2 * a.value - la) * (2 * b.value - lb)));
    return denominator === 0 ? Infinity : (product + sign * root) / denominator;
  };
  const low = limit(a.low, b.high, -1);
  return { low: Number.isFinite(low) ? Math.max(0, low) : 0, high: b.low === 0 ? Infinity : limit(a.high, b.low, 1) };
}

/** A group of a population: how many it has, and the share measured in it. */
export interface Stratum {
  readonly population: number;
  readonly share: ShareEstimate;
}

/**
 * The share in a population whose groups were sampled differently: each group's share by its size. Null where a group that
 * is there was not sampled at all.
 */
export function mixtureOf(strata: readonly Stratum[]): ShareEstimate {
  const there = strata.filter(({ population }) => population > 0);
  const total = there.reduce((sum, { population }) => sum + population, 0);
  const of = there.reduce((sum, { share }) => sum + share.of, 0);
  let value = 0;
  let below = 0;
  let above = 0;
  for (const { population, share } of there) {
    const one = known(share);
    if (!one) return { ...NO_SHARE, of };
    const part = population / total;
    value += part * one.value;
    below += (part * (one.value - one.low)) ** 2;
    above += (part * (one.high - one.value)) ** 2;
  }
  if (total === 0) return NO_SHARE;
  return { value, low: Math.max(0, value - Math.sqrt(below)), high: Math.min(1, value + Math.sqrt(above)), of };
}

/**
 * Share of the defective parts that were flagged, from inspections of flagged and of passed parts at different rates
 * (Begg and Greenes 1983): both groups' defect shares by their sizes. The sizes are counted, so that only the two shares
 * are uncertain; the interval is that of their ratio. Null where a group was not inspected, or where no defect was found.
 */
export function recallOf(flagged: Stratum, passed: Stratum): ShareEstimate {
  const of = flagged.share.of + passed.share.of;
  const hit = known(flagged.share);
  const missed = known(passed.share);
  if (!hit || !missed || flagged.population === 0 || passed.population === 0) return { ...NO_SHARE, of };
  const found = flagged.population * hit.value;
  const defective = found + passed.population * missed.value;
  if (defective === 0) return { ...NO_SHARE, of };
  const odds = passed.population / flagged.population;
  const ratio = ratioInterval(missed, hit);
  return { value: found / defective, low: 1 / (1 + odds * ratio.high), high: 1 / (1 + odds * ratio.low), of };
}

/**
 * Whether an estimate says too little to be shown as a figure: nothing was counted, or the interval covers more than 60
 * of the 100 points.
 */
export function saysLittle({ value, low, high }: ShareEstimate): boolean {
  return value === null || low === null || high === null || high - low > 0.6;
}
