/** A row copied out of a spreadsheet as one shot. */
import Papa from 'papaparse';
import { FEATURE_COUNT, FEATURE_NAMES } from '../../domain/feature.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { readCell } from '../csv/cell.ts';
import type { CsvError, RejectedRow } from '../csv/csv-error.ts';
import { readCsvTable } from '../csv/csv-table.ts';
import { DEFECT_COLUMN_COUNT } from '../csv/labels.ts';

/** What was pasted. */
export interface PastedRow {
  /** 30 values in recorded units: NaN where missing, plus or minus Infinity where not finite. */
  readonly values: Float64Array;
  /** Rows below the first, which were left aside. */
  readonly furtherRows: number;
}

/** Why nothing can be made of what was pasted. */
export type PasteError =
  /** Blank. */
  | { readonly kind: 'nothing' }
  /** No names above the numbers, and another number of them than a shot has. */
  | { readonly kind: 'count'; readonly found: number; readonly expected: number }
  /** Names, but not the right ones. */
  | { readonly kind: 'header'; readonly error: CsvError }
  /** The first row has cells that are no numbers. */
  | { readonly kind: 'row'; readonly row: RejectedRow };

/** Any run of blanks. */
const BLANKS = ' ';
const SEPARATORS = ['\t', ';', ',', BLANKS] as const;

/**
 * Reads a pasted row: separated by tab, semicolon, comma or blanks, with decimal point or comma, with the header rows of
 * a file or without. Without them it is 30 values in the data set's order, or the data set's whole row (an id before
 * them, defect flags after them).
 *
 * @param text what was pasted
 * @param name what the row is called in messages
 */
export async function readPastedRow(text: string, name: string): Promise<Result<PastedRow, PasteError>> {
  const lines = text.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
  const [first] = lines;
  if (first === undefined) return err({ kind: 'nothing' });
  const separator = separatorOf(first);
  const cells = cellsOf(first, separator);
  const header: string[] = [];
  if (isBare(cells)) {
    const names = namesFor(cells.length);
    if (!names) return err({ kind: 'count', found: cells.length, expected: FEATURE_COUNT });
    header.push(names.join(separator === BLANKS ? '\t' : separator));
  }
  const rows = separator === BLANKS ? lines.map((line) => cellsOf(line, BLANKS).join('\t')) : lines;
  const table = [...header, ...rows].join('\n');
  const read = await readCsvTable(new TextEncoder().encode(table), name);
  if (!read.ok) return err({ kind: 'header', error: read.error });
  const { values, rejected, summary } = read.value;
  const broken = rejected[0];
  if (broken?.row === 1) return err({ kind: 'row', row: broken });
  return ok({ values: values.slice(0, FEATURE_COUNT), furtherRows: summary.rows - 1 });
}

/** The separator that cuts a line into a number of cells a shot may have, else the one that cuts it most often. */
function separatorOf(line: string): string {
  const fits = (separator: string): boolean => {
    const cells = cellsOf(line, separator);
    return namesFor(cells.length) !== undefined && isBare(cells);
  };
  const count = (separator: string): number => cellsOf(line, separator).length;
  return (
    SEPARATORS.find(fits) ??
    SEPARATORS.filter((separator) => separator !== BLANKS).reduce((best, next) => (count(next) > count(best) ? next : best))
  );
}

/** Whether a line holds values, not names: more than half of its cells are numbers or empty. */
function isBare(cells: readonly string[]): boolean {
  return cells.filter((cell) => readCell(cell) !== null).length > cells.length / 2;
}

function cellsOf(line: string, separator: string): string[] {
  if (separator === BLANKS) return line.trim().split(/\s+/);
  return Papa.parse<string[]>(line, { delimiter: separator }).data[0] ?? [];
}

/** Names for so many columns without a header; `undefined` where no shot has so many. */
function namesFor(count: number): readonly string[] | undefined {
  const blanks = (n: number): string[] => new Array<string>(n).fill('');
  switch (count) {
    case FEATURE_COUNT:
      return FEATURE_NAMES;
    case FEATURE_COUNT + 1:
      return ['id', ...FEATURE_NAMES];
    case FEATURE_COUNT + DEFECT_COLUMN_COUNT:
      return [...FEATURE_NAMES, ...blanks(DEFECT_COLUMN_COUNT)];
    case FEATURE_COUNT + DEFECT_COLUMN_COUNT + 1:
      return ['id', ...FEATURE_NAMES, ...blanks(DEFECT_COLUMN_COUNT)];
    default:
      return undefined;
  }
}
