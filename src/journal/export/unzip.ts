import { inflateSync } from 'fflate';
import { crc32 } from '../format/crc32.ts';

/** A file in a zip, as its directory has it. */
export interface ZipEntry {
  readonly name: string;
  readonly compressed: boolean;
  /** Sizes in bytes. */
  readonly stored: number;
  readonly size: number;
  readonly crc: number;
  /** Where its local header stands. */
  readonly offset: number;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;

/** Larger files of a backup are not ours: a directory that lies must not fill the memory. */
const LARGEST_FILE = 64 << 20;

/**
 * The directory at the end of a zip, in its order. Reading by it instead of from the front finds the files' ends for
 * certain, and a file that was cut off at once. Throws where there is none.
 */
export async function readDirectory(file: Blob): Promise<ZipEntry[]> {
  const tail = await bytesOf(file, Math.max(0, file.size - END_BYTES - LONGEST_COMMENT), file.size);
  const view = new DataView(tail.buffer);
  let end = tail.length - END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== END) end -= 1;
  if (end < 0) throw new Error('not a zip, or cut off');
  const count = view.getUint16(end + 10, true);
  const start = view.getUint32(end + 16, true);
  const directory = await bytesOf(file, start, start + view.getUint32(end + 12, true));
  const entries: ZipEntry[] = [];
  const at = new DataView(directory.buffer);
  for (let offset = 0; entries.length < count; ) {
    if (offset + 46 > directory.length || at.getUint32(offset, true) !== ENTRY) throw new Error('the directory is damaged');
    const nameBytes = at.getUint16(offset + 28, true);
    entries.push({
      name: new TextDecoder().decode(directory.subarray(offset + 46, offset + 46 + nameBytes)),
      compressed: at.getUint16(offset + 10, true) !== 0,
      crc: at.getUint32(offset + 16, true),
      stored: at.getUint32(offset + 20, true),
      size: at.getUint32(offset + 24, true),
      offset: at.getUint32(offset + 42, true),
    });
    offset += 46 + nameBytes + at.getUint16(offset + 30, true) + at.getUint16(offset + 32, true);
  }
  return entries;
}

/** The content of a file. Throws where it is not what the directory says. */
export async function readEntry(file: Blob, { name, compressed, stored, size, crc, offset }: ZipEntry): Promise<Uint8Array<ArrayBuffer>> {
  if (size > LARGEST_FILE) throw new Error(`${name} is too large`);
  const header = await bytesOf(file, offset, offset + 30);
  const view = new DataView(header.buffer);
  if (header.length < 30 || view.getUint32(0, true) !== LOCAL) throw new Error(`${name} is damaged`);
  const start = offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const raw = await bytesOf(file, start, start + stored);
  const bytes = compressed ? new Uint8Array(inflateSync(raw, { out: new Uint8Array(size) })) : raw;
  if (bytes.length !== size || crc32(bytes) !== crc) throw new Error(`${name} is damaged`);
  return bytes;
}

async function bytesOf(file: Blob, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(start, end).arrayBuffer());
}
