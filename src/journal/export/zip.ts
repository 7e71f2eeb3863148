import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';

/** What a zip without its 64-bit extension can hold. */
export const ZIP_LIMIT_BYTES = 4_000_000_000;

const encoder = new TextEncoder();

/** A file that is being written into an archive. */
export interface ArchiveFile {
  push(bytes: Uint8Array): void;
  /** Ends the file; returns its sha256 in hexadecimal. */
  end(): string;
}

/** A zip written piece by piece: what is written is handed on at once, so that nothing is kept. */
export class Archive {
  readonly #zip: Zip;
  #written = 0;

  constructor(write: (chunk: Uint8Array<ArrayBuffer>) => void) {
    this.#zip = new Zip((error, chunk) => {
      if (error) throw error;
      this.#written += chunk.length;
      // Beyond this the directory at the end would lie: better no file than one that cannot be opened.
      if (this.#written > ZIP_LIMIT_BYTES) throw new RangeError('larger than a zip can be');
      write(chunk);
    });
  }

  /** Begins a file; the one before it must have ended. `compress` is for text: Parquet is compressed already. */
  file(name: string, compress: boolean): ArchiveFile {
    const file = compress ? new ZipDeflate(name, { level: 6 }) : new ZipPassThrough(name);
    const hash = sha256.create();
    this.#zip.add(file);
    return {
      push: (bytes) => {
        if (bytes.length === 0) return;
        hash.update(bytes);
        file.push(bytes);
      },
      end: () => {
        file.push(new Uint8Array(0), true);
        return bytesToHex(hash.digest());
      },
    };
  }

  /** Writes a whole file and, beside it, its sha256 as `sha256sum` writes it. */
  withHash(name: string, bytes: Uint8Array, compress: boolean): void {
    const file = this.file(name, compress);
    file.push(bytes);
    this.hash(name, file.end());
  }

  /** The sha256 beside a file. */
  hash(name: string, hex: string): void {
    const base = name.slice(name.lastIndexOf('/') + 1);
    const beside = this.file(`${name}.sha256`, false);
    beside.push(encoder.encode(`${hex}  ${base}\n`));
    beside.end();
  }

  end(): void {
    this.#zip.end();
  }
}
