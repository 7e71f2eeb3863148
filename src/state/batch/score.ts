/** Sends the shots of files down the line and keeps what is said of them as columns. */
import type { AppError } from '../../domain/app-error.ts';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { createShot, sameValues, type Shot } from '../../domain/shot.ts';
import type { JudgedShot } from '../../domain/verdict.ts';
import type { Line } from '../../line/line.ts';
import { labelsOf } from '../../sources/csv/labels.ts';
import type { CsvBlock } from '../../sources/csv/read-csv.ts';
import { holdBits, type BatchColumns, type BatchInputs } from './columns.ts';

/** Shots of a part where a whole batch is scored again, as many as a block of a file has: building them never holds the page for long. */
const PART = 2048;

const AT_A_TIME = 2;

export interface ScoreOptions {
  readonly signal: AbortSignal;
  /** Shots of the whole batch, as far as that can be told; room is made for them. */
  readonly expected: () => number;
  /** Shots scored so far. */
  readonly onProgress: (done: number) => void;
}

/** A scored batch. */
export interface Scored {
  readonly columns: BatchColumns;
  /** The bundles that scored it: one, unless it was switched on the way; none when inference was unavailable. */
  readonly bundleIds: readonly string[];
}

/**
 * The shots at consecutive positions of a batch. Their values lie in one buffer of their own: as many small ones would
 * keep the garbage collector busy.
 */
export function shotsAt(columns: BatchColumns, from: number, to: number, receivedAt: number): Shot[] {
  const values = columns.values.slice(from * FEATURE_COUNT, to * FEATURE_COUNT);
  return Array.from({ length: to - from }, (_, k) =>
    shotOf(columns, from + k, values.subarray(k * FEATURE_COUNT, (k + 1) * FEATURE_COUNT), receivedAt),
  );
}

function shotOf(columns: BatchColumns, i: number, values: Float64Array, receivedAt: number): Shot {
  const labels = labelsOf(columns.labels[i]!);
  const shot = createShot(values, {
    id: `csv-${receivedAt}-${columns.file[i]}-${columns.row[i]}`,
    source: 'csv',
    receivedAt,
    row: columns.row[i]!,
    ...(labels && { labels }),
  });
  return columns.repeat[i] === 1 ? { ...shot, repeat: true } : shot;
}

/** Consecutive shots of one file, on their way down the line. */
interface Part {
  readonly from: number;
  readonly to: number;
  /** Shots of it that are scored. */
  scored: number;
  /** The bundle that scored it; null before, and where inference was unavailable. */
  bundleId: string | null;
}

/** A block of a file as part of a batch. */
export function inputsOf({ count, values, rows, lines, labels }: CsvBlock, file: number): BatchInputs {
  return { count, values, file: new Uint16Array(count).fill(file), row: rows, line: lines, labels };
}

/**
 * Scores the shots of files while they are being read. Every part is scored by the bundle in use when its turn comes.
 */
export class Scoring {
  readonly #line: Pick<Line, 'receiveMany'>;
  readonly #receivedAt: number;
  readonly #options: ScoreOptions;
  /** With room for more shots than there are. */
  #columns = emptyColumns(0);
  #count = 0;
  #parts: Part[] = [];
  #waiting: Part[] = [];
  /** Parts take turns, some at a time: the models have the next one while the page judges the one before. */
  readonly #turns: Promise<void>[] = Array.from({ length: AT_A_TIME }, () => Promise.resolve());
  #added = 0;
  #failure: AppError | null = null;

  /** @param receivedAt milliseconds since the epoch */
  constructor(line: Pick<Line, 'receiveMany'>, receivedAt: number, options: ScoreOptions) {
    this.#line = line;
    this.#receivedAt = receivedAt;
    this.#options = options;
  }

  /** Shots scored so far. */
  get done(): number {
    return this.#parts.reduce((sum, { scored }) => sum + scored, 0);
  }

