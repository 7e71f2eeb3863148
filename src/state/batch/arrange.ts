/** Sorting and filtering a batch: which shots the table shows, in which order. */
import { FEATURE_COUNT, PRODUCT_INDEX, SHOT_INDEX } from '../../domain/feature.ts';
import { FINDINGS, LABELLED } from '../../sources/csv/labels.ts';
import { CLASSES, classesAt, NG, OK, type BatchColumns } from './columns.ts';

export const SORT_COLUMNS = ['order', 'product', 'shot', 'verdict', 'probability', 'found'] as const;
export type SortColumn = (typeof SORT_COLUMNS)[number];

export interface Arrangement {
  readonly sort: SortColumn;
  readonly descending: boolean;
  readonly verdict: (typeof CLASSES)[number] | 'all';
  /** A product number as text, or `all`. */
  readonly product: string;
  readonly repeats: 'all' | 'distinct' | 'repeats';
  /** By inspection's finding: `missed` is defective but OK, `false_alarm` good but NG. */
  readonly found: 'all' | 'defective' | 'good' | 'missed' | 'false_alarm';
}

/** What of a batch is sorted and filtered by; small enough to be copied to the worker that does it. */
export interface ArrangeColumns extends Pick<BatchColumns, 'count' | 'labels' | 'repeat' | 'probability' | 'hold'> {
  readonly product: Float64Array<ArrayBuffer>;
  readonly shot: Float64Array<ArrayBuffer>;
}

/** Copies of the columns of a batch that {@link arrange} reads, so that they can be handed to another thread. */
export function arrangeColumns(columns: BatchColumns): ArrangeColumns {
  const { count, values } = columns;
  const product = new Float64Array(count);
  const shot = new Float64Array(count);
  for (let i = 0; i < count; i += 1) {
    product[i] = values[i * FEATURE_COUNT + PRODUCT_INDEX]!;
    shot[i] = values[i * FEATURE_COUNT + SHOT_INDEX]!;
  }
  return {
    count,
    labels: columns.labels.slice(),
    repeat: columns.repeat.slice(),
    probability: columns.probability.slice(),
    hold: columns.hold.slice(),
    product,
    shot,
  };
}

/** File order, everything shown. */
export const PLAIN_ARRANGEMENT: Arrangement = {
  sort: 'order',
  descending: false,
  verdict: 'all',
  product: 'all',
  repeats: 'all',
  found: 'all',
};

/** Positions of the shots to show, in their order. Missing values come last in either direction; equals keep file order. */
export function arrange(
  columns: ArrangeColumns,
  threshold: number,
  wanted: Arrangement,
): Uint32Array<ArrayBuffer> {
  const classes = classesAt(columns, threshold);
  const wantedClass = wanted.verdict === 'all' ? -1 : CLASSES.indexOf(wanted.verdict);
  const wantedProduct = wanted.product === 'all' ? null : Number(wanted.product);
  const shown = new Uint32Array(columns.count);
  let count = 0;
  for (let i = 0; i < columns.count; i += 1) {
    if (wantedClass !== -1 && classes[i] !== wantedClass) continue;
    if (wantedProduct !== null && !Object.is(columns.product[i], wantedProduct)) continue;
    if (wanted.repeats !== 'all' && (columns.repeat[i] === 1) !== (wanted.repeats === 'repeats')) continue;
    if (!isFound(columns.labels[i]!, classes[i]!, wanted.found)) continue;
    shown[count] = i;
    count += 1;
  }
  const order = shown.slice(0, count);
  if (wanted.sort !== 'order') sortBy(order, keyOf(columns, classes, wanted.sort), wanted.descending);
  else if (wanted.descending) order.reverse();
  return order;
}

function isFound(labels: number, verdict: number, wanted: Arrangement['found']): boolean {
  if (wanted === 'all') return true;
  if ((labels & LABELLED) === 0) return false;
  const defective = (labels & FINDINGS) !== 0;
  switch (wanted) {
    case 'defective':
      return defective;
    case 'good':
      return !defective;
    case 'missed':
      return defective && verdict === OK;
    case 'false_alarm':
      return !defective && verdict === NG;
  }
}

function keyOf(
  columns: ArrangeColumns,
  classes: Uint8Array,
  column: Exclude<SortColumn, 'order'>,
): (i: number) => number {
  switch (column) {
    case 'product':
      return (i) => columns.product[i]!;
    case 'shot':
      return (i) => columns.shot[i]!;
    case 'verdict':
      return (i) => classes[i]!;
    case 'probability':
      return (i) => columns.probability[i]!;
    case 'found':
      return (i) => ((columns.labels[i]! & LABELLED) === 0 ? NaN : (columns.labels[i]! & FINDINGS) === 0 ? 1 : 0);
  }
}

function sortBy(order: Uint32Array, keyOfShot: (i: number) => number, descending: boolean): void {
  const keys = new Float64Array(order.reduce((most, i) => Math.max(most, i + 1), 0));
  for (const i of order) keys[i] = keyOfShot(i);
  const direction = descending ? -1 : 1;
  order.sort((a, b) => {
    const x = keys[a]!;
    const y = keys[b]!;
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    return (x < y ? -1 : x > y ? 1 : 0) * direction || a - b;
  });
}
