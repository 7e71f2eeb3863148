import { SEGMENT_HEADER_BYTES } from '../format/segment.ts';
import type { LogDirectory, LogFile } from './files.ts';

/** What a disk may do to the journal's tests. */
export class MemoryDisk {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Content that has reached the disk: what is left after a power cut. */
  readonly flushed = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Operations until everything fails, as if the process had been killed; Infinity = never. */
  operationsLeft = Infinity;
  /** New files find no room. */
  full = false;

  /** One operation: throws once the process is dead. */
  operate(): void {
    if (this.operationsLeft <= 0) throw new Error('killed');
    this.operationsLeft -= 1;
  }

  /** The process is gone and starts again; written bytes stay (the operating system has them). */
  restart(): void {
    this.operationsLeft = Infinity;
  }

  /** The power is gone: of what was written and not flushed only the sectors that `survives` picks are on the disk. */
  cutPower(survives: (sector: number) => boolean): void {
    for (const [name, current] of this.files) {
      const disk = this.flushed.get(name)?.slice() ?? new Uint8Array(current.length);
      for (let sector = 0; sector * 512 < current.length; sector += 1) {
        if (survives(sector)) disk.set(current.subarray(sector * 512, (sector + 1) * 512), sector * 512);
      }
      this.files.set(name, disk);
      this.flushed.set(name, disk.slice());
    }
    this.restart();
  }
}

/** A directory in memory for tests, with the faults of its disk. Stands in for the browser's private file system. */
export function memoryDirectory(disk: MemoryDisk): LogDirectory {
  const content = (name: string): Uint8Array<ArrayBuffer> => {
    const bytes = disk.files.get(name);
    if (!bytes) throw new DOMException(`no file ${name}`, 'NotFoundError');
    return bytes;
  };
  const flush = (name: string): void => {
    disk.operate();
    disk.flushed.set(name, content(name).slice());
  };
  const write = (name: string, at: number, bytes: Uint8Array): void => {
    disk.operate();
    const file = content(name);
    const grown = at + bytes.length > file.length ? new Uint8Array(at + bytes.length) : file;
    if (grown !== file) grown.set(file);
    grown.set(bytes, at);
    disk.files.set(name, grown);
  };
  return {
    list: () => Promise.resolve([...disk.files].map(([name, bytes]) => ({ name, size: bytes.length }))),
    read: (name, start, end) => Promise.resolve(content(name).slice(start, end)),
    open: (name) => {
      content(name);
      const file: LogFile = {
        get size() {
          return content(name).length;
        },
        read: (at, length) => content(name).slice(at, at + length),
        write: (at, bytes) => {
          write(name, at, bytes);
        },
        flush: () => {
          flush(name);
        },
        close: () => undefined,
      };
      return Promise.resolve(file);
    },
    create: async (name, bytes) => {
      await Promise.resolve();
      if (disk.full) throw new DOMException('no room', 'QuotaExceededError');
      disk.operate();
      disk.files.set(name, new Uint8Array(bytes.length));
      write(name, SEGMENT_HEADER_BYTES, bytes.subarray(SEGMENT_HEADER_BYTES));
      flush(name);
      write(name, 0, bytes.subarray(0, SEGMENT_HEADER_BYTES));
      flush(name);
    },
    rename: async (from, to) => {
      await Promise.resolve();
      disk.operate();
      disk.files.set(to, content(from));
      disk.files.delete(from);
      disk.flushed.delete(from);
      flush(to);
    },
    remove: async (name) => {
      await Promise.resolve();
      disk.operate();
      disk.files.delete(name);
      disk.flushed.delete(name);
    },
  };
}
