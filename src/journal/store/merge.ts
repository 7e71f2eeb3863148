import { readFrame, readHeader } from '../format/frame.ts';
import { scanSegment, type SegmentScan } from '../format/segment.ts';

type Frame = Uint8Array<ArrayBuffer>;

/** Consecutive sequence numbers, both ends included. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

/** What file and database together know of a stretch of the journal. */
export interface Merged {
  /** Every record that either of them holds intact, ascending. */
  readonly frames: ReadonlyMap<number, Frame>;
  /** Not in the file, or damaged there. */
  readonly missingInFile: readonly number[];
  /** Not in the database, or damaged or different there. */
  readonly missingInDatabase: readonly number[];
  /** In neither, between `from` and `to`. */
  readonly lost: readonly SeqRange[];
}

/**
 * Joins both copies of the records `from` to `to`. A frame counts only when its checksums are right; where both hold one,
 * the file's counts. Records that an aggregate has replaced (`covered`) are neither there nor missing.
 */
export function merge(
  scan: SegmentScan,
  bytes: Frame,
  database: ReadonlyMap<number, Frame>,
  range: SeqRange,
  covered: ReadonlySet<number> = new Set(),
): Merged {
  const inFile = new Map(
    scan.frames
      .filter(({ header }) => header.seq >= range.from && header.seq <= range.to && !covered.has(header.seq))
      .map(({ header, start, end }) => [header.seq, bytes.subarray(start, end)]),
  );
  const inDatabase = new Map([...database].filter(([seq, frame]) => !covered.has(seq) && isIntact(frame, seq)));
  const seqs = [...new Set([...inFile.keys(), ...inDatabase.keys()])].sort((a, b) => a - b);
  const frames = new Map(seqs.map((seq) => [seq, (inFile.get(seq) ?? inDatabase.get(seq)) as Frame]));
  return {
    frames,
    missingInFile: seqs.filter((seq) => !inFile.has(seq)),
    missingInDatabase: seqs.filter((seq) => !equal(inDatabase.get(seq), frames.get(seq))),
    lost: gaps([...seqs, ...covered].sort((a, b) => a - b), range),
  };
}

/** The scan of a segment file that is not there. */
export const NO_FILE = scanSegment(new Uint8Array(0));

/**
 * Where a torn last write begins: the first sequence number of the last group that neither copy holds, when the database
 * holds nothing of that group. Such a group was never acknowledged, because that takes both copies. Null where the last
 * group is whole or was acknowledged.
 */
export function tornGroup(merged: Merged, inDatabase: ReadonlyMap<number, Frame>): number | null {
  const last = [...merged.frames].at(-1);
  const header = last && readHeader(last[1]);
  if (!header) return null;
  const first = header.seq - header.group.position;
  for (let seq = first; seq < first + header.group.size; seq += 1) if (inDatabase.has(seq)) return null;
  for (let seq = first; seq < header.seq; seq += 1) if (!merged.frames.has(seq)) return seq;
  return null;
}

/** What is left of `ranges` without the sequence numbers in `known`. */
export function without(ranges: readonly SeqRange[], known: readonly SeqRange[]): SeqRange[] {
  return known.reduce<SeqRange[]>(
    (left, { from, to }) =>
      left.flatMap((range) =>
        to < range.from || from > range.to
          ? [range]
          : [{ from: range.from, to: from - 1 }, { from: to + 1, to: range.to }].filter((part) => part.from <= part.to),
      ),
    [...ranges],
  );
}

function isIntact(frame: Frame, seq: number): boolean {
  const read = readFrame(frame);
  return read !== null && read.end === frame.length && read.header.seq === seq;
}

function equal(a: Frame | undefined, b: Frame | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  // A plain loop: opening compares every byte of the segment in use, without a call for each.
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** The stretches of `range` that `seqs` (ascending) leave out. */
export function gaps(seqs: readonly number[], range: SeqRange): SeqRange[] {
  const found: SeqRange[] = [];
  let next = range.from;
  for (const seq of seqs) {
    if (seq > next) found.push({ from: next, to: seq - 1 });
    next = seq + 1;
  }
  if (next <= range.to) found.push({ from: next, to: range.to });
  return found;
}
