/** Sends the shots of files down the line and keeps what is said of them as columns. */
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { createShot, sameValues, type Shot } from '../../domain/shot.ts';
import type { Line } from '../../line/line.ts';
import type { CsvTable } from '../../sources/csv/csv-table.ts';
import { labelsOf } from '../../sources/csv/labels.ts';
import { nextTask } from '../../domain/next-task.ts';
import { holdBits, type BatchColumns, type BatchInputs } from './columns.ts';

/** Shots built and sent at a time: few enough that building them never holds the page for long; the line judges them in smaller parts. */
const CHUNK = 4096;

export interface ScoreOptions {
  readonly signal: AbortSignal;
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

/** The shots of all tables, one after the other. */
export function gather(tables: readonly CsvTable[]): BatchInputs {
  const count = tables.reduce((sum, table) => sum + table.count, 0);
  const inputs: BatchInputs = {
    count,
    values: new Float64Array(count * FEATURE_COUNT),
    file: new Uint16Array(count),
    row: new Uint32Array(count),
    line: new Uint32Array(count),
    labels: new Uint32Array(count),
  };
  let at = 0;
  tables.forEach((table, file) => {
    inputs.values.set(table.values, at * FEATURE_COUNT);
    inputs.row.set(table.rows, at);
    inputs.line.set(table.lines, at);
    inputs.labels.set(table.labels, at);
    inputs.file.fill(file, at, at + table.count);
    at += table.count;
  });
  return inputs;
}

/** Scores all shots, in order. Fails only when aborted; nothing of an aborted batch is kept. */
export async function score(
  line: Pick<Line, 'receiveMany'>,
  inputs: BatchInputs,
  receivedAt: number,
  options: ScoreOptions,
): Promise<Result<Scored>> {
  const { count } = inputs;
  const columns: BatchColumns = {
    ...inputs,
    repeat: new Uint8Array(count),
    probability: new Float64Array(count),
    spe: new Float64Array(count),
    t2: new Float64Array(count),
    hold: new Uint8Array(count),
  };
  const bundleIds = new Set<string>();
  let from = 0;
  while (from < columns.count) {
    const to = chunkEnd(columns, from);
    // The line sees one chunk at a time; whether its first shot repeats the last one of the chunk before is seen here.
    if (repeatsBefore(columns, from)) columns.repeat[from] = 1;
    const shots = shotsAt(columns, from, to, receivedAt);
    const before = from;
    const judged = await line.receiveMany(shots, {
      signal: options.signal,
      total: count,
      onProgress: ({ done }) => options.onProgress(before + done),
    });
    if (!judged.ok) return err(judged.error);
    for (const [k, { shot, verdict }] of judged.value.entries()) {
      const i = from + k;
      columns.probability[i] = verdict.probability ?? NaN;
      columns.spe[i] = verdict.spe ?? NaN;
      columns.t2[i] = verdict.t2 ?? NaN;
      columns.hold[i] = holdBits(verdict.reasons);
      columns.repeat[i] = Number(shot.repeat);
      if (verdict.bundleId !== null) bundleIds.add(verdict.bundleId);
    }
    from = to;
    await nextTask();
  }
  return ok({ columns, bundleIds: [...bundleIds] });
}

/** Chunks do not run over the end of a file: the first shot of a file repeats nothing. */
function chunkEnd(columns: BatchInputs, from: number): number {
  let to = Math.min(from + CHUNK, columns.count);
  while (columns.file[to - 1] !== columns.file[from]) to -= 1;
  return to;
}

function repeatsBefore(columns: BatchInputs, i: number): boolean {
  if (i === 0 || columns.file[i] !== columns.file[i - 1]) return false;
  const values = (k: number): Float64Array => columns.values.subarray(k * FEATURE_COUNT, (k + 1) * FEATURE_COUNT);
  return sameValues(values(i), values(i - 1));
}
