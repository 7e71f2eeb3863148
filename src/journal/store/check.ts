import { readHeader } from '../format/frame.ts';
import { scanSegment, type SegmentSummary } from '../format/segment.ts';
import { coveredBetween, framesBetween, type SegmentRow } from './database.ts';
import {
  fillDatabase, knownLosses, rewriteSegment, sameSummary, summarize, type Frame, type JournalStore, type RepairNote,
} from './journal-store.ts';
import { merge, NO_FILE, without, type SeqRange } from './merge.ts';

/** Takes the writer's turn for a job, so that appends and repairs do not interleave. */
export type Guard = <T>(job: () => Promise<T>) => Promise<T>;

/** What the check of a segment came to. */
export interface SegmentCheck {
  readonly notes: readonly RepairNote[];
  /**
   * Records were missing in the database that it had held: what it counted from them cannot be trusted, and it is to be
   * replaced by a new one once every segment has been checked against it.
   */
  readonly databaseDamaged: boolean;
}

/**
 * Compares one full segment with the database, record by record. A damaged segment is rebuilt from the database; a
 * database that has not got so far yet is filled from the segment. What neither holds is named in a note.
 */
export async function checkSegment(store: JournalStore, number: number, guard: Guard): Promise<SegmentCheck> {
  const { directory, database, files, log } = store;
  if (!directory || !log) return { notes: [], databaseDamaged: false };
  const row = await database.get('segments', number);
  const file = files.get(number);
  const bytes = file ? await directory.read(file.name, 0, file.size) : new Uint8Array(0);
  const scan = file ? scanSegment(bytes) : NO_FILE;
  const gapsAllowed = scan.header.identity?.gaps ?? false;
  const range = await rangeOf(store, number, [row, scan.header.seal, scan.summary]);
  const held = range.to < range.from ? new Map<number, Frame>() : await framesBetween(database, range.from, range.to);
  const covered = await coveredBetween(database, range);
  const merged = merge(scan, bytes, held, range, covered);
  const { frames } = merged;
  const summary = summarize(frames);
  const notes: RepairNote[] = [];
  const counted = row ?? scan.header.seal;
  const accounted = gapsAllowed && (!counted || counted.count === summary.count);
  const lost = accounted || merged.lost.length === 0 ? [] : without(merged.lost, await knownLosses(database));

  const isWhole = scan.header.state === 'intact' && scan.header.seal !== null && scan.damaged.length === 0;
  const fileIsRight = isWhole && sameSummary(scan.header.seal, summary);
  // Nothing to repair: the file still holds what an aggregate has replaced since.
  const isThinned = isWhole && sameSummary(scan.header.seal, scan.summary) && merged.missingInFile.length === 0;
  let revision = file?.revision ?? 0;
  if (!fileIsRight) {
    revision += file ? 1 : 0;
    const identity = { number, revision, gaps: gapsAllowed || lost.length > 0 || covered.size > 0, journalId: store.journalId };
    const rewritten = await rewriteSegment(directory, identity, frames, {
      sealed: true, replaces: file?.name ?? null, keepReplaced: lost.length > 0, segmentBytes: store.segmentBytes,
    });
    files.set(number, rewritten);
    const { length } = merged.missingInFile;
    if (!isThinned) notes.push(length > 0 ? { what: 'log_from_database', segment: number, count: length } : { what: 'segment_rewritten', segment: number, count: summary.count });
    if (lost.length > 0 && file) notes.push({ what: 'file_set_aside', segment: number, count: 1, detail: `damaged-${file.name}` });
  }

  const missing = merged.missingInDatabase.map((seq) => [seq, frames.get(seq) as Frame] as const);
  const noted: SegmentRow = { ...summary, number, revision };
  const { fillingThrough } = store.projection.meta;
  const rowsMissing = missing.length === 0 && row !== undefined && !(await hasRows(store, frames, range));
  const databaseDamaged = rowsMissing || (row !== undefined && missing.some(([seq]) => seq > fillingThrough));
  if (!databaseDamaged && (missing.length > 0 || !row || !sameSummary(row, noted) || row.revision !== revision)) {
    await fillDatabase(store, missing, [noted], guard);
    if (missing.length > 0) notes.push({ what: 'database_from_log', segment: number, count: missing.length });
  }
  for (const { from, to } of lost) notes.push({ what: 'records_lost', segment: number, count: to - from + 1, from, to });
  return { notes, databaseDamaged };
}

/** Whether every shot of a segment has its row. Reading them also finds what the browser cannot read any more. */
async function hasRows(store: JournalStore, frames: ReadonlyMap<number, Frame>, { from, to }: SeqRange): Promise<boolean> {
  if (to < from) return true;
  const rows = await store.database.getAll('shots', IDBKeyRange.bound(from, to));
  store.projection.watch(rows, 0);
  const known = new Set(rows.filter(({ shot }) => shot !== null).map(({ seq }) => seq));
  return [...frames].every(([seq, frame]) => readHeader(frame)?.kind !== 'shot' || known.has(seq));
}

/** The sequence numbers that belong to a segment, from what is known of it and, where that is nothing, of its neighbours. */
async function rangeOf(
  store: JournalStore,
  number: number,
  known: readonly (SegmentSummary | null | undefined)[],
): Promise<SeqRange> {
  const own = known.find((summary) => summary && summary.count > 0);
  const previous = await summaryOf(store, number - 1);
  const next = await summaryOf(store, number + 1);
  const from = previous && previous.count > 0 ? previous.lastSeq + 1 : number === 1 ? 1 : (own?.firstSeq ?? 1);
  const sealed = known.slice(0, 2).find((summary) => summary);
  const to = sealed?.lastSeq ?? (next && next.count > 0 ? next.firstSeq - 1 : (own?.lastSeq ?? store.projection.meta.lastSeq));
  return { from, to };
}

async function summaryOf(store: JournalStore, number: number): Promise<SegmentSummary | null> {
  if (number === store.log?.number) return store.log.summary;
  return (await store.database.get('segments', number)) ?? store.files.get(number)?.header.seal ?? null;
}
