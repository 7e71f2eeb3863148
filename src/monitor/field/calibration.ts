import type { ShareEstimate } from '../../domain/share.ts';
import { weightedShare } from './estimates.ts';
import type { FieldPart, Population } from './parts.ts';
import { weighParts } from './quality.ts';

const MOST_BINS = 8;

/** A bin with fewer parts says little. */
const LEAST_PARTS = 10;

/** Parts of like probability: what was predicted of them, and what they were. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly parts: number;
  /** Mean predicted probability. */
  readonly predicted: number;
  /** Share that was defective. */
  readonly found: ShareEstimate;
}

/** Whether the probability means in the field what it says. */
export interface FieldCalibration {
  readonly bins: readonly CalibrationBin[];
  readonly parts: number;
  /** Share of defects to be expected from the probabilities alone, and the share found. */
  readonly expected: number;
  readonly found: ShareEstimate;
}

/**
 * The judged parts that speak for others, in bins of about equal numbers by probability, each part by its weight; null
 * without parts. Held parts have no probability that is meant to hold.
 */
export function fieldCalibration(parts: readonly FieldPart[], population: Population): FieldCalibration | null {
  const judged = [...weighParts(parts, population)]
    .flatMap(([{ verdict, defective }, weight]) =>
      verdict.class === 'hold' || verdict.probability === null ? [] : [{ probability: verdict.probability, weight, hit: defective }],
    )
    .sort((a, b) => a.probability - b.probability);
  if (judged.length === 0) return null;
  const count = Math.max(1, Math.min(MOST_BINS, Math.floor(judged.length / LEAST_PARTS)));
  const bins = Array.from({ length: count }, (_, i) => judged.slice(Math.round((i * judged.length) / count), Math.round(((i + 1) * judged.length) / count)));
  const mean = (of: typeof judged): number =>
    of.reduce((sum, { probability, weight }) => sum + probability * weight, 0) / of.reduce((sum, { weight }) => sum + weight, 0);
  return {
    bins: bins.map((bin) => ({
      low: bin[0]?.probability ?? 0,
      high: bin.at(-1)?.probability ?? 0,
      parts: bin.length,
      predicted: mean(bin),
      found: weightedShare(bin),
    })),
    parts: judged.length,
    expected: mean(judged),
    found: weightedShare(judged),
  };
}
