/**
 * A CSV file as blocks of numbers. Pure: bytes in, blocks out, one piece in memory at a time; used by the worker of the
 * batch view and by the command line alike.
 */
import Papa from 'papaparse';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { csvError, CsvFailure, type CsvError, type RejectedRow } from './csv-error.ts';
import { TextReader, type TextEncodingName } from './decode.ts';
import { isGroupRow, readLayout, type CsvLayout } from './layout.ts';
import { inputTexts, readLabels, readValues } from './row.ts';

/** Consecutive rows of a file. */
export interface CsvBlock {
  /** Accepted rows in this block. */
  readonly count: number;
  /** 30 values a row (`count` x 30): NaN where missing, plus or minus Infinity where not finite. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Number of each row: data rows from 1, rejected ones counted too. */
  readonly rows: Uint32Array<ArrayBuffer>;
  /** File line on which each row begins, from 1. */
  readonly lines: Uint32Array<ArrayBuffer>;
  /** Label mask of each row ({@link readLabels}); 0 where the row carries no label. */
  readonly labels: Uint32Array<ArrayBuffer>;
  /** The rows between them that were not taken. */
  readonly rejected: readonly RejectedRow[];
}

/** What was found in a file once it is read to its end. */
export interface CsvSummary {
  readonly layout: CsvLayout;
  readonly encoding: TextEncodingName;
  readonly delimiter: string;
  /** Data rows, without headers and blank lines: `accepted + rejected`. */
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Lines without any content, skipped. */
  readonly blank: number;
}

export interface CsvHandlers {
  /** Takes a block. The reader waits for the promise, so a slow taker is never overrun. */
  readonly block: (block: CsvBlock) => void | Promise<void>;
  /** Bytes read so far; their blocks follow. */
  readonly progress?: (bytes: number) => void;
}

export interface CsvOptions {
  /** The file's name, for errors. */
  readonly file: string;
  /** Most rows to accept; without it there is no limit. */
  readonly maxRows?: number;
  readonly signal?: AbortSignal;
}

const BLOCK_ROWS = 2048;
const LONGEST_LINE = 1 << 20;
const DELIMITERS = [',', ';', '\t'] as const;

/**
 * Reads a CSV file: two header rows or one, any column order, with or without the defect columns, quoted or not,
 * delimited by comma, semicolon or tab, with decimal point or comma, in UTF-8, CP949 or UTF-16.
 *
 * A bad row is rejected with its line and columns and the rows after it go on; a bad file is an error. What was handed
 * to `handlers.block` before an error is not to be used.
 */
export async function readCsv(
  pieces: AsyncIterable<Uint8Array>,
  handlers: CsvHandlers,
  options: CsvOptions,
): Promise<Result<CsvSummary, CsvError>> {
  const text = new TextReader(options.file);
  const table = new TableReader(options, handlers);
  let bytes = 0;
  try {
    const iterator = pieces[Symbol.asyncIterator]();
    for (;;) {
      const next = await iterator.next().catch((cause: unknown) => {
        throw new CsvFailure(csvError('unreadable', { file: options.file }, cause));
      });
      if (options.signal?.aborted) return err(csvError('aborted', { file: options.file }));
      if (next.done) break;
      bytes += next.value.byteLength;
      handlers.progress?.(bytes);
      await table.take(text.read(next.value), false);
    }
    await table.take(text.end(), true);
    return ok({ ...table.summary(), encoding: text.encoding });
  } catch (thrown) {
    if (thrown instanceof CsvFailure) return err(thrown.error);
    throw thrown;
  }
}

/** Cuts text into rows with papaparse, reads the header, collects blocks. */
class TableReader {
  readonly #options: CsvOptions;
  readonly #handlers: CsvHandlers;
  /** Text of a line that is not complete yet. */
  #rest = '';
  /** File line on which `#rest` begins. */
  #line = 1;
  #delimiter: string | undefined;
  #header: (readonly string[])[] = [];
  #layout: CsvLayout | undefined;
  #rows = 0;
  #accepted = 0;
  #rejectedRows = 0;
  #blank = 0;
  #count = 0;
  #values = new Float64Array(BLOCK_ROWS * FEATURE_COUNT);
  #rowNumbers = new Uint32Array(BLOCK_ROWS);
  #lines = new Uint32Array(BLOCK_ROWS);
  #labels = new Uint32Array(BLOCK_ROWS);
  #rejected: RejectedRow[] = [];

