import { readHeader } from '../format/frame.ts';
import { EMPTY_SUMMARY, scanSegment, type SegmentIdentity, type SegmentSummary } from '../format/segment.ts';
import { framesBetween, type JournalDatabase, type MetaRow, type SegmentRow } from './database.ts';
import type { LogDirectory } from './files.ts';
import { fillDatabase, framed, knownLosses, rewriteSegment, sameSummary, type Frame, type NumberedFrame, type RepairNote } from './journal-store.ts';
import { merge, tornGroup, without, type SeqRange } from './merge.ts';
import type { SegmentCheck } from './check.ts';
import { advanceMeta, type Projection } from './projection.ts';
import { SegmentLog } from './segment-log.ts';
import type { SegmentFile, Survey } from './survey.ts';

/** Frames read from the database at a time while a log is written from it. */
const CATCH_UP = 5000;


/** Records at the end of the log from which the current runs are read. */
const RUNS_FROM = 2000;

/** Records of the database beyond the end of the log that are looked at for gaps. */
const COMPARED_BEYOND = 20_000;

/** Bytes appended to the log at a time while it is written from the database. */
const CATCH_UP_BYTES = 256 << 10;

/** The journal as it stands after the segment in use has been compared and repaired. */
export interface Recovered {
  readonly log: SegmentLog;
  /** Full segments whose two summaries are missing or differ, the newest first: to be checked before the others. */
  readonly suspicious: readonly number[];
  readonly files: Map<number, SegmentFile>;
  readonly notes: readonly RepairNote[];
  /** See {@link SegmentCheck.databaseDamaged}: the database lacked records between others. */
  readonly databaseDamaged: SegmentCheck['databaseDamaged'];
  /** Records of the segment in use that the database lacks: too many to wait for. */
  readonly backlog: readonly NumberedFrame[];
}

interface Situation {
  readonly directory: LogDirectory;
  readonly database: JournalDatabase;
  readonly projection: Projection;
  readonly journalId: string;
  readonly found: Survey;
  readonly segmentBytes: number;
  readonly fillAtOnce: number;
}

/**
 * Compares the segment in use with the database, byte by byte, repairs whichever is behind or damaged, and opens the log
 * at its end. Full segments are compared by their summaries alone; checking their content is for later.
 */
export async function recover(situation: Situation): Promise<Recovered> {
  const { directory, database, projection, found, segmentBytes } = situation;
  const notes: RepairNote[] = [];
  const rows = new Map((await database.getAll('segments')).map((row) => [row.number, row]));
  const numbers = [...found.segments.keys(), ...[...rows.keys()].map((number) => number + 1)];
  let number = Math.max(1, ...numbers);
  const newestFile = found.segments.get(number);
  if (newestFile?.header.seal) number += 1;

  const before = number === 1 ? 0 : lastSeqOf(rows.get(number - 1), found.segments.get(number - 1));
  const reached = before === null || before > projection.meta.lastSeq ? await goOnBehind(situation, number - 1, before ?? 0) : before;
  const file = found.segments.get(number);
  const active = await repairActive(situation, number, file, before, notes);
  const log = await SegmentLog.open(directory, { ...active, names: found.names }, segmentBytes);

  const files = new Map([...found.segments].filter(([n]) => n < number));
  try {
    const lastInLog = Math.max(reached, active.summary.lastSeq);
    const caughtUp = await catchUp(log, database, projection, lastInLog, files);
    if (caughtUp) notes.push(caughtUp);
    for (const name of found.leftovers) await directory.remove(name);
  } catch (thrown) {
    log.close();
    throw thrown;
  }

  const full = Array.from({ length: number - 1 }, (_, i) => number - 1 - i);
  const suspicious = full.filter((n) => !agree(rows.get(n), files.get(n)));
  return { log, suspicious, files, notes, databaseDamaged: active.databaseDamaged, backlog: active.backlog };
}

