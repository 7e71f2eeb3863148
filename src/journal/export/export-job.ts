import { decodeFrame } from '../format/frame.ts';
import type { JournalDatabase, MarkerRow } from '../store/database.ts';
import { localDate, type Stream } from '../store/rows.ts';
import { EVENT_COLUMNS, SHOT_COLUMNS, type Exported } from './columns.ts';
import { csvHeader, csvRows, trainingHeader, trainingRows } from './csv.ts';
import { parquetFile } from './parquet.ts';
import { exportFrames, exportShots, type ExportRange, type ExportShot } from './rows.ts';
import { Archive } from './zip.ts';

/** What an export is asked for. */
export interface ExportJob {
  /** `csv`: one table for a spreadsheet. `parquet`: files by line and day. `training`: inspected shots for `castwatch-train`. */
  readonly kind: 'csv' | 'parquet' | 'training';
  /** Name of the line: a part of file names, see {@link partitionName}. */
  readonly line: string;
  readonly journalId: string;
  readonly range: ExportRange;
  /** Only one stream; null: all of them. `training` is always of the line. */
  readonly stream: Stream | null;
}

/** What came of it. */
export interface ExportSummary {
  readonly shots: number;
  readonly events: number;
  /** Files, without the hashes beside them. */
  readonly files: number;
  readonly range: ExportRange;
}

export interface ExportContext {
  readonly database: JournalDatabase;
  readonly write: (chunk: Uint8Array<ArrayBuffer>) => void;
  readonly onProgress?: (share: number) => void;
}

/** Shots of one day in memory before they are written: a day of the fastest line fits. */
const PART_SHOTS = 10_000;

/** Days that may be under way at a time: a clock that was set back mixes them. */
const OPEN_DAYS = 3;

/** A name as a partition may carry it: letters, digits, - and _, at most 40. */
export function partitionName(name: string): string {
  return name.normalize('NFC').replace(/[^\p{L}\p{N}_-]+/gu, '-').replace(/^-+|-+$/g, '').slice(0, 40) || 'line-1';
}

/** Writes an export as one zip. Shots pass through: memory does not grow with their number. */
export async function runExport(job: ExportJob, { database, write, onProgress }: ExportContext): Promise<ExportSummary> {
  const archive = new Archive(write);
  const { from, through } = job.range;
  const count = { shots: 0, events: 0, files: 0 };
  const passing = async function* (): AsyncGenerator<readonly ExportShot[]> {
    for await (const shots of exportShots(database, job.range)) {
      const chosen = job.stream === null ? shots : shots.filter(({ row }) => row.shot?.stream === job.stream);
      if (chosen.length > 0) yield chosen;
      onProgress?.(Math.min(1, Math.max(0, ((shots.at(-1)?.row.seq ?? from) - from) / Math.max(1, through - from))));
    }
  };
  if (job.kind === 'parquet') await writePartitions(job, archive, passing(), database, count);
  else await writeTable(job, archive, passing(), count);
  archive.end();
  return { ...count, range: job.range };
}

interface Count {
  shots: number;
  events: number;
  files: number;
}

/** One CSV with all shots. */
async function writeTable(job: ExportJob, archive: Archive, chunks: AsyncIterable<readonly ExportShot[]>, count: Count): Promise<void> {
  const name = `castwatch-${job.kind === 'csv' ? 'shots' : 'training'}-${partitionName(job.line)}-${job.range.from}-${job.range.through}.csv`;
  const file = archive.file(name, true);
  file.push(job.kind === 'csv' ? csvHeader(SHOT_COLUMNS) : trainingHeader());
  for await (const shots of chunks) {
    if (job.kind === 'csv') {
      file.push(csvRows(SHOT_COLUMNS, shots.map((value) => exported(job, value))));
      count.shots += shots.length;
    } else {
      const { bytes, rows } = trainingRows(shots);
      file.push(bytes);
      count.shots += rows;
    }
  }
  archive.hash(name, file.end());
  count.files += 1;
}

/** Parquet files `shots/line=.../date=.../part-<first>-<last>.parquet`, and the same for events. */
async function writePartitions(
  job: ExportJob,
  archive: Archive,
  chunks: AsyncIterable<readonly ExportShot[]>,
  database: JournalDatabase,
  count: Count,
): Promise<void> {
  const line = partitionName(job.line);
  const days = new Map<string, ExportShot[]>();
  const place = (table: string, date: string, first: number, last: number): string =>
    `${table}/line=${line}/date=${date}/part-${job.journalId.slice(0, 8)}-${job.range.through}-${first}-${last}.parquet`;
  const flush = (date: string): void => {
    const shots = days.get(date) ?? [];
    days.delete(date);
    const [first, last] = [shots[0], shots.at(-1)];
    if (!first || !last) return;
    archive.withHash(place('shots', date, first.row.seq, last.row.seq), parquetFile(SHOT_COLUMNS, shots.map((value) => exported(job, value))), false);
    count.shots += shots.length;
    count.files += 1;
  };
  for await (const shots of chunks) {
    for (const shot of shots) {
      const date = shot.row.shot?.date ?? localDate(shot.shot.data.receivedAt);
      const day = days.get(date) ?? [];
      day.push(shot);
      days.set(date, day);
      if (day.length >= PART_SHOTS) flush(date);
    }
    while (days.size > OPEN_DAYS) flush(days.keys().next().value as string);
  }
  for (const date of [...days.keys()]) flush(date);

  const events = new Map<string, MarkerRow[]>();
  for await (const frames of exportFrames(database, job.range)) {
    for (const frame of frames.values()) {
      const record = decodeFrame(frame);
      if (record?.kind !== 'event' && record?.kind !== 'setting') continue;
      const date = localDate(record.at);
      events.set(date, [...(events.get(date) ?? []), record]);
    }
  }
  for (const [date, rows] of events) {
    const file = parquetFile(EVENT_COLUMNS, rows.map((value) => exported(job, value)));
    archive.withHash(place('events', date, rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? 0), file, false);
    count.events += rows.length;
    count.files += 1;
  }
}

function exported<T>({ journalId, range }: ExportJob, value: T): Exported<T> {
  return { value, journalId, asOf: range.through };
}