  constructor(options: CsvOptions, handlers: CsvHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  /** Takes the next text; `last` when nothing follows. */
  async take(piece: string, last: boolean): Promise<void> {
    this.#rest += piece;
    if (this.#delimiter === undefined && !this.#findDelimiter(last)) return;
    await this.#takeRows(last);
    if (this.#rest.length > LONGEST_LINE) this.#fail(csvError('endless_line', { ...this.#at, line: this.#line }));
    if (last) await this.#finish();
  }

  summary(): Omit<CsvSummary, 'encoding'> {
    if (!this.#layout) throw new Error('the summary of a file that was not read to its end');
    return {
      layout: this.#layout,
      delimiter: this.#delimiter ?? ',',
      rows: this.#rows,
      accepted: this.#accepted,
      rejected: this.#rejectedRows,
      blank: this.#blank,
    };
  }

  get #at(): { readonly file: string } {
    return { file: this.#options.file };
  }

  #fail(error: CsvError): never {
    throw new CsvFailure(error);
  }

  /** Decides by the first line with content: the delimiter that cuts it into the most cells. */
  #findDelimiter(last: boolean): boolean {
    const match = /^(\s*\n)*/.exec(this.#rest);
    const start = match?.[0].length ?? 0;
    const end = this.#rest.indexOf('\n', start);
    if (end === -1 && !last && this.#rest.length <= LONGEST_LINE) return false;
    const line = this.#rest.slice(start, end === -1 ? undefined : end);
    if (line.trim() === '') this.#fail(csvError('empty', this.#at));
    const told = /^sep=(.)$/.exec(line.trim());
    if (told && end !== -1) {
      this.#rest = this.#rest.slice(end + 1);
      this.#line += 1 + (match?.[0].split('\n').length ?? 1) - 1;
    }
    const cells = (delimiter: string): number => Papa.parse<string[]>(line, { delimiter }).data[0]?.length ?? 0;
    this.#delimiter = told?.[1] ?? DELIMITERS.reduce((best, next) => (cells(next) > cells(best) ? next : best));
    return true;
  }

  async #takeRows(last: boolean): Promise<void> {
    const text = this.#rest;
    const parser = new Papa.Parser({ delimiter: this.#delimiter, newline: '\n' });
    const parsed = parser.parse(text, 0, !last) as Papa.ParseResult<string[]>;
    this.#rest = last ? '' : text.slice(parsed.meta.cursor);
    const quoted = text.includes('"');
    const broken = new Map(parsed.errors.map((error) => [error.row, error.code]));
    for (let index = 0; index < parsed.data.length; index += 1) {
      const cells = parsed.data[index] ?? [];
      const firstLine = this.#line;
      this.#line += 1 + (quoted ? cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0) : 0);
      const fault = broken.get(index);
      if (fault === 'MissingQuotes') this.#fail(csvError('endless_line', { ...this.#at, line: firstLine }));
      if (cells.every((cell) => cell.trim() === '')) {
        if (this.#layout && !(last && index === parsed.data.length - 1)) this.#blank += 1;
      } else if (this.#layout) {
        this.#takeRow(cells, this.#layout, firstLine, fault !== undefined);
        if (this.#count === BLOCK_ROWS) await this.#flush();
      } else {
        this.#takeHeader(cells, firstLine);
      }
    }
  }

  #takeHeader(cells: readonly string[], line: number): void {
    this.#header.push(cells);
    if (this.#header.length === 1 && isGroupRow(cells)) return;
    const layout = readLayout(this.#options.file, this.#header, line);
    if (!layout.ok) this.#fail(layout.error);
    this.#layout = layout.value;
  }

  #takeRow(cells: readonly string[], layout: CsvLayout, line: number, brokenQuotes: boolean): void {
    this.#rows += 1;
    const at = { row: this.#rows, line };
    const spill = cells.length > layout.columns && cells.slice(layout.columns).every((cell) => cell.trim() === '');
    if (brokenQuotes) {
      this.#reject({ ...at, code: 'broken_quotes', lastLine: this.#line - 1 });
    } else if (cells.length !== layout.columns && !spill) {
      this.#reject({ ...at, code: 'field_count', expected: layout.columns, found: cells.length });
    } else {
      const badValues = readValues(cells, layout, this.#values, this.#count * FEATURE_COUNT);
      const labels = readLabels(cells, layout);
      if (badValues === undefined && typeof labels === 'number') {
        this.#accept(at.row, line, labels);
      } else {
        const bad = [...(badValues ?? []), ...(typeof labels === 'number' ? [] : labels)];
        this.#reject({ ...at, code: 'bad_cells', cells: bad, texts: inputTexts(cells, layout) });
      }
    }
  }

  #accept(row: number, line: number, labels: number): void {
    const limit = this.#options.maxRows ?? Infinity;
    if (this.#accepted >= limit) this.#fail(csvError('too_many_rows', { ...this.#at, limit }));
    this.#accepted += 1;
    this.#rowNumbers[this.#count] = row;
    this.#lines[this.#count] = line;
    this.#labels[this.#count] = labels;
    this.#count += 1;
  }

  #reject(row: RejectedRow): void {
    this.#rejectedRows += 1;
    this.#rejected.push(row);
  }

  async #flush(): Promise<void> {
    const full = this.#count === BLOCK_ROWS;
    const block: CsvBlock = {
      count: this.#count,
      values: full ? this.#values : this.#values.slice(0, this.#count * FEATURE_COUNT),
      rows: full ? this.#rowNumbers : this.#rowNumbers.slice(0, this.#count),
      lines: full ? this.#lines : this.#lines.slice(0, this.#count),
      labels: full ? this.#labels : this.#labels.slice(0, this.#count),
      rejected: this.#rejected,
    };
    if (full) {
      this.#values = new Float64Array(BLOCK_ROWS * FEATURE_COUNT);
      this.#rowNumbers = new Uint32Array(BLOCK_ROWS);
      this.#lines = new Uint32Array(BLOCK_ROWS);
      this.#labels = new Uint32Array(BLOCK_ROWS);
    }
    this.#count = 0;
    this.#rejected = [];
    await this.#handlers.block(block);
  }

  async #finish(): Promise<void> {
    if (!this.#layout) {
      if (this.#header.length > 0) this.#fail(csvError('no_rows', this.#at));
      this.#fail(csvError('empty', this.#at));
    }
    if (this.#rows === 0) this.#fail(csvError('no_rows', this.#at));
    if (this.#count > 0 || this.#rejected.length > 0) await this.#flush();
  }
}