  /** Takes the next shots of one file. */
  add(inputs: BatchInputs): void {
    const from = this.#count;
    const to = from + inputs.count;
    if (to > this.#columns.count) this.#grow(Math.max(to, this.#options.expected()));
    const columns = this.#columns;
    columns.values.set(inputs.values, from * FEATURE_COUNT);
    for (const name of ['file', 'row', 'line', 'labels'] as const) columns[name].set(inputs[name], from);
    this.#count = to;
    // The line sees one part at a time; whether its first shot repeats the last one of the part before is seen here.
    columns.repeat[from] = Number(repeatsBefore(columns, from));
    const part: Part = { from, to, scored: 0, bundleId: null };
    this.#parts.push(part);
    this.#waiting.push(part);
    const turn = this.#added % AT_A_TIME;
    this.#added += 1;
    this.#turns[turn] = this.#turns[turn]!.then(() => this.#scoreNext());
  }

  /** Forgets the shots from a position on: their file turned out to be unusable. */
  cutOff(count: number): void {
    this.#count = count;
    this.#parts = this.#parts.filter(({ from }) => from < count);
    this.#waiting = this.#waiting.filter(({ from }) => from < count);
  }

  /** All shots, in order, once they are scored. Fails only when aborted; nothing of an aborted batch is kept. */
  async finish(): Promise<Result<Scored>> {
    await Promise.all(this.#turns);
    if (this.#failure) return err(this.#failure);
    const bundleIds = new Set(this.#parts.flatMap(({ bundleId }) => bundleId ?? []));
    return ok({ columns: upTo(this.#columns, this.#count), bundleIds: [...bundleIds] });
  }

  async #scoreNext(): Promise<void> {
    const part = this.#waiting.shift();
    if (!part || this.#failure) return;
    const { signal, expected, onProgress } = this.#options;
    const judged = await this.#line.receiveMany(shotsAt(this.#columns, part.from, part.to, this.#receivedAt), {
      signal,
      total: Math.max(this.#count, expected()),
      onProgress: ({ done }) => {
        part.scored = done;
        onProgress(this.done);
      },
    });
    if (!judged.ok) this.#failure = judged.error;
    // Its file may have turned out to be unusable meanwhile.
    else if (this.#parts.includes(part)) this.#keep(part, judged.value);
  }

  #keep(part: Part, judged: readonly JudgedShot[]): void {
    const columns = this.#columns;
    for (let k = 0; k < judged.length; k += 1) {
      const { shot, verdict } = judged[k]!;
      const i = part.from + k;
      columns.probability[i] = verdict.probability ?? NaN;
      columns.spe[i] = verdict.spe ?? NaN;
      columns.t2[i] = verdict.t2 ?? NaN;
      columns.hold[i] = holdBits(verdict.reasons);
      columns.repeat[i] = Number(shot.repeat);
      part.bundleId ??= verdict.bundleId;
    }
  }

  /** Makes room for so many shots and, lest it be done again soon, a few more. */
  #grow(count: number): void {
    const before = this.#columns;
    this.#columns = emptyColumns(Math.ceil(count * 1.1));
    for (const name of COLUMNS) this.#columns[name].set(before[name]);
  }
}

/** The same shots from the beginning, in parts. */
export function* partsOf(columns: BatchInputs): Generator<BatchInputs> {
  for (let from = 0; from < columns.count; ) {
    const to = partEnd(columns, from);
    const { values, file, row, line, labels } = columns;
    yield {
      count: to - from,
      values: values.subarray(from * FEATURE_COUNT, to * FEATURE_COUNT),
      file: file.subarray(from, to),
      row: row.subarray(from, to),
      line: line.subarray(from, to),
      labels: labels.subarray(from, to),
    };
    from = to;
  }
}

/** A part is of one file: the first shot of a file repeats nothing. */
function partEnd(columns: BatchInputs, from: number): number {
  let to = Math.min(from + PART, columns.count);
  while (columns.file[to - 1] !== columns.file[from]) to -= 1;
  return to;
}

const COLUMNS = ['values', 'file', 'row', 'line', 'labels', 'repeat', 'probability', 'spe', 't2', 'hold'] as const;

function emptyColumns(count: number): BatchColumns {
  return {
    count,
    values: new Float64Array(count * FEATURE_COUNT),
    file: new Uint16Array(count),
    row: new Uint32Array(count),
    line: new Uint32Array(count),
    labels: new Uint32Array(count),
    repeat: new Uint8Array(count),
    probability: new Float64Array(count),
    spe: new Float64Array(count),
    t2: new Float64Array(count),
    hold: new Uint8Array(count),
  };
}

/** The first shots, without a copy. */
function upTo(columns: BatchColumns, count: number): BatchColumns {
  const { values, file, row, line, labels, repeat, probability, spe, t2, hold } = columns;
  return {
    count,
    values: values.subarray(0, count * FEATURE_COUNT),
    file: file.subarray(0, count),
    row: row.subarray(0, count),
    line: line.subarray(0, count),
    labels: labels.subarray(0, count),
    repeat: repeat.subarray(0, count),
    probability: probability.subarray(0, count),
    spe: spe.subarray(0, count),
    t2: t2.subarray(0, count),
    hold: hold.subarray(0, count),
  };
}

function repeatsBefore({ values, file }: BatchInputs, i: number): boolean {
  if (i === 0 || file[i] !== file[i - 1]) return false;
  const valuesAt = (k: number): Float64Array => values.subarray(k * FEATURE_COUNT, (k + 1) * FEATURE_COUNT);
  return sameValues(valuesAt(i), valuesAt(i - 1));
}
