import {
  EMPTY_SUMMARY, encodeSeal, encodeSegmentHeader, extendSummary, SEAL_POSITION,
  type SegmentIdentity, type SegmentSummary,
} from '../format/segment.ts';
import { readHeader } from '../format/frame.ts';
import type { SegmentRow } from './database.ts';
import { SEGMENT_BYTES, segmentName, type LogDirectory, type LogFile } from './files.ts';
import type { SegmentFile } from './survey.ts';

/** Blank segments kept ready beyond the one in use. */
const SPARES = 2;

/**
 * Appends frames to the active segment and flushes them. Segments are made ahead of their use, because a file created
 * shortly before a power cut may be missing afterwards, whatever was flushed into it.
 */
export class SegmentLog {
  readonly #directory: LogDirectory;
  readonly #journalId: string;
  readonly #segmentBytes: number;
  #file: LogFile;
  #identity: SegmentIdentity;
  #summary: SegmentSummary;
  #undo: SegmentSummary;
  /** The active segment carries its seal, but the next one could not be begun yet. */
  #full = false;
  readonly #names: Set<string>;

  private constructor(options: {
    directory: LogDirectory;
    file: LogFile;
    identity: SegmentIdentity;
    summary: SegmentSummary;
    segmentBytes: number;
    names: Iterable<string>;
  }) {
    this.#directory = options.directory;
    this.#file = options.file;
    this.#identity = options.identity;
    this.#journalId = options.identity.journalId;
    this.#summary = options.summary;
    this.#undo = options.summary;
    this.#segmentBytes = options.segmentBytes;
    this.#names = new Set(options.names);
  }

  /**
   * Goes on with a segment whose frames are known (none for a blank one, which is made if need be and gets its header).
   *
   * @param names the segment files there are
   */
  static async open(
    directory: LogDirectory,
    active: { identity: SegmentIdentity; summary: SegmentSummary; names: readonly string[] },
    segmentBytes = SEGMENT_BYTES,
  ): Promise<SegmentLog> {
    const { identity, summary } = active;
    const name = segmentName(identity.number, identity.revision);
    const names = new Set([...active.names, name]);
    if (summary.count === 0 && !active.names.includes(name)) await directory.create(name, new Uint8Array(segmentBytes));
    const file = await directory.open(name);
    try {
      if (summary.count === 0) {
        file.write(0, encodeSegmentHeader(identity));
        file.flush();
      }
    } catch (thrown) {
      file.close();
      throw thrown;
    }
    return new SegmentLog({ directory, file, identity, summary, segmentBytes, names });
  }

  get number(): number {
    return this.#identity.number;
  }

  get summary(): SegmentSummary {
    return this.#summary;
  }

  /**
   * Makes sure that `bytes` fit into the active segment; else seals it and goes on with the next.
   * Returns the sealed segment, which the database is to note.
   */
  async makeRoom(bytes: number): Promise<{ row: SegmentRow; file: SegmentFile } | null> {
    if (!this.#full && this.#summary.end + bytes <= this.#file.size) return null;
    this.#full = true;
    const { number, revision } = this.#identity;
    const sealed = {
      row: { number, revision, ...this.#summary },
      file: {
        name: segmentName(number, revision), number, revision, size: this.#file.size,
        header: { identity: this.#identity, seal: this.#summary, state: 'intact' as const },
      },
    };
    const identity: SegmentIdentity = {
      number: number + 1, revision: 0, gaps: false, journalId: this.#journalId,
    };
    await this.#makeSegment(identity.number);
    const next = await this.#directory.open(segmentName(identity.number, 0));
    try {
      this.#file.write(SEAL_POSITION, encodeSeal(this.#summary));
      this.#file.flush();
      next.write(0, encodeSegmentHeader(identity));
      next.flush();
    } catch (thrown) {
      next.close();
      throw thrown;
    }
    this.#file.close();
    this.#file = next;
    this.#identity = identity;
    this.#summary = EMPTY_SUMMARY;
    this.#undo = EMPTY_SUMMARY;
    this.#full = false;
    return sealed;
  }

  /** Appends frames and flushes. On failure the segment stands where it stood. There must be room. */
  append(frames: readonly Uint8Array<ArrayBuffer>[]): void {
    const bytes = concatenate(frames);
    this.#undo = this.#summary;
    try {
      this.#file.write(this.#summary.end, bytes);
      this.#file.flush();
    } catch (thrown) {
      this.rollback(bytes.length);
      throw thrown;
    }
    for (const frame of frames) {
      const header = readHeader(frame);
      if (!header) throw new TypeError('not a frame');
      this.#summary = extendSummary(this.#summary, header, frame.length);
    }
  }

  /** Takes the last append back: its place is all zero again, so that what was not kept elsewhere is not kept here. */
  rollback(bytes = this.#summary.end - this.#undo.end): void {
    this.#summary = this.#undo;
    this.#file.write(this.#summary.end, new Uint8Array(Math.min(bytes, this.#file.size - this.#summary.end)));
    this.#file.flush();
  }

  /** Makes the blank segments that will be needed next; to be called when there is time. */
  async provideSpares(): Promise<void> {
    for (let ahead = 1; ahead <= SPARES; ahead += 1) await this.#makeSegment(this.#identity.number + ahead);
  }

  close(): void {
    this.#file.close();
  }

  async #makeSegment(number: number): Promise<void> {
    const name = segmentName(number, 0);
    if (this.#names.has(name)) return;
    await this.#directory.create(name, new Uint8Array(this.#segmentBytes));
    this.#names.add(name);
  }
}

/** The bytes of several arrays in one. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
