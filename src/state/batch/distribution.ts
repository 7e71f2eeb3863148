/** How the probabilities of a batch are spread, and how they move along the file. */
import { FEATURE_COUNT, PRODUCT_INDEX } from '../../domain/feature.ts';
import { FINDINGS, LABELLED } from '../../sources/csv/labels.ts';
import { CLASSES, HOLD, NG, type BatchColumns } from './columns.ts';

/** Bins of equal width over 0..1; a probability of 1 belongs to the last. */
export const BINS = 50;

export interface Histogram {
  /** Shots in each bin, by series. */
  readonly series: ReadonlyMap<string, Uint32Array>;
  /** Shots without a probability, left out. */
  readonly without: number;
}

/** Counts shots by probability, in one series a verdict class or a product. Repeats are left out. */
export function histogram(columns: BatchColumns, classes: Uint8Array, by: 'verdict' | 'product'): Histogram {
  const series = new Map<string, Uint32Array>();
  let without = 0;
  for (let i = 0; i < columns.count; i += 1) {
    if (columns.repeat[i] === 1) continue;
    const probability = columns.probability[i]!;
    if (Number.isNaN(probability)) {
      without += 1;
      continue;
    }
    const name =
      by === 'verdict' ? CLASSES[classes[i]!]! : String(columns.values[i * FEATURE_COUNT + PRODUCT_INDEX] ?? NaN);
    let counts = series.get(name);
    if (!counts) series.set(name, (counts = new Uint32Array(BINS)));
    const bin = Math.min(BINS - 1, Math.floor(probability * BINS));
    counts[bin] = counts[bin]! + 1;
  }
  return { series, without };
}

/** Consecutive shots taken together. */
export interface ShotGroup {
  /** Number of its first and last shot among the distinct shots of the batch, from 1. */
  readonly from: number;
  readonly to: number;
  /** Mean over the shots that have a probability; null where none has. */
  readonly meanProbability: number | null;
  /** Shares of all shots of the group. */
  readonly ng: number;
  readonly hold: number;
  /** Share of inspected shots found defective; null where none was inspected. */
  readonly defective: number | null;
}

/** Shots in a group of the time chart, as in the usual p chart of the line. */
export const GROUP = 50;

/**
 * The batch in groups of {@link GROUP} distinct shots in file order; where that makes more than `most` groups, of a whole
 * multiple of it. A last group of less than half the size joins the one before it.
 */
export function groupsOf(columns: BatchColumns, classes: Uint8Array, most = 400): { size: number; groups: ShotGroup[] } {
  const distinct: number[] = [];
  for (let i = 0; i < columns.count; i += 1) if (columns.repeat[i] === 0) distinct.push(i);
  const size = GROUP * Math.max(1, Math.ceil(distinct.length / GROUP / most));
  const groups: ShotGroup[] = [];
  for (let from = 0; from < distinct.length; ) {
    const rest = distinct.length - from;
    const to = rest < 1.5 * size ? distinct.length : from + size;
    groups.push(groupOf(columns, classes, distinct, from, to));
    from = to;
  }
  return { size, groups };
}

function groupOf(
  columns: BatchColumns,
  classes: Uint8Array,
  distinct: readonly number[],
  from: number,
  to: number,
): ShotGroup {
  let sum = 0;
  let withProbability = 0;
  let ng = 0;
  let hold = 0;
  let inspected = 0;
  let defective = 0;
  for (let k = from; k < to; k += 1) {
    const i = distinct[k]!;
    const probability = columns.probability[i]!;
    if (!Number.isNaN(probability)) {
      sum += probability;
      withProbability += 1;
    }
    if (classes[i] === NG) ng += 1;
    if (classes[i] === HOLD) hold += 1;
    const labels = columns.labels[i]!;
    if ((labels & LABELLED) !== 0) inspected += 1;
    if ((labels & FINDINGS) !== 0) defective += 1;
  }
  return {
    from: from + 1,
    to,
    meanProbability: withProbability === 0 ? null : sum / withProbability,
    ng: ng / (to - from),
    hold: hold / (to - from),
    defective: inspected === 0 ? null : defective / inspected,
  };
}
