import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { describe, expect, it, vi } from 'vitest';
import type { Reply } from './protocol.ts';
import { JournalServer } from './server.ts';
import type { ServerStatus } from './status.ts';
import { MemoryDisk, memoryDirectory } from './store/memory-directory.ts';
import { noteItem } from './store/test-journal.ts';

/** A server over a disk in memory: the replies it gave, and its latest status. */
function serve(disk: MemoryDisk) {
  const replies: Reply[] = [];
  const factory = new IDBFactory();
  const server = new JournalServer({
    places: () => Promise.resolve([() => Promise.resolve(factory)]),
    directory: () => Promise.resolve(memoryDirectory(disk)),
    locks: { request: (_: string, job: () => Promise<unknown>) => job() } as unknown as LockManager,
    estimate: () => Promise.resolve({ usage: 1e6, quota: 1e10 }),
    post: (reply) => replies.push(reply),
  });
  const status = (): ServerStatus | undefined => replies.findLast((reply) => reply.kind === 'status')?.status;
  return { server, replies, status };
}

describe("the journal's worker", () => {
  it('says that the space is used up as soon as there is no room for what comes next, though the browser promises much', async () => {
    const disk = new MemoryDisk();
    const { server, replies, status } = serve(disk);
    // The segment in use finds room, those ahead do not.
    const create = vi.spyOn(disk.files, 'set').mockImplementation(function (this: Map<string, Uint8Array<ArrayBuffer>>, name, bytes) {
      if (name.startsWith('000002')) throw new DOMException('no room', 'QuotaExceededError');
      return Map.prototype.set.call(this, name, bytes) as Map<string, Uint8Array<ArrayBuffer>>;
    });
    await server.handle({ id: 1, question: { kind: 'open', session: null, timeOrigin: performance.timeOrigin } });
    await vi.waitFor(() => {
      expect(status()).toMatchObject({ role: 'writer', cramped: true, failure: null, quota: { level: 'ok' } });
    });
    await server.handle({ id: 2, question: { kind: 'append', items: [noteItem('still kept')], repeated: false } });
    expect(replies.find((reply) => reply.kind !== 'status' && reply.id === 2)).toMatchObject({ kind: 'answer', value: [1] });
    create.mockRestore();
  });
});
