/**
 * `npm run predict -- file.csv [--bundle id] [--json]`: scores a shot log with the app's own pipeline.
 *
 * Standard output: CSV with one row a shot, or with `--json` one object a row as docs/predict.schema.json says (`row` from 1;
 * a rejected row has an `error`). Standard error: what was rejected, by file, row and column.
 * Exit status: 0 all rows scored, 1 some rejected, 2 nothing could be read or scored.
 */
import { constants, createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import Papa from 'papaparse';
import { FEATURE_COUNT, PRODUCT_INDEX, SHOT_INDEX } from '../src/domain/feature.ts';
import { createShot, sameValues, type Shot } from '../src/domain/shot.ts';
import type { JudgedShot } from '../src/domain/verdict.ts';
import { createSessionJournal } from '../src/journal/session-journal.ts';
import { toResponse } from '../src/line/api.ts';
import { createLine } from '../src/line/create-line.ts';
import type { Line } from '../src/line/line.ts';
import { describeCsvError, describeRejectedRow, type RejectedRow } from '../src/sources/csv/csv-error.ts';
import { labelsOf } from '../src/sources/csv/labels.ts';
import { readCsv, type CsvBlock } from '../src/sources/csv/read-csv.ts';
import { foundOf } from '../src/state/batch/results-csv.ts';
import { createNodeClient } from './node-models.ts';

const USAGE = 'usage: npm run predict -- file.csv [--bundle id] [--json]';

/** Columns of the CSV: those of the batch view's download, and the confidence. */
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
  'confidence',
  'confidence_score',
  'hold_reasons',
  't2',
  'spe',
  'found',
  'bundle',
];

class Scorer {
  readonly #file: string;
  readonly #line: Line;
  readonly #json: boolean;
  #previous: Float64Array | null = null;
  accepted = 0;
  rejected = 0;

  constructor(file: string, line: Line, json: boolean) {
    this.#file = file;
    this.#line = line;
    this.#json = json;
  }

  /** Scores a block and prints its rows in their order. */
  async take(block: CsvBlock): Promise<void> {
    if (!this.#json && this.accepted + this.rejected === 0) write(csvLine(HEADER));
    const started = performance.now();
    const judged = await this.#line.receiveMany(this.#shotsOf(block), { details: true });
    if (!judged.ok) throw new Error(judged.error.code);
    const perShot = (performance.now() - started) / Math.max(1, block.count);

    let next = 0;
    for (const rejected of block.rejected) {
      while (next < block.count && block.rows[next]! < rejected.row) this.#print(judged.value[next]!, block, next++, perShot);
      this.#reject(rejected);
    }
    while (next < block.count) this.#print(judged.value[next]!, block, next++, perShot);
    this.accepted += block.count;
    this.rejected += block.rejected.length;
  }

  #shotsOf({ count, values, rows, labels }: CsvBlock): Shot[] {
    return Array.from({ length: count }, (_, i) => {
      const own = values.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT);
      const found = labelsOf(labels[i]!);
      const shot = createShot(own, {
        source: 'csv',
        receivedAt: Date.now(),
        row: rows[i]!,
        ...(found && { labels: found }),
      });
      const repeat = this.#previous !== null && sameValues(own, this.#previous);
      this.#previous = own;
      return repeat ? { ...shot, repeat } : shot;
    });
  }

  #print({ shot, verdict }: JudgedShot, block: CsvBlock, i: number, perShot: number): void {
    if (this.#json) {
      write(`${JSON.stringify({ row: shot.row, ...toResponse(verdict, this.#line, perShot) })}\n`);
      return;
    }
    write(
      csvLine([
        this.#file,
        shot.row,
        block.lines[i],
        known(shot.values[PRODUCT_INDEX]),
        known(shot.values[SHOT_INDEX]),
        shot.repeat ? 1 : 0,
        verdict.class.toUpperCase(),
        verdict.probability ?? '',
        verdict.threshold ?? '',
        verdict.confidence,
        verdict.confidenceScore,
        verdict.reasons.map(({ kind }) => kind).join(' '),
        verdict.t2 ?? '',
        verdict.spe ?? '',
        foundOf(block.labels[i]!),
        verdict.bundleId ?? '',
      ]),
    );
  }

  #reject(row: RejectedRow): void {
    for (const message of describeRejectedRow(row)) complain(`${this.#file}: ${message}`);
    if (!this.#json) return;
    const fields = row.code === 'bad_cells' ? row.cells.map(({ name, problem }) => ({ name, problem })) : [];
    const code = row.code === 'bad_cells' ? 'shot_invalid' : row.code;
    write(`${JSON.stringify({ row: row.row, error: { code, fields } })}\n`);
  }
}

async function main(): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: { bundle: { type: 'string' }, json: { type: 'boolean', default: false } },
    });
  } catch (thrown) {
    complain(`${(thrown as Error).message}\n${USAGE}`);
    return 2;
  }
  const [path, ...more] = parsed.positionals;
  if (path === undefined || more.length > 0) {
    complain(USAGE);
    return 2;
  }
  const file = basename(path);
  const unreadable = await access(path, constants.R_OK).catch((thrown: unknown) => thrown as Error);
  if (unreadable) {
    complain(`${path}: cannot be read: ${unreadable.message}`);
    return 2;
  }
  const line = createLine({ client: createNodeClient(), journal: createSessionJournal(0) });
  const loaded = await line.load(parsed.values.bundle ?? null);
  if (!loaded.ok) {
    const { code, params } = loaded.error;
    complain(`the models cannot be loaded: ${code} ${JSON.stringify(params)}`);
    return 2;
  }
  const scorer = new Scorer(file, line, parsed.values.json);
  const summary = await readCsv(createReadStream(path), { block: (block) => scorer.take(block) }, { file });
  if (!summary.ok) {
    complain(describeCsvError(summary.error));
    return 2;
  }
  if (scorer.rejected === 0) return 0;
  complain(`${file}: ${scorer.rejected} of ${scorer.rejected + scorer.accepted} rows rejected`);
  return scorer.accepted > 0 ? 1 : 2;
}

function known(value: number | undefined): number | '' {
  return value === undefined || Number.isNaN(value) ? '' : value;
}

/** One line of CSV; a cell that a spreadsheet would take for a formula becomes text. */
function csvLine(cells: readonly unknown[]): string {
  return `${Papa.unparse([cells], { escapeFormulae: true })}\n`;
}

function write(text: string): void {
  process.stdout.write(text);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

process.stdout.on('error', () => {
  // Whoever read the output went away (`| head`): nothing is left to do.
  process.exit(0);
});

const status = await main();
// A pipe takes the output in its own time; the models' worker would keep the process alive.
process.stdout.write('', () => process.exit(status));
