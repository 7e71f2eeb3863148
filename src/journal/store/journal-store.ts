import { decodeFrame, readHeader } from '../format/frame.ts';
import { encodeSeal, encodeSegmentHeader, SEAL_POSITION, SEGMENT_HEADER_BYTES, type SegmentIdentity, type SegmentSummary, EMPTY_SUMMARY, extendSummary } from '../format/segment.ts';
import { commit, type Durability, type JournalDatabase, type SegmentRow } from './database.ts';
import { SEGMENT_BYTES, segmentName, type LogDirectory } from './files.ts';
import type { SeqRange } from './merge.ts';
import type { FramedRecord, Projection } from './projection.ts';
import { concatenate, type SegmentLog } from './segment-log.ts';
import type { SegmentFile } from './survey.ts';

export type Frame = Uint8Array<ArrayBuffer>;

/** A frame with its sequence number. */
export type NumberedFrame = readonly [number, Frame];

/** Records that are brought into the database in one transaction while it is filled: short enough that an append can wait. */
const CHUNK = 1000;

/** Both copies of an open journal, and what is known of them. */
export interface JournalStore {
  readonly journalId: string;
  readonly database: JournalDatabase;
  /** Position of its place among those where it may be, and its number there. */
  readonly place: number;
  readonly copy: number;
  readonly projection: Projection;
  readonly durability: Durability;
  /** Null where the browser has no file system for the journal. */
  readonly directory: LogDirectory | null;
  readonly log: SegmentLog | null;
  /** Segment files that are full, by number. */
  readonly files: Map<number, SegmentFile>;
  readonly segmentBytes: number;
}

/** What was repaired or found missing; recorded as an event and shown. */
export interface RepairNote {
  readonly what:
    | 'tail_cut'
    | 'log_from_database'
    | 'segment_rewritten'
    | 'database_from_log'
    | 'database_set_aside'
    | 'file_set_aside'
    | 'records_lost';
  /** How many records (bytes for a cut tail). */
  readonly count: number;
  readonly from?: number;
  readonly to?: number;
  readonly segment?: number;
  readonly detail?: string;
}

/** The losses that have been reported: they are not reported again. */
export async function knownLosses(database: JournalDatabase): Promise<SeqRange[]> {
  const markers = await database.getAll('markers');
  return markers.flatMap((marker) => {
    if (marker.kind !== 'event' || marker.data.type !== 'records_lost') return [];
    const { from, to } = marker.data.details;
    return typeof from === 'number' && typeof to === 'number' ? [{ from, to }] : [];
  });
}

/** Frames with the records in them. */
export function framed(frames: Iterable<NumberedFrame>): FramedRecord[] {
  return [...frames].map(([seq, frame]) => ({ seq, frame, record: decodeFrame(frame) }));
}

/**
 * Brings records into the database which it does not hold, and notes segments as complete there. `guard` is taken for each
 * chunk, so that appends get their turn.
 */
export async function fillDatabase(
  store: Pick<JournalStore, 'database' | 'projection'>,
  frames: readonly NumberedFrame[],
  segments: readonly SegmentRow[],
  guard: <T>(job: () => Promise<T>) => Promise<T> = (job) => job(),
): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(frames.length / CHUNK) }, (_, i) => frames.slice(i * CHUNK, (i + 1) * CHUNK));
  if (chunks.length === 0 && segments.length > 0) chunks.push([]);
  for (const [i, chunk] of chunks.entries()) {
    const isLast = i === chunks.length - 1;
    await guard(async () => {
      const changes = await store.projection.prepare(framed(chunk), isLast ? segments : []);
      // The last one waits for the disk, and everything before it with it.
      await commit(store.database, changes, isLast ? 'strict' : 'relaxed').done;
      store.projection.accept(changes);
    });
  }
}

/** Writes a segment anew from its frames, under the next revision, and removes the file it replaces. */
export async function rewriteSegment(
  directory: LogDirectory,
  identity: SegmentIdentity,
  frames: ReadonlyMap<number, Frame>,
  options: { sealed: boolean; replaces: string | null; keepReplaced: boolean; segmentBytes?: number },
): Promise<SegmentFile & { readonly summary: SegmentSummary }> {
  const summary = summarize(frames);
  // A full segment takes no more than it holds: what retention has removed is room again.
  const bytes = new Uint8Array(options.sealed ? summary.end : Math.max(options.segmentBytes ?? SEGMENT_BYTES, summary.end));
  bytes.set(encodeSegmentHeader(identity));
  bytes.set(concatenate([...frames.values()]), SEGMENT_HEADER_BYTES);
  if (options.sealed) bytes.set(encodeSeal(summary), SEAL_POSITION);
  const name = segmentName(identity.number, identity.revision);
  await directory.create(name, bytes);
  if (options.replaces !== null && options.replaces !== name) {
    if (options.keepReplaced) await directory.rename(options.replaces, `damaged-${options.replaces}`);
    else await directory.remove(options.replaces);
  }
  const header = { identity, seal: options.sealed ? summary : null, state: 'intact' as const };
  return { name, number: identity.number, revision: identity.revision, size: bytes.length, header, summary };
}

/** The summary of a segment that holds these frames. */
export function summarize(frames: ReadonlyMap<number, Frame>): SegmentSummary {
  let summary = EMPTY_SUMMARY;
  for (const frame of frames.values()) {
    const header = readHeader(frame);
    if (!header) throw new TypeError('not a frame');
    summary = extendSummary(summary, header, frame.length);
  }
  return summary;
}

export function sameSummary(a: SegmentSummary, b: SegmentSummary): boolean {
  return a.count === b.count && a.firstSeq === b.firstSeq && a.lastSeq === b.lastSeq && a.chain === b.chain;
}
