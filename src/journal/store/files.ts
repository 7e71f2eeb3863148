/** The file system that segment files live in, as narrow as the journal needs it. The browser's is opfs.worker.ts. */

/** An open file. Every method is synchronous and throws on failure (a full disk, a damaged file). */
export interface LogFile {
  readonly size: number;
  read(at: number, length: number): Uint8Array<ArrayBuffer>;
  /** Writes all bytes or throws. */
  write(at: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** Returns once what was written has reached the disk. */
  flush(): void;
  close(): void;
}

export interface LogDirectory {
  list(): Promise<readonly { readonly name: string; readonly size: number }[]>;
  /** Bytes `start` to `end` of a file that is not open (`end` beyond the file: up to its end). */
  read(name: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  open(name: string): Promise<LogFile>;
  /**
   * Writes a new segment file and flushes it; a file of that name is replaced. Its header block is written and flushed
   * last: a file that a crash left half written is blank.
   */
  create(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Size of a segment file. */
export const SEGMENT_BYTES = 8 << 20;

/** Name of a segment file: `000012-0.cwj`. */
export function segmentName(number: number, revision: number): string {
  return `${String(number).padStart(6, '0')}-${revision}.cwj`;
}

/** Number and revision of a segment file; null for any other file. */
export function parseSegmentName(name: string): { number: number; revision: number } | null {
  const match = /^(\d{6,})-(\d+)\.cwj$/.exec(name);
  return match ? { number: Number(match[1]), revision: Number(match[2]) } : null;
}
