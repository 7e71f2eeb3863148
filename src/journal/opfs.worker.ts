import { SEGMENT_HEADER_BYTES } from './format/segment.ts';
import type { LogDirectory, LogFile } from './store/files.ts';

const FOLDER = 'journal';

/** `move` is in every browser with synchronous access, but not yet in TypeScript's library. */
type Movable = FileSystemFileHandle & { move?: (name: string) => Promise<void> };

/**
 * The origin private file system as the journal's directory; null where the browser has none with synchronous access
 * (Safari before 15.2, a page that is not secure, some private windows).
 */
export async function opfsDirectory(): Promise<LogDirectory | null> {
  // The types promise what older browsers do not have.
  const storage = navigator.storage as StorageManager | undefined;
  if (typeof storage?.getDirectory !== 'function' || !('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return null;
  let folder: FileSystemDirectoryHandle;
  try {
    folder = await (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  } catch {
    return null;
  }
  return directoryOver(folder);
}

function directoryOver(folder: FileSystemDirectoryHandle): LogDirectory {
  const handleOf = (name: string): Promise<FileSystemFileHandle> => folder.getFileHandle(name);
  const read = async (name: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> => {
    const file = await (await handleOf(name)).getFile();
    return new Uint8Array(await file.slice(start, end).arrayBuffer());
  };
  return {
    async list() {
      const files: { name: string; size: number }[] = [];
      for await (const handle of folder.values()) {
        if (handle.kind === 'file') files.push({ name: handle.name, size: (await handle.getFile()).size });
      }
      return files;
    },
    read,
    async open(name) {
      return openFile(await handleOf(name));
    },
    async create(name, bytes) {
      const file = await openFile(await folder.getFileHandle(name, { create: true }));
      try {
        file.truncate(0);
        file.write(SEGMENT_HEADER_BYTES, bytes.subarray(SEGMENT_HEADER_BYTES));
        file.flush();
        file.write(0, bytes.subarray(0, SEGMENT_HEADER_BYTES));
        file.flush();
      } catch (thrown) {
        file.close();
        await folder.removeEntry(name).catch(() => undefined);
        throw thrown;
      }
      file.close();
    },
    async rename(from, to) {
      const handle: Movable = await handleOf(from);
      if (handle.move) {
        await handle.move(to);
        return;
      }
      const copy = await openFile(await folder.getFileHandle(to, { create: true }));
      try {
        copy.write(0, await read(from, 0, Number.MAX_SAFE_INTEGER));
        copy.flush();
      } finally {
        copy.close();
      }
      await folder.removeEntry(from);
    },
    remove: (name) => folder.removeEntry(name),
  };
}

async function openFile(handle: FileSystemFileHandle): Promise<LogFile & { truncate(size: number): void }> {
  const access = await handle.createSyncAccessHandle();
  let size = access.getSize();
  return {
    get size() {
      return size;
    },
    read(at, length) {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, access.read(bytes, { at }));
    },
    write(at, bytes) {
      const written = access.write(bytes, { at });
      // A full disk may show as a short write.
      if (written !== bytes.length) throw new DOMException(`${written} of ${bytes.length} bytes written`, 'QuotaExceededError');
      size = Math.max(size, at + bytes.length);
    },
    flush() {
      access.flush();
    },
    truncate(to) {
      access.truncate(to);
      size = to;
    },
    close() {
      access.close();
    },
  };
}
