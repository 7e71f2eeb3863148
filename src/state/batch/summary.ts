/** A batch in a line: how many shots, what became of them. */
import { FEATURE_COUNT, PRODUCT_INDEX } from '../../domain/feature.ts';
import type { CsvTable } from '../../sources/csv/csv-table.ts';
import { LABELLED } from '../../sources/csv/labels.ts';
import { HOLD, HOLD_KINDS, NG, OK, type BatchColumns, type HoldKind } from './columns.ts';

/** Counts over all files. Repeats are counted among the shots and again on their own. */
export interface BatchSummary {
  /** Rows of the files: `shots` and `rejected`. */
  readonly rows: number;
  readonly shots: number;
  readonly repeats: number;
  readonly rejected: number;
  readonly ok: number;
  readonly ng: number;
  readonly hold: number;
  /** How many shots are held for each reason; a shot may have several. */
  readonly holdReasons: ReadonlyMap<HoldKind, number>;
}

/** Counts a batch. */
export function summarise(
  columns: BatchColumns,
  classes: Uint8Array,
  tables: readonly Pick<CsvTable, 'summary'>[],
): BatchSummary {
  const byClass = new Uint32Array(3);
  const byReason = new Uint32Array(HOLD_KINDS.length);
  let repeats = 0;
  for (let i = 0; i < columns.count; i += 1) {
    byClass[classes[i]!]! += 1;
    repeats += columns.repeat[i]!;
    const hold = columns.hold[i]!;
    if (hold !== 0) for (let bit = 0; bit < HOLD_KINDS.length; bit += 1) byReason[bit]! += (hold >> bit) & 1;
  }
  const rejected = tables.reduce((sum, { summary }) => sum + summary.rejected, 0);
  return {
    rows: columns.count + rejected,
    shots: columns.count,
    repeats,
    rejected,
    ok: byClass[OK]!,
    ng: byClass[NG]!,
    hold: byClass[HOLD]!,
    holdReasons: new Map(HOLD_KINDS.map((kind, bit) => [kind, byReason[bit]!] as const).filter(([, n]) => n > 0)),
  };
}

/** What does not depend on the threshold either: the products, and whether anybody inspected. */
export function factsOf(
  columns: BatchColumns,
  tables: readonly Pick<CsvTable, 'trainingData'>[],
): { products: number[]; labelled: boolean; trainingData: boolean } {
  const products = new Set<number>();
  let labelled = false;
  for (let i = 0; i < columns.count; i += 1) {
    products.add(columns.values[i * FEATURE_COUNT + PRODUCT_INDEX]!);
    labelled ||= (columns.labels[i]! & LABELLED) !== 0;
  }
  return {
    products: [...products].sort((a, b) => Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || a - b),
    labelled,
    trainingData: tables.some(({ trainingData }) => trainingData),
  };
}
