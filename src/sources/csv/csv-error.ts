import { csv } from '../../messages/csv.ts';

/**
 * Why a whole file could not be read, with what its message needs. `file` is the file's name, `line` a line of the
 * file (from 1). The text of code `x` is the message `csv.x`.
 */
export interface CsvErrorParams {
  /** No bytes, or only blank lines. */
  empty: { file: string };
  /** More bytes than {@link CSV_LIMITS} allows; nothing was read. Sizes in MB (powers of ten). */
  too_large: { file: string; megabytes: number; limit: number };
  /** More rows than {@link CSV_LIMITS} allows; nothing was kept. */
  too_many_rows: { file: string; limit: number };
  /** The device refused to read the file (it was moved, or changed while being read). */
  unreadable: { file: string };
  /** Not text. */
  binary: { file: string };
  /** An Excel workbook, not a CSV. */
  workbook: { file: string };
  /** Neither UTF-8, UTF-16 with a byte order mark, nor CP949. */
  encoding: { file: string; line: number };
  /** A line that does not end: a quotation mark that is never closed, or no table at all. */
  endless_line: { file: string; line: number };
  /** The first line holds numbers where names belong. */
  no_header: { file: string; line: number };
  /** Hardly any of the names are known: a file of another process. `columns`: the first names that were found. */
  other_process: { file: string; line: number; known: number; expected: number; columns: string };
  /** Inputs that no column carries, all named. */
  missing_columns: { file: string; line: number; count: number; columns: string };
  /** Names that stand above more than one column, all named. */
  duplicate_columns: { file: string; line: number; columns: string };
  /** A header and nothing below it. */
  no_rows: { file: string };
  /** The caller gave up. */
  aborted: { file: string };
  /** The worker that read the file died. */
  worker_died: { file: string };
}

export type CsvErrorCode = keyof CsvErrorParams;

/** A file that could not be read, as a value, discriminated by `code`. */
export type CsvError = {
  readonly [C in CsvErrorCode]: {
    readonly code: C;
    /** Whether the same file may be read later without a change to it. */
    readonly retryable: boolean;
    readonly messageKey: `csv.${C}`;
    readonly params: CsvErrorParams[C];
    /** What lies beneath, for diagnostics. */
    readonly cause?: unknown;
  };
}[CsvErrorCode];

const RETRYABLE: ReadonlySet<CsvErrorCode> = new Set<CsvErrorCode>(['unreadable', 'aborted', 'worker_died']);

/** Builds a {@link CsvError}. */
export function csvError<C extends CsvErrorCode>(code: C, params: CsvErrorParams[C], cause?: unknown): CsvError {
  const error = { code, retryable: RETRYABLE.has(code), messageKey: `csv.${code}`, params };
  return (cause === undefined ? error : { ...error, cause }) as CsvError;
}

/** A {@link CsvError} on its way through the generators of this room; {@link readCsv} turns it into a value. */
export class CsvFailure extends Error {
  override readonly name = 'CsvFailure';
  readonly error: CsvError;

  constructor(error: CsvError) {
    super(error.code);
    this.error = error;
  }
}

/** Largest file and longest table the app takes: what a tablet holds in memory with room to spare. */
export const CSV_LIMITS = { bytes: 150_000_000, rows: 300_000 } as const;

/** What is wrong with one cell of a row. */
export interface BadCell {
  /** The input or defect column, by its name in the app. */
  readonly name: string;
  /** `mixed_decimals`: decimal point and decimal comma in one row, so the comma may be a thousands separator. */
  readonly problem: 'not_a_number' | 'mixed_decimals' | 'not_a_flag';
  /** What stands in the cell, cut to 40 characters. */
  readonly text: string;
}

/** A row that was not taken, and why. The other rows go on. */
export type RejectedRow = {
  /** Data row, from 1, counted without headers and blank lines. */
  readonly row: number;
  /** Line of the file, from 1. */
  readonly line: number;
} & (
  | {
      readonly code: 'bad_cells';
      readonly cells: readonly BadCell[];
      /** The texts of the 30 inputs, so that the row can be mended by hand. */
      readonly texts: readonly string[];
    }
  | { readonly code: 'field_count'; readonly expected: number; readonly found: number }
  | { readonly code: 'broken_quotes'; readonly lastLine: number }
);

/** The English text of a message about a file or a row, for the command line (the screens use the catalogue). */
function english(key: keyof typeof csv, params: Readonly<Record<string, string | number>>): string {
  return csv[key].en.replace(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : place,
  );
}

/** What is wrong with a file, in English. */
export function describeCsvError(error: CsvError): string {
  return english(error.messageKey, error.params);
}

/** What is wrong with a row, in English: one line a bad cell. */
export function describeRejectedRow(row: RejectedRow): string[] {
  const at = { row: row.row, line: row.line };
  if (row.code === 'field_count') {
    return [english('csv.row.field_count', { ...at, expected: row.expected, found: row.found })];
  }
  if (row.code === 'broken_quotes') return [english('csv.row.broken_quotes', { ...at, last: row.lastLine })];
  return row.cells.map((cell) =>
    english(`csv.row.${cell.problem}`, { ...at, column: cell.name, text: cell.text }),
  );
}