interface ActiveSegment {
  readonly identity: SegmentIdentity;
  readonly summary: SegmentSummary;
  readonly databaseDamaged: boolean;
  readonly backlog: readonly NumberedFrame[];
}

/** Repairs the segment in use and brings what only it holds into the database. */
async function repairActive(
  situation: Situation,
  number: number,
  file: SegmentFile | undefined,
  before: number | null,
  notes: RepairNote[],
): Promise<ActiveSegment> {
  const { directory, database, projection, journalId, segmentBytes } = situation;
  const fresh: SegmentIdentity = { number, revision: file?.revision ?? 0, gaps: false, journalId };
  if (!file) return { identity: fresh, summary: EMPTY_SUMMARY, databaseDamaged: false, backlog: [] };

  const bytes = await directory.read(file.name, 0, file.size);
  const scan = scanSegment(bytes);
  const firstSeq = scan.summary.count > 0 ? scan.summary.firstSeq : projection.meta.lastSeq + 1;
  const { lastSeq } = scan.summary;
  // What the database holds beyond the log is compared too, but not more of it than may be read at once.
  const to = Math.max(lastSeq, Math.min(projection.meta.lastSeq, lastSeq + COMPARED_BEYOND));
  const range: SeqRange = { from: before === null ? firstSeq : before + 1, to };
  const held = range.to < range.from ? new Map<number, Frame>() : await framesBetween(database, range.from, range.to);
  const merged = merge(scan, bytes, held, range);

  const unexplained = file.header.identity?.gaps || merged.lost.length === 0 ? [] : without(merged.lost, await knownLosses(database));
  const torn = unexplained.length > 0 ? tornGroup(merged, held) : null;
  const lost = torn === null ? unexplained : [];
  const frames = new Map([...merged.frames].filter(([seq]) => seq <= lastSeq && (torn === null || seq < torn)));
  const fromDatabase = merged.missingInFile.filter((seq) => frames.has(seq)).length;
  const identity: SegmentIdentity = { ...fresh, gaps: file.header.identity?.gaps === true || lost.length > 0 };

  const damage = scan.damaged.reduce((sum, { start, end }) => sum + end - start, 0);
  const wholeUpToTail = fromDatabase === 0 && torn === null && lost.length === 0 && scan.damaged.every(({ start }) => start >= scan.summary.end);
  let summary = scan.summary;
  let result = identity;
  if (file.header.state === 'intact' && wholeUpToTail) {
    // A torn tail is wiped in place, which works on a full disk too.
    if (damage > 0) await wipe(directory, file, scan.summary.end);
  } else {
    result = { ...identity, revision: file.revision + 1 };
    ({ summary } = await rewriteSegment(directory, result, frames, {
      sealed: false, replaces: file.name, keepReplaced: lost.length > 0, segmentBytes,
    }));
  }

  const behind = merged.missingInDatabase.flatMap((seq): NumberedFrame[] => {
    const frame = frames.get(seq);
    return frame ? [[seq, frame]] : [];
  });
  const { meta } = projection;
  const databaseDamaged = behind.some(([seq]) => seq <= meta.lastSeq && seq > meta.fillingThrough);
  const backlog = behind.length > situation.fillAtOnce ? behind : [];
  if (backlog.length === 0) await fillDatabase({ database, projection }, behind, []);
  else projection.adopt(metaOfLog(meta, summary.lastSeq, backlog));

  if (result.revision !== file.revision && fromDatabase === 0) {
    notes.push({ what: 'segment_rewritten', count: frames.size, segment: number });
  } else if (damage > 0 && fromDatabase === 0) notes.push({ what: 'tail_cut', count: damage, segment: number });
  if (fromDatabase > 0) notes.push({ what: 'log_from_database', count: fromDatabase, segment: number });
  if (behind.length > 0) notes.push({ what: 'database_from_log', count: behind.length, segment: number });
  for (const { from, to } of lost) notes.push({ what: 'records_lost', count: to - from + 1, from, to, segment: number });
  return { identity: result, summary, databaseDamaged, backlog };
}

