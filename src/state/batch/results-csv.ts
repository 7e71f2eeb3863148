/** The results of a batch as a CSV file that a spreadsheet opens without harm. */
import Papa from 'papaparse';
import { FEATURE_COUNT, PRODUCT_INDEX, SHOT_INDEX } from '../../domain/feature.ts';
import { labelsOf } from '../../sources/csv/labels.ts';
import { CLASSES, HOLD_KINDS, type BatchColumns } from './columns.ts';

/** What the file says beside the columns of the batch. */
export interface ResultsFacts {
  readonly files: readonly string[];
  readonly bundleIds: readonly string[];
  readonly threshold: number;
  readonly classes: Uint8Array;
}

const HEADER = [
  'file',
  'row',
  'line',
  'product',
  'shot',
  'repeat',
  'verdict',
  'probability',
  'threshold',
  'hold_reasons',
  't2',
  'spe',
  'found',
  'bundle',
];

const ROWS_PER_PIECE = 5000;

/**
 * The file in pieces, so that the page stays free between them. UTF-8 with a byte order mark and CRLF for spreadsheets;
 * a cell that a spreadsheet would take for a formula is made text (OWASP, CSV injection). `found` is empty where nobody
 * inspected, `good`, or the defects with their cavities.
 */
export function* resultsCsv(columns: BatchColumns, facts: ResultsFacts): Generator<string> {
  const csv = (rows: unknown[][]): string => `${Papa.unparse(rows, { escapeFormulae: true, newline: '\r\n' })}\r\n`;
  const bundle = facts.bundleIds.join(' ');
  yield `\ufeff${csv([HEADER])}`;
  for (let from = 0; from < columns.count; from += ROWS_PER_PIECE) {
    const rows: unknown[][] = [];
    for (let i = from; i < Math.min(from + ROWS_PER_PIECE, columns.count); i += 1) {
      rows.push([
        facts.files[columns.file[i]!],
        columns.row[i],
        columns.line[i],
        known(columns.values[i * FEATURE_COUNT + PRODUCT_INDEX]!),
        known(columns.values[i * FEATURE_COUNT + SHOT_INDEX]!),
        columns.repeat[i],
        CLASSES[facts.classes[i]!]!.toUpperCase(),
        known(columns.probability[i]!),
        facts.threshold,
        HOLD_KINDS.filter((_, bit) => (columns.hold[i]! & (1 << bit)) !== 0).join(' '),
        known(columns.t2[i]!),
        known(columns.spe[i]!),
        foundOf(columns.labels[i]!),
        bundle,
      ]);
    }
    yield csv(rows);
  }
}

function known(value: number): number | '' {
  return Number.isNaN(value) ? '' : value;
}

/** What inspection found, for a cell: empty where nobody inspected, `good`, or the defects with their cavities. */
export function foundOf(mask: number): string {
  const labels = labelsOf(mask);
  if (!labels) return '';
  return labels.findings.map(({ defect, cavity }) => `${defect}_${cavity}`).join(' ') || 'good';
}
