/** Exports, backups and the first half of a restore, beside the journal's own worker: appends do not wait for them. */
import { appError, detailOf, type AppError } from '../../domain/app-error.ts';
import { opfsDirectory } from '../opfs.worker.ts';
import { openNewest } from '../store/database.ts';
import { databasePlaces } from '../store/places.ts';
import { clearStaged, padded, stageSegment } from '../store/restore.ts';
import { readBackup, writeBackup } from './backup.ts';
import { runExport } from './export-job.ts';
import type { ExportCommand, ExportReply } from './protocol.ts';

/** Written bytes are handed to the browser in pieces of this size: it keeps them, on the disk if need be. */
const PIECE_BYTES = 4 << 20;

const post = (reply: ExportReply): void => {
  self.postMessage(reply);
};

let told = -1;
const onProgress = (share: number): void => {
  if (share - told < 0.01 && share < 1) return;
  told = share;
  post({ kind: 'progress', share });
};

self.onmessage = ({ data }: MessageEvent<ExportCommand>) => {
  void run(data).catch((thrown: unknown) => {
    fail(appError('journal_failed', { detail: detailOf(thrown) }));
  });
};

function fail(error: AppError): void {
  const { cause: _, ...plain } = error;
  post({ kind: 'failed', error: plain as AppError });
}

async function run(command: ExportCommand): Promise<void> {
  if (command.kind === 'stage') {
    await stage(command.file);
    return;
  }
  const database = await openNewest(await databasePlaces(), () => undefined);
  const pieces = new Pieces();
  try {
    if (command.kind === 'export') {
      const summary = await runExport(command.job, { database, write: (chunk) => { pieces.push(chunk); }, onProgress });
      post({ kind: 'exported', file: pieces.whole(), summary });
      return;
    }
    const { journalId, line } = command;
    const result = await writeBackup(database, { journalId, line }, (chunk) => { pieces.push(chunk); }, { onProgress });
    if (result.ok) post({ kind: 'backedUp', file: pieces.whole(), index: result.value });
    else fail(result.error);
  } finally {
    database.close();
  }
}

/** Reads a backup and puts its segments beside the journal; on any fault nothing of it stays. */
async function stage(file: Blob): Promise<void> {
  const directory = await opfsDirectory();
  if (!directory) {
    fail(appError('journal_failed', { detail: 'this browser has no private file system' }));
    return;
  }
  await clearStaged(directory);
  // The last segment is the one in use afterwards: which one it is shows only when there is no other behind it.
  let last: { number: number; bytes: Uint8Array<ArrayBuffer> } | null = null;
  try {
    const result = await readBackup(file, async (number, bytes) => {
      if (last) await stageSegment(directory, last.number, last.bytes);
      last = { number, bytes };
    });
    if (result.ok && last) {
      const { number, bytes } = last as { number: number; bytes: Uint8Array<ArrayBuffer> };
      await stageSegment(directory, number, padded(bytes));
      post({ kind: 'staged', index: result.value });
      return;
    }
    await clearStaged(directory);
    fail(result.ok ? appError('backup_invalid', { detail: 'empty' }) : result.error);
  } catch (thrown) {
    await clearStaged(directory).catch(() => undefined);
    throw thrown;
  }
}

/** Bytes gathered into a Blob piece by piece. */
class Pieces {
  readonly #blobs: Blob[] = [];
  #open: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;

  push(chunk: Uint8Array<ArrayBuffer>): void {
    this.#open.push(chunk);
    this.#size += chunk.length;
    if (this.#size < PIECE_BYTES) return;
    this.#blobs.push(new Blob(this.#open));
    this.#open = [];
    this.#size = 0;
  }

  whole(): Blob {
    return new Blob([...this.#blobs, ...this.#open], { type: 'application/zip' });
  }
}
