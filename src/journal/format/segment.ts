import { crc32 } from './crc32.ts';
import { FRAME_HEADER_BYTES, readFrame, readHeader, type FrameHeader } from './frame.ts';

/**
 * A segment file: one block of header, then frames, then zeros. Files are written full of zeros and flushed before their
 * first use, so that an append changes neither the size nor the directory and still finds room on a full disk.
 *
 *      0 8B   magic "CWSEG001"
 *      8 u32  number of the segment, from 1
 *     12 u32  revision: counts up when the segment is rewritten (repair, retention)
 *     16 u32  flags: 1 = its sequence numbers have gaps that are accounted for (retention, a loss that was reported)
 *     20 16B  id of the journal
 *     36 u32  CRC-32 of bytes 0..35
 *     64 u32  magic "SEAL" once the segment is full, else 0
 *     68 u32  frames
 *     72 f64  first and 80 f64 last sequence number
 *     88 u32  checksum over the frames' checksums, in order
 *     92 u32  end of the last frame, as an offset in the file
 *     96 u32  CRC-32 of bytes 64..95
 *    512      frames
 */

export const SEGMENT_HEADER_BYTES = 512;

const MAGIC = new TextEncoder().encode('CWSEG001');
const SEAL_MAGIC = 0x4c414553;
const SEAL_OFFSET = 64;
const SEAL_BYTES = 36;
const GAPS = 1;

/** What a segment is. */
export interface SegmentIdentity {
  readonly number: number;
  readonly revision: number;
  /** Missing sequence numbers are accounted for. */
  readonly gaps: boolean;
  /** 32 hexadecimal digits. */
  readonly journalId: string;
}

/** What a segment holds: kept in its seal and in the database, and compared at start. */
export interface SegmentSummary {
  readonly count: number;
  /** 0 while the segment is empty. */
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly chain: number;
  /** Offset behind the last frame. */
  readonly end: number;
}

export const EMPTY_SUMMARY: SegmentSummary = { count: 0, firstSeq: 0, lastSeq: 0, chain: 0, end: SEGMENT_HEADER_BYTES };

/** The summary after one more frame of `bytes` bytes. */
export function extendSummary(summary: SegmentSummary, header: Pick<FrameHeader, 'seq' | 'crc'>, bytes: number): SegmentSummary {
  const crc = Uint8Array.of(header.crc, header.crc >>> 8, header.crc >>> 16, header.crc >>> 24);
  return {
    count: summary.count + 1,
    firstSeq: summary.count === 0 ? header.seq : summary.firstSeq,
    lastSeq: header.seq,
    chain: crc32(crc, summary.chain),
    end: summary.end + bytes,
  };
}

/** The header block of a new segment, not sealed. */
export function encodeSegmentHeader(identity: SegmentIdentity): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC, 0);
  view.setUint32(8, identity.number, true);
  view.setUint32(12, identity.revision, true);
  view.setUint32(16, identity.gaps ? GAPS : 0, true);
  bytes.set(fromHex(identity.journalId), 20);
  view.setUint32(36, crc32(bytes.subarray(0, 36)), true);
  return bytes;
}

/** The seal, to be written at {@link SEAL_POSITION} when a segment is full. */
export function encodeSeal(summary: SegmentSummary): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SEAL_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, SEAL_MAGIC, true);
  view.setUint32(4, summary.count, true);
  view.setFloat64(8, summary.firstSeq, true);
  view.setFloat64(16, summary.lastSeq, true);
  view.setUint32(24, summary.chain, true);
  view.setUint32(28, summary.end, true);
  view.setUint32(32, crc32(bytes.subarray(0, 32)), true);
  return bytes;
}

/** Where the seal stands in the file. */
export const SEAL_POSITION = SEAL_OFFSET;

/** A header block as read: what it says, and whether every byte of it is as written. */
export interface SegmentHeader {
  /** Null where the block is all zero (a spare, not yet used) or damaged. */
  readonly identity: SegmentIdentity | null;
  /** Null while the segment is not sealed, or where the seal is damaged. */
  readonly seal: SegmentSummary | null;
  readonly state: 'blank' | 'intact' | 'damaged';
}

