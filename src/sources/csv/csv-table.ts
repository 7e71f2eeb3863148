/** A whole file in memory, as typed arrays that move between threads without a copy. */
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { CSV_LIMITS, csvError, type CsvError, type RejectedRow } from './csv-error.ts';
import { piecesOf } from './decode.ts';
import { readCsv, type CsvBlock, type CsvOptions, type CsvSummary } from './read-csv.ts';

/** A file's shots; the arrays are described at {@link CsvBlock}. */
export interface CsvTable {
  readonly file: string;
  readonly summary: CsvSummary;
  /** Accepted rows. */
  readonly count: number;
  readonly values: Float64Array<ArrayBuffer>;
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly lines: Uint32Array<ArrayBuffer>;
  readonly labels: Uint32Array<ArrayBuffer>;
  /** The first {@link REJECTED_KEPT} rows that were not taken; `summary.rejected` counts them all. */
  readonly rejected: readonly RejectedRow[];
  /** These are the shots that the models were trained on. */
  readonly trainingData: boolean;
}

/** How many rejected rows are kept with their texts. */
export const REJECTED_KEPT = 1000;

/**
 * The public data set by its content: sha256 over the 30 values of all rows in order, as little-endian doubles. Also
 * known when the file was saved again with other delimiters, columns or encoding; rows copied out of it are not.
 * Measured on KAMP data set 55, whose file has sha256 5c4873c08a221c60f96ba34ec3799a47bd9aa0517712019decd78187dadbe2d8.
 */
const TRAINING_DATA = {
  rows: 7535,
  sha256: '65c87f10c0342db986c006b74528ccad17fbcab0493af986ba2782c1a44601cd',
} as const;

export type CsvTableOptions = Pick<CsvOptions, 'signal'> & {
  /** Bytes read so far. */
  readonly onProgress?: (bytes: number) => void;
};

/** Reads a file within {@link CSV_LIMITS}: all of it, or the reason why not. */
export async function readCsvTable(
  source: Blob | Uint8Array,
  file: string,
  options: CsvTableOptions = {},
): Promise<Result<CsvTable, CsvError>> {
  const bytes = source instanceof Uint8Array ? source.byteLength : source.size;
  if (bytes > CSV_LIMITS.bytes) {
    const limit = CSV_LIMITS.bytes / 1e6;
    return err(csvError('too_large', { file, megabytes: Math.ceil(bytes / 1e6), limit }));
  }
  const blocks: CsvBlock[] = [];
  const summary = await readCsv(
    piecesOf(source),
    {
      block: (block) => void blocks.push(block),
      ...(options.onProgress && { progress: options.onProgress }),
    },
    { file, maxRows: CSV_LIMITS.rows, ...(options.signal && { signal: options.signal }) },
  );
  if (!summary.ok) return summary;

  const count = summary.value.accepted;
  const values = new Float64Array(count * FEATURE_COUNT);
  const rows = new Uint32Array(count);
  const lines = new Uint32Array(count);
  const labels = new Uint32Array(count);
  const rejected: RejectedRow[] = [];
  let at = 0;
  for (const block of blocks) {
    values.set(block.values, at * FEATURE_COUNT);
    rows.set(block.rows, at);
    lines.set(block.lines, at);
    labels.set(block.labels, at);
    at += block.count;
    rejected.push(...block.rejected.slice(0, REJECTED_KEPT - rejected.length));
  }
  const trainingData = await isTrainingData(values);
  return ok({ file, summary: summary.value, count, values, rows, lines, labels, rejected, trainingData });
}

/** Lower-case hex sha256 of an array's bytes. */
export async function sha256Of(values: Float64Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', values));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function isTrainingData(values: Float64Array<ArrayBuffer>): Promise<boolean> {
  return values.length === TRAINING_DATA.rows * FEATURE_COUNT && (await sha256Of(values)) === TRAINING_DATA.sha256;
}
