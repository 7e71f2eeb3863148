import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { appError } from '../../domain/app-error.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { z } from '../../domain/zod.ts';
import { encodeSeal, encodeSegmentHeader, scanSegment, SEAL_POSITION, SEGMENT_HEADER_BYTES, type SegmentSummary } from '../format/segment.ts';
import type { JournalDatabase } from '../store/database.ts';
import { SEGMENT_BYTES } from '../store/files.ts';
import { summarize, type Frame } from '../store/journal-store.ts';
import { concatenate } from '../store/segment-log.ts';
import { exportFrames } from './rows.ts';
import { readDirectory, readEntry } from './unzip.ts';
import { Archive } from './zip.ts';

/**
 * A backup is a zip of the journal's own segment files and `backup.json`, which names them with their hashes. All but the
 * last segment are sealed; the last is the one in use after a restore.
 */

const FORMAT = 1;
const INDEX = 'backup.json';

const indexSchema = z.strictObject({
  format: z.literal(FORMAT),
  journalId: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  line: z.string(),
  records: z.int().check(z.positive()),
  lastSeq: z.int(),
  segments: z.array(
    z.strictObject({ name: z.string(), sha256: z.string(), count: z.int(), firstSeq: z.int(), lastSeq: z.int() }),
  ).check(z.minLength(1)),
});

/** What a backup says of itself. */
export type BackupIndex = z.infer<typeof indexSchema>;

const segmentNameOf = (number: number): string => `segments/${String(number).padStart(6, '0')}.cwj`;

/** Writes every record as a backup. Records that retention has removed are gaps that the segments account for. */
export async function writeBackup(
  database: JournalDatabase,
  { journalId, line }: { journalId: string; line: string },
  write: (chunk: Uint8Array<ArrayBuffer>) => void,
  { segmentBytes = SEGMENT_BYTES, onProgress }: { segmentBytes?: number; onProgress?: (share: number) => void } = {},
): Promise<Result<BackupIndex>> {
  const meta = await database.get('meta', 'journal');
  // A database that is being filled does not have every record yet.
  if (!meta || meta.journalId !== journalId || meta.fillingThrough > 0 || meta.lastSeq === 0) return err(appError('not_ready', {}));
  const archive = new Archive(write);
  const segments: BackupIndex['segments'][number][] = [];
  let frames = new Map<number, Frame>();
  let size = SEGMENT_HEADER_BYTES;
  let previous = 0;
  const flush = (sealed: boolean): void => {
    const seqs = [...frames.keys()];
    const gaps = seqs.some((seq, i) => seq !== (i === 0 ? previous : (seqs[i - 1] as number)) + 1);
    previous = seqs.at(-1) ?? previous;
    const number = segments.length + 1;
    const bytes = segmentOf({ number, revision: 0, gaps, journalId }, frames, sealed);
    const name = segmentNameOf(number);
    const file = archive.file(name, true);
    file.push(bytes);
    const { count, firstSeq, lastSeq } = summarize(frames);
    segments.push({ name, sha256: file.end(), count, firstSeq, lastSeq });
    frames = new Map();
    size = SEGMENT_HEADER_BYTES;
  };
  for await (const chunk of exportFrames(database, { from: 1, through: meta.lastSeq })) {
    for (const [seq, frame] of chunk) {
      if (size + frame.length > segmentBytes) flush(true);
      frames.set(seq, frame);
      size += frame.length;
    }
    onProgress?.(Math.min(1, ([...frames.keys()].at(-1) ?? previous) / meta.lastSeq));
  }
  flush(false);
  const index: BackupIndex = {
    format: FORMAT, journalId, line, segments,
    records: segments.reduce((sum, { count }) => sum + count, 0),
    lastSeq: previous,
  };
  const file = archive.file(INDEX, true);
  file.push(new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`));
  archive.hash(INDEX, file.end());
  archive.end();
  return ok(index);
}

function segmentOf(identity: Parameters<typeof encodeSegmentHeader>[0], frames: ReadonlyMap<number, Frame>, sealed: boolean): Frame {
  const bytes = concatenate([encodeSegmentHeader(identity), ...frames.values()]);
  if (sealed) bytes.set(encodeSeal(summarize(frames)), SEAL_POSITION);
  return bytes;
}

/** Takes the segments of a backup one by one, each once it has been found whole. */
export type TakeSegment = (number: number, bytes: Frame) => Promise<void>;

/**
 * Reads a backup and checks all of it: hashes, checksums of every record, order and completeness. `take` is called for each
 * whole segment; what it took counts only when the result is a success.
 */
export async function readBackup(file: Blob, take: TakeSegment): Promise<Result<BackupIndex>> {
  const found = new Map<string, SegmentSummary & { readonly sha256: string }>();
  let index: BackupIndex | null = null;
  try {
    for (const entry of await readDirectory(file)) {
      const { name } = entry;
      if (name === INDEX) {
        const bytes = await readEntry(file, entry);
        const parsed = indexSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
        if (!parsed.success) return invalid(`${INDEX}: ${parsed.error.issues[0]?.message ?? ''}`);
        index = parsed.data;
      } else if (/^segments\/\d{6,}\.cwj$/.test(name)) {
        const number = found.size + 1;
        if (name !== segmentNameOf(number)) return invalid(`${name} where ${segmentNameOf(number)} belongs`);
        const bytes = await readEntry(file, entry);
        const scan = scanSegment(bytes);
        if (scan.header.identity?.number !== number || scan.damaged.length > 0) return invalid(`${name} is damaged`);
        found.set(name, { ...scan.summary, sha256: bytesToHex(sha256(bytes)) });
        await take(number, bytes);
      }
    }
  } catch (thrown) {
    return invalid(thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (!index) return invalid(`${INDEX} is missing`);
  let before = 0;
  for (const { name, sha256: hash, count, firstSeq, lastSeq } of index.segments) {
    const own = found.get(name);
    if (!own || own.sha256 !== hash || own.count !== count || own.firstSeq !== firstSeq || own.lastSeq !== lastSeq) return invalid(`${name} is not the one in ${INDEX}`);
    if (firstSeq <= before) return invalid(`${name} is out of order`);
    before = lastSeq;
  }
  if (found.size !== index.segments.length || before !== index.lastSeq) return invalid('not complete');
  return ok(index);
}

function invalid(detail: string): Result<never> {
  return err(appError('backup_invalid', { detail }));
}