/** Reads the header block of a segment file. */
export function readSegmentHeader(bytes: Uint8Array): SegmentHeader {
  const block = bytes.subarray(0, SEGMENT_HEADER_BYTES);
  if (block.length < SEGMENT_HEADER_BYTES) return { identity: null, seal: null, state: 'damaged' };
  if (isZero(block)) return { identity: null, seal: null, state: 'blank' };
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const identity =
    MAGIC.every((byte, i) => block[i] === byte) && view.getUint32(36, true) === crc32(block.subarray(0, 36))
      ? {
          number: view.getUint32(8, true),
          revision: view.getUint32(12, true),
          gaps: view.getUint32(16, true) === GAPS,
          journalId: toHex(block.subarray(20, 36)),
        }
      : null;
  const unsealed = isZero(block.subarray(SEAL_OFFSET, SEAL_OFFSET + SEAL_BYTES));
  const seal = unsealed ? null : readSeal(block);
  const paddingZero = isZero(block.subarray(40, SEAL_OFFSET)) && isZero(block.subarray(SEAL_OFFSET + SEAL_BYTES));
  const intact = identity !== null && (unsealed || seal !== null) && paddingZero;
  return { identity, seal, state: intact ? 'intact' : 'damaged' };
}

function readSeal(block: Uint8Array): SegmentSummary | null {
  const view = new DataView(block.buffer, block.byteOffset + SEAL_OFFSET, SEAL_BYTES);
  if (view.getUint32(0, true) !== SEAL_MAGIC) return null;
  if (view.getUint32(32, true) !== crc32(block.subarray(SEAL_OFFSET, SEAL_OFFSET + 32))) return null;
  return {
    count: view.getUint32(4, true),
    firstSeq: view.getFloat64(8, true),
    lastSeq: view.getFloat64(16, true),
    chain: view.getUint32(24, true),
    end: view.getUint32(28, true),
  };
}

/** A frame found in a segment: its header and where its bytes stand. */
export interface LocatedFrame {
  readonly header: FrameHeader;
  readonly start: number;
  readonly end: number;
}

/** Bytes that are neither frame nor zeros: torn or damaged. */
export interface DamagedStretch {
  readonly start: number;
  readonly end: number;
}

/** All that a segment's bytes say. */
export interface SegmentScan {
  readonly header: SegmentHeader;
  /** In the order of the file; sequence numbers ascend. */
  readonly frames: readonly LocatedFrame[];
  readonly damaged: readonly DamagedStretch[];
  /** Summary of the frames found. `end` is the offset behind the last of them. */
  readonly summary: SegmentSummary;
}

/**
 * Reads every frame of a segment. A damaged stretch is skipped to the next byte at which a checked frame begins: what is
 * readable is read, nothing is guessed. Frames whose sequence number does not ascend are damage.
 */
export function scanSegment(bytes: Uint8Array): SegmentScan {
  const frames: LocatedFrame[] = [];
  const damaged: DamagedStretch[] = [];
  let summary = EMPTY_SUMMARY;
  let offset = SEGMENT_HEADER_BYTES;
  while (offset < bytes.length) {
    const frame = readFrame(bytes, offset);
    if (frame && frame.header.seq > summary.lastSeq) {
      frames.push({ header: frame.header, start: offset, end: frame.end });
      summary = { ...extendSummary(summary, frame.header, frame.end - offset), end: frame.end };
      offset = frame.end;
      continue;
    }
    const next = nextFrame(bytes, offset, summary.lastSeq);
    const stretch = bytes.subarray(offset, next);
    const last = lastNonZero(stretch);
    if (last >= 0) damaged.push({ start: offset, end: offset + last + 1 });
    offset = next;
  }
  return { header: readSegmentHeader(bytes), frames, damaged, summary };
}

/** Offset of the next checked frame behind `offset` with a sequence number above `seq`; the length where there is none. */
function nextFrame(bytes: Uint8Array, offset: number, seq: number): number {
  for (let i = offset; ; i += 1) {
    // "C" of the magic: cheap to find.
    i = bytes.indexOf(0x43, i);
    if (i < 0 || i + FRAME_HEADER_BYTES > bytes.length) return bytes.length;
    const header = readHeader(bytes, i);
    if (header && header.seq > seq && readFrame(bytes, i)) return i;
  }
}

function lastNonZero(bytes: Uint8Array): number {
  let i = bytes.length - 1;
  while (i >= 0 && bytes[i] === 0) i -= 1;
  return i;
}

function isZero(bytes: Uint8Array): boolean {
  return lastNonZero(bytes) < 0;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
