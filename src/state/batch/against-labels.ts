/** What inspection found against what the model said. */
import { FINDINGS, LABELLED } from '../../sources/csv/labels.ts';
import type { ArrangeColumns } from './arrange.ts';
import { operatingPoints, type OperatingPoints } from './curves.ts';
import { HOLD, NG, OK, type BatchColumns } from './columns.ts';

/** Curves of the labelled shots that were judged OK or NG, once with the repeats and once without them. */
export interface LabelledCurves {
  readonly all: OperatingPoints;
  readonly distinct: OperatingPoints;
}

/** Tallies the labelled shots of a batch; held shots are left out: to hold is to make no prediction. */
export function labelledCurves(columns: ArrangeColumns): LabelledCurves {
  const curvesOf = (repeats: boolean): OperatingPoints => {
    const probability = new Float64Array(columns.count);
    const defective = new Uint8Array(columns.count);
    let count = 0;
    for (let i = 0; i < columns.count; i += 1) {
      const labels = columns.labels[i]!;
      if ((labels & LABELLED) === 0 || columns.hold[i] !== 0 || Number.isNaN(columns.probability[i])) continue;
      if (!repeats && columns.repeat[i] === 1) continue;
      probability[count] = columns.probability[i]!;
      defective[count] = (labels & FINDINGS) !== 0 ? 1 : 0;
      count += 1;
    }
    return operatingPoints(probability.subarray(0, count), defective.subarray(0, count));
  };
  return { all: curvesOf(true), distinct: curvesOf(false) };
}

/** Labelled shots by what inspection found and what the verdict was. */
export interface Confusion {
  /** Defective shots judged NG, held, and judged OK (missed). */
  readonly defective: { readonly ng: number; readonly hold: number; readonly ok: number };
  /** Good shots judged NG (false alarms), held, and judged OK. */
  readonly good: { readonly ng: number; readonly hold: number; readonly ok: number };
}

/** Counts the labelled shots of a batch, with or without the repeats. */
export function confusionOf(columns: BatchColumns, classes: Uint8Array, repeats: boolean): Confusion {
  const counts = [new Uint32Array(3), new Uint32Array(3)];
  for (let i = 0; i < columns.count; i += 1) {
    const labels = columns.labels[i]!;
    if ((labels & LABELLED) === 0 || (!repeats && columns.repeat[i] === 1)) continue;
    const row = counts[(labels & FINDINGS) !== 0 ? 1 : 0]!;
    row[classes[i]!]! += 1;
  }
  const named = (row: Uint32Array): Confusion['good'] => ({ ng: row[NG]!, hold: row[HOLD]!, ok: row[OK]! });
  return { defective: named(counts[1]!), good: named(counts[0]!) };
}