/** The counters as the log has them, but for the number of records, which the database counts as it is filled. */
function metaOfLog(meta: MetaRow, lastSeq: number, backlog: readonly NumberedFrame[]): MetaRow {
  const records = framed(backlog.slice(-RUNS_FROM)).flatMap(({ record }) => record ?? []);
  return { ...advanceMeta(meta, [], records), lastSeq: Math.max(meta.lastSeq, lastSeq), fillingThrough: Math.max(meta.fillingThrough, lastSeq) };
}

/**
 * The database is behind the full segments (it is a new one): numbers, runs and sessions go on from the newest of them that
 * can be read, also when the segment in use is empty. Returns the last sequence number of the full segments.
 */
async function goOnBehind({ directory, projection, found }: Situation, newest: number, lastSeq: number): Promise<number> {
  for (let number = newest; number >= 1; number -= 1) {
    const file = found.segments.get(number);
    const bytes = file ? await directory.read(file.name, 0, file.size) : new Uint8Array(0);
    const scan = scanSegment(bytes);
    const last = Math.max(lastSeq, scan.summary.lastSeq);
    if (scan.frames.length === 0) continue;
    const frames = scan.frames.slice(-RUNS_FROM).map(({ header, start, end }): NumberedFrame => [header.seq, bytes.subarray(start, end)]);
    if (last > projection.meta.lastSeq) projection.adopt(metaOfLog(projection.meta, last, frames));
    return last;
  }
  return lastSeq;
}

async function wipe(directory: LogDirectory, file: SegmentFile, from: number): Promise<void> {
  const open = await directory.open(file.name);
  try {
    open.write(from, new Uint8Array(open.size - from));
    open.flush();
  } finally {
    open.close();
  }
}

/** Writes into the log what the database holds beyond it. */
async function catchUp(
  log: SegmentLog,
  database: JournalDatabase,
  projection: Projection,
  lastInLog: number,
  files: Map<number, SegmentFile>,
): Promise<RepairNote | null> {
  let count = 0;
  for (let from = lastInLog + 1; from <= projection.meta.lastSeq; from += CATCH_UP) {
    const held = [...(await framesBetween(database, from, from + CATCH_UP - 1)).values()];
    const frames = held.filter((frame) => readHeader(frame));
    for (const chunk of chunksOf(frames, CATCH_UP_BYTES)) {
      const sealed = await log.makeRoom(chunk.reduce((sum, frame) => sum + frame.length, 0));
      if (sealed) {
        files.set(sealed.row.number, sealed.file);
        await fillDatabase({ database, projection }, [], [sealed.row]);
      }
      log.append(chunk);
    }
    count += frames.length;
  }
  return count === 0 ? null : { what: 'log_from_database', count, from: lastInLog + 1, to: projection.meta.lastSeq };
}

/** Consecutive frames of at most `bytes` bytes together, at least one each. */
function chunksOf(frames: readonly Frame[], bytes: number): Frame[][] {
  const chunks: Frame[][] = [];
  let size = Infinity;
  for (const frame of frames) {
    if (size + frame.length > bytes) {
      chunks.push([]);
      size = 0;
    }
    chunks.at(-1)?.push(frame);
    size += frame.length;
  }
  return chunks;
}

function lastSeqOf(row: SegmentRow | undefined, file: SegmentFile | undefined): number | null {
  const known = [file?.header.seal, row].find((summary) => summary && summary.count > 0);
  return known?.lastSeq ?? null;
}

function agree(row: SegmentRow | undefined, file: SegmentFile | undefined): boolean {
  return row !== undefined && file?.header.state === 'intact' && file.header.seal !== null && sameSummary(row, file.header.seal);
}

