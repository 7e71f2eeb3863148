/** The scored shots of a batch as columns: typed arrays, one entry a shot, in the order of the files. */
import type { HoldReason } from '../../domain/verdict.ts';

/** Every reason of a hold has its bit in {@link BatchColumns.hold}. */
export const HOLD_KINDS = [
  'unavailable',
  'unknown_product',
  'missing',
  'not_finite',
  'out_of_range',
  'unusual_t2',
  'unusual_spe',
] as const satisfies readonly HoldReason['kind'][];

export type HoldKind = (typeof HOLD_KINDS)[number];

/** The shots of a batch as the files have them. */
export interface BatchInputs {
  readonly count: number;
  /** `count` x 30 recorded values; NaN where missing. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Which of the files, from 0. */
  readonly file: Uint16Array<ArrayBuffer>;
  /** Data row in its file, from 1. */
  readonly row: Uint32Array<ArrayBuffer>;
  /** Line of its file, from 1. */
  readonly line: Uint32Array<ArrayBuffer>;
  /** Label mask (sources/csv/labels.ts). */
  readonly labels: Uint32Array<ArrayBuffer>;
}

/** The scored shots of a batch: what does not depend on the threshold. */
export interface BatchColumns extends BatchInputs {
  /** 1 where the shot repeats the one before it. */
  readonly repeat: Uint8Array<ArrayBuffer>;
  /** Calibrated probability; NaN where there is none. */
  readonly probability: Float64Array<ArrayBuffer>;
  /** NaN where there is none. */
  readonly spe: Float64Array<ArrayBuffer>;
  /** NaN where there is none. */
  readonly t2: Float64Array<ArrayBuffer>;
  /** Bits of {@link HOLD_KINDS}; 0 where nothing holds the shot. */
  readonly hold: Uint8Array<ArrayBuffer>;
}

/** The bits of a verdict's reasons. */
export function holdBits(reasons: readonly HoldReason[]): number {
  return reasons.reduce((bits, { kind }) => bits | (1 << HOLD_KINDS.indexOf(kind)), 0);
}

/** Verdict classes as small numbers, in the order in which a list of verdicts is best read: the worst first. */
export const CLASSES = ['ng', 'hold', 'ok'] as const;

/** Index into {@link CLASSES}. */
export const NG = 0;
export const HOLD = 1;
export const OK = 2;

/**
 * The class of every shot at a threshold: the same rule as the judge's, since what holds a shot does not depend on the
 * threshold. Nothing is predicted again.
 */
export function classesAt(
  columns: Pick<BatchColumns, 'count' | 'hold' | 'probability'>,
  threshold: number,
): Uint8Array<ArrayBuffer> {
  const classes = new Uint8Array(columns.count);
  for (let i = 0; i < columns.count; i += 1) {
    // A probability that is not there (NaN) is never OK.
    if (columns.hold[i] !== 0 || Number.isNaN(columns.probability[i])) classes[i] = HOLD;
    else classes[i] = columns.probability[i]! >= threshold ? NG : OK;
  }
  return classes;
}
