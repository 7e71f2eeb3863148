import { crc32 } from './crc32.ts';
import { parsePayload, RECORD_KINDS, type JournalRecord, type RecordKind } from './records.ts';

/**
 * One record as bytes: the same bytes in the segment file and in the database, so that either can be rebuilt from the
 * other and compared with it. Little-endian:
 *
 *      0 u32  magic "CWR1"
 *      4 u32  payload length in bytes
 *      8 f64  sequence number
 *     16 f64  wall time, ms since the epoch
 *     24 f64  monotonic time, ms
 *     32 u32  session
 *     36 u16  schema version of the payload
 *     38 u16  kind (position in RECORD_KINDS, from 1)
 *     40 u16  position within its group commit, from 0
 *     42 u16  size of its group commit
 *     44 u32  CRC-32 of the payload
 *     48 u32  CRC-32 of bytes 0..47
 *     52      payload: JSON of {bundle, data}, UTF-8
 *
 * The header has its own checksum so that a flipped length is found for certain instead of misreading what follows.
 * Position and size of the group tell a torn last write (never acknowledged: cut) from damage to what was acknowledged.
 */

export const FRAME_HEADER_BYTES = 52;

/** Larger payloads are a bug: 30 values with their names are below 2 kB. */
export const MAX_PAYLOAD_BYTES = 1 << 20;

/** Records that one group commit may hold. */
export const MAX_GROUP = 4096;

const MAGIC = 0x31525743;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** A record as it is handed to {@link encodeFrame}. */
export type FrameInput = JournalRecord & { readonly group: { readonly position: number; readonly size: number } };

/** The fixed part of a frame, checked. */
export interface FrameHeader {
  readonly seq: number;
  readonly at: number;
  readonly mono: number;
  readonly session: number;
  readonly schema: number;
  readonly kind: RecordKind;
  readonly group: { readonly position: number; readonly size: number };
  readonly payloadBytes: number;
  readonly payloadCrc: number;
  /** CRC-32 of the header, which holds that of the payload: the identity of the frame's content. */
  readonly crc: number;
}

/** The bytes of one record. Throws a RangeError on a payload or group that is too large. */
export function encodeFrame(record: FrameInput): Uint8Array<ArrayBuffer> {
  const payload = encoder.encode(JSON.stringify({ bundle: record.bundle, data: record.data }));
  if (payload.length > MAX_PAYLOAD_BYTES) throw new RangeError(`a record of ${payload.length} bytes is too large`);
  if (record.group.size > MAX_GROUP) throw new RangeError(`a group of ${record.group.size} records is too large`);
  const bytes = new Uint8Array(FRAME_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, payload.length, true);
  view.setFloat64(8, record.seq, true);
  view.setFloat64(16, record.at, true);
  view.setFloat64(24, record.mono, true);
  view.setUint32(32, record.session, true);
  view.setUint16(36, record.schema, true);
  view.setUint16(38, RECORD_KINDS.indexOf(record.kind) + 1, true);
  view.setUint16(40, record.group.position, true);
  view.setUint16(42, record.group.size, true);
  view.setUint32(44, crc32(payload), true);
  view.setUint32(48, crc32(bytes.subarray(0, 48)), true);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** The header at `offset`; null where the bytes there are none (no room, wrong checksum, unknown kind). */
export function readHeader(bytes: Uint8Array, offset = 0): FrameHeader | null {
  if (offset + FRAME_HEADER_BYTES > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, FRAME_HEADER_BYTES);
  if (view.getUint32(0, true) !== MAGIC) return null;
  const crc = view.getUint32(48, true);
  if (crc !== crc32(bytes.subarray(offset, offset + 48))) return null;
  const kind = RECORD_KINDS[view.getUint16(38, true) - 1];
  if (kind === undefined) return null;
  return {
    seq: view.getFloat64(8, true),
    at: view.getFloat64(16, true),
    mono: view.getFloat64(24, true),
    session: view.getUint32(32, true),
    schema: view.getUint16(36, true),
    kind,
    group: { position: view.getUint16(40, true), size: view.getUint16(42, true) },
    payloadBytes: view.getUint32(4, true),
    payloadCrc: view.getUint32(44, true),
    crc,
  };
}

/** The frame at `offset` with its payload checked; null where header or payload are damaged or cut off. */
export function readFrame(bytes: Uint8Array, offset = 0): { header: FrameHeader; end: number } | null {
  const header = readHeader(bytes, offset);
  if (!header) return null;
  const start = offset + FRAME_HEADER_BYTES;
  const end = start + header.payloadBytes;
  if (end > bytes.length || crc32(bytes.subarray(start, end)) !== header.payloadCrc) return null;
  return { header, end };
}

/**
 * The record of a checked frame; null where its content is not what this version knows (a newer schema, a payload of
 * another shape).
 */
export function decodeFrame(bytes: Uint8Array, offset = 0): JournalRecord | null {
  const frame = readFrame(bytes, offset);
  if (!frame) return null;
  const { seq, at, mono, session, schema, kind } = frame.header;
  const payload = parsePayload(kind, decoder.decode(bytes.subarray(offset + FRAME_HEADER_BYTES, frame.end)));
  if (!payload) return null;
  return { seq, at, mono, session, schema, kind, ...(payload) } as JournalRecord;
}
