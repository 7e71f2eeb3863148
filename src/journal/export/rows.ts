import { decodeFrame, readHeader } from '../format/frame.ts';
import type { JournalRecord } from '../format/records.ts';
import { framesBetween, type JournalDatabase } from '../store/database.ts';
import type { ShotRow } from '../store/rows.ts';

type Of<K extends JournalRecord['kind']> = Extract<JournalRecord, { kind: K }>;

/** A shot with all that is exported of it. */
export interface ExportShot {
  readonly row: ShotRow;
  readonly shot: Of<'shot'>;
  readonly verdict: Of<'verdict'> | null;
  readonly shadow: Of<'verdict'> | null;
}

/** Which part of the journal is exported, by sequence number, both ends included. */
export interface ExportRange {
  readonly from: number;
  readonly through: number;
}

/** Shots in memory at a time. */
const CHUNK = 1000;

/** Records looked through at a time for what was said later of earlier shots. */
const LOOKED_THROUGH = 5000;

/**
 * Shots in chunks: those recorded within the range, and before them earlier ones of which something was recorded within it
 * (a late inspection), so that exports one after the other miss nothing.
 */
export async function* exportShots(database: JournalDatabase, range: ExportRange): AsyncGenerator<readonly ExportShot[]> {
  const earlier = await saidLater(database, range);
  for (let i = 0; i < earlier.length; i += CHUNK) {
    const rows = await Promise.all(earlier.slice(i, i + CHUNK).map((seq) => database.get('shots', seq)));
    yield shotsOf(database, rows.filter((row) => row !== undefined));
  }
  for (let from = range.from; from <= range.through; ) {
    const rows = await database.getAll('shots', IDBKeyRange.bound(from, range.through), CHUNK);
    const last = rows.at(-1);
    if (!last) return;
    yield shotsOf(database, rows);
    from = last.seq + 1;
  }
}

/** Records of the journal in chunks, as frames. */
export async function* exportFrames(database: JournalDatabase, { from, through }: ExportRange): AsyncGenerator<ReadonlyMap<number, Uint8Array<ArrayBuffer>>> {
  for (let first = from; first <= through; first += LOOKED_THROUGH) {
    yield framesBetween(database, first, Math.min(through, first + LOOKED_THROUGH - 1));
  }
}

/** Sequence numbers of shots before the range of which something was recorded within it, ascending. */
async function saidLater(database: JournalDatabase, range: ExportRange): Promise<number[]> {
  const seqs = new Set<number>();
  if (range.from <= 1) return [];
  for await (const frames of exportFrames(database, range)) {
    for (const frame of frames.values()) {
      const kind = readHeader(frame)?.kind;
      if (kind !== 'verdict' && kind !== 'inspection') continue;
      const record = decodeFrame(frame);
      if ((record?.kind === 'verdict' || record?.kind === 'inspection') && record.data.shot < range.from) seqs.add(record.data.shot);
    }
  }
  return [...seqs].sort((a, b) => a - b);
}

/** Rows with their records. What cannot be read (any more) is left out. */
async function shotsOf(database: JournalDatabase, rows: readonly ShotRow[]): Promise<ExportShot[]> {
  const first = rows[0]?.seq ?? 0;
  const last = rows.at(-1)?.seq ?? 0;
  // Verdicts follow their shots closely: one read has nearly all of them.
  const near = last - first < 20 * CHUNK ? await framesBetween(database, first, last + 2 * CHUNK) : new Map<number, Uint8Array<ArrayBuffer>>();
  const recordOf = async (seq: number | undefined): Promise<JournalRecord | null> => {
    if (seq === undefined) return null;
    const frame = near.get(seq) ?? (await database.get('records', seq));
    return frame ? decodeFrame(frame) : null;
  };
  const shots = await Promise.all(
    rows.map(async (row): Promise<ExportShot | null> => {
      const [shot, verdict, shadow] = await Promise.all([recordOf(row.seq), recordOf(row.verdict?.seq), recordOf(row.shadow?.seq)]);
      if (shot?.kind !== 'shot' || !row.shot) return null;
      return { row, shot, verdict: verdict?.kind === 'verdict' ? verdict : null, shadow: shadow?.kind === 'verdict' ? shadow : null };
    }),
  );
  return shots.filter((shot) => shot !== null);
}
