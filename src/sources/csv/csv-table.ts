/** A file within its limits: block by block as it is read, or whole. */
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { CSV_LIMITS, csvError, type CsvError, type RejectedRow } from './csv-error.ts';
import { piecesOf } from './decode.ts';
import { readCsv, type CsvBlock, type CsvOptions, type CsvSummary } from './read-csv.ts';

/** What is known of a file beside its shots. */
export interface CsvFacts {
  readonly file: string;
  readonly summary: CsvSummary;
  /** Accepted rows. */
  readonly count: number;
  /** The first {@link REJECTED_KEPT} rows that were not taken; `summary.rejected` counts them all. */
  readonly rejected: readonly RejectedRow[];
  /** These are the shots that the models were trained on. */
  readonly trainingData: boolean;
}

/** A file's shots; the arrays are described at {@link CsvBlock}. */
export interface CsvTable extends CsvFacts {
  readonly values: Float64Array<ArrayBuffer>;
  readonly rows: Uint32Array<ArrayBuffer>;
  readonly lines: Uint32Array<ArrayBuffer>;
  readonly labels: Uint32Array<ArrayBuffer>;
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

/**
 * Reads a file within {@link CSV_LIMITS} and hands its blocks over as they come; what was handed over of a file that turns out to
 * be an error is not to be used.
 */
export async function readCsvBlocks(
  source: Blob | Uint8Array,
  file: string,
  take: (block: CsvBlock) => void,
  options: CsvTableOptions = {},
): Promise<Result<CsvFacts, CsvError>> {
  const bytes = source instanceof Uint8Array ? source.byteLength : source.size;
  if (bytes > CSV_LIMITS.bytes) {
    const limit = CSV_LIMITS.bytes / 1e6;
    return err(csvError('too_large', { file, megabytes: Math.ceil(bytes / 1e6), limit }));
  }
  const training = new TrainingDataCheck();
  const rejected: RejectedRow[] = [];
  const summary = await readCsv(
    piecesOf(source),
    {
      block: (block) => {
        training.see(block.values);
        rejected.push(...block.rejected.slice(0, REJECTED_KEPT - rejected.length));
        take(block);
      },
      ...(options.onProgress && { progress: options.onProgress }),
    },
    { file, maxRows: CSV_LIMITS.rows, ...(options.signal && { signal: options.signal }) },
  );
  if (!summary.ok) return summary;
  return ok({ file, summary: summary.value, count: summary.value.accepted, rejected, trainingData: await training.passed() });
}

/** Reads a file within {@link CSV_LIMITS}: all of it, or the reason why not. */
export async function readCsvTable(
  source: Blob | Uint8Array,
  file: string,
  options: CsvTableOptions = {},
): Promise<Result<CsvTable, CsvError>> {
  const blocks: CsvBlock[] = [];
  const facts = await readCsvBlocks(source, file, (block) => blocks.push(block), options);
  if (!facts.ok) return facts;
  const { count } = facts.value;
  const values = new Float64Array(count * FEATURE_COUNT);
  const rows = new Uint32Array(count);
  const lines = new Uint32Array(count);
  const labels = new Uint32Array(count);
  let at = 0;
  for (const block of blocks) {
    values.set(block.values, at * FEATURE_COUNT);
    rows.set(block.rows, at);
    lines.set(block.lines, at);
    labels.set(block.labels, at);
    at += block.count;
  }
  return ok({ ...facts.value, values, rows, lines, labels });
}

/** Lower-case hex sha256 of an array's bytes. */
export async function sha256Of(values: Float64Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', values));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Whether the values of a file are those of {@link TRAINING_DATA}: they are kept until there are too many. */
class TrainingDataCheck {
  #values: Float64Array<ArrayBuffer> | null = null;
  #length = 0;

  see(values: Float64Array): void {
    const before = this.#length;
    this.#length += values.length;
    if (this.#length > TRAINING_DATA.rows * FEATURE_COUNT) {
      this.#values = null;
      return;
    }
    this.#values ??= new Float64Array(TRAINING_DATA.rows * FEATURE_COUNT);
    this.#values.set(values, before);
  }

  async passed(): Promise<boolean> {
    return this.#values !== null && this.#length === this.#values.length && (await sha256Of(this.#values)) === TRAINING_DATA.sha256;
  }
}
