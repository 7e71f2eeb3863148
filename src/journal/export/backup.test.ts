import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryDirectory, MemoryDisk } from '../store/memory-directory.ts';
import { finishRestore, padded, stageSegment } from '../store/restore.ts';
import { inspectionItem, kept, shotItem, TEST_SEGMENT_BYTES, TestJournal, verdictItem } from '../store/test-journal.ts';
import { readBackup, writeBackup } from './backup.ts';

/** A journal of some segments on one tablet. */
async function source(shots = 30): Promise<{ journal: TestJournal; file: Blob }> {
  const journal = TestJournal.fresh();
  const writer = await journal.open();
  for (let n = 1; n <= shots; n += 1) {
    const [shot] = await kept(writer.append([shotItem(n), verdictItem({ item: 0 })]));
    if (n % 5 === 0) await kept(writer.append([inspectionItem(shot as number, 'good')]));
  }
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const written = await writeBackup(writer.store.database, { journalId: writer.store.journalId, line: 'L1' }, (chunk) => chunks.push(chunk), { segmentBytes: TEST_SEGMENT_BYTES });
  expect(written.ok && written.value.segments.length).toBeGreaterThan(2);
  return { journal, file: new Blob(chunks) };
}

/** Stages a backup as the export worker does. */
async function stage(disk: MemoryDisk, file: Blob): Promise<boolean> {
  const directory = memoryDirectory(disk);
  const segments: [number, Uint8Array<ArrayBuffer>][] = [];
  const result = await readBackup(file, (number, bytes) => {
    segments.push([number, bytes]);
    return Promise.resolve();
  });
  if (!result.ok) return false;
  for (const [i, [number, bytes]] of segments.entries()) await stageSegment(directory, number, i === segments.length - 1 ? padded(bytes, TEST_SEGMENT_BYTES) : bytes);
  return true;
}

describe('a backup', () => {
  let journal: TestJournal;
  let file: Blob;

  beforeEach(async () => {
    ({ journal, file } = await source());
  });

  it('restores every record on another tablet, which goes on behind them', async () => {
    const before = await journal.inDatabase();
    const projections = await journal.projections();
    const { journalId } = journal.writer.store;

    const tablet = TestJournal.fresh();
    const writer = await tablet.open();
    await kept(writer.append([shotItem(1, { source: 'demo' })]));
    expect(await stage(tablet.disk, file)).toBe(true);
    expect(await writer.adopt()).toEqual({ ok: true, value: null });
    await tablet.checkAll();
    const after = await tablet.inDatabase();
    for (const [seq, record] of before) expect(after.get(seq)).toEqual(record);
    expect(await tablet.projections()).toEqual(projections);
    expect(writer.store.journalId).toBe(journalId);
    const [seq] = await kept(writer.append([shotItem(2)]));
    expect(seq).toBeGreaterThan(Math.max(...before.keys()));
    // What the tablet had is set aside, not deleted.
    expect([...tablet.disk.files.keys()].some((name) => name.startsWith('replaced-'))).toBe(true);

    await tablet.restart();
    expect([...(await tablet.inDatabase()).keys()]).toContain(seq);
    expect(tablet.inLog().size).toBe((await tablet.inDatabase()).size);
  });

  it('does not take the place of shots of the machine', async () => {
    const tablet = TestJournal.fresh();
    const writer = await tablet.open();
    await kept(writer.append([shotItem(1)]));
    const before = await tablet.inDatabase();
    await stage(tablet.disk, file);
    expect(await writer.adopt()).toMatchObject({ ok: false, error: { code: 'journal_not_empty', params: { records: 1 } } });
    expect(await tablet.inDatabase()).toEqual(before);
    expect([...tablet.disk.files.keys()].some((name) => name.startsWith('restore'))).toBe(false);
  });

  it('is refused when any byte of it is wrong or any of it is missing', async () => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const refused = async (changed: Uint8Array<ArrayBuffer>): Promise<boolean> => !(await readBackup(new Blob([changed]), () => Promise.resolve())).ok;
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        expect(await refused(bytes.slice(0, length))).toBe(true);
      }),
      { numRuns: 40 },
    );
    // A flipped bit is either found, or in a field of the zip that says nothing of the content (a time, a version).
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const changed = bytes.slice();
        changed[at] = (changed[at] as number) ^ (1 << bit);
        const taken: Uint8Array[] = [];
        const result = await readBackup(new Blob([changed]), (_, segment) => {
          taken.push(segment);
          return Promise.resolve();
        });
        if (!result.ok) return;
        const original: Uint8Array[] = [];
        await readBackup(file, (_, segment) => {
          original.push(segment);
          return Promise.resolve();
        });
        expect(taken).toEqual(original);
      }),
      { numRuns: 60 },
    );
    expect(await refused(new TextEncoder().encode('not a zip at all'))).toBe(true);
  });

  it('is never half restored: a crash at any step leaves the old journal or the whole new one', async () => {
    const fresh = TestJournal.fresh();
    const writer = await fresh.open();
    await kept(writer.append([shotItem(1, { source: 'demo' })]));
    await stage(fresh.disk, file);
    const start = new Map([...fresh.disk.files].map(([name, bytes]) => [name, bytes.slice()]));
    const wholeNames = (disk: MemoryDisk): string[] => [...disk.files.keys()].filter((name) => /^\d{6}-0\.cwj$/.test(name)).sort();
    const expected = [...start.keys()].filter((name) => name.startsWith('restore-')).map((name) => `${name.slice(8, 14)}-0.cwj`).sort();
    const { commitRestore } = await import('../store/restore.ts');
    for (let steps = 0; steps < 60; steps += 1) {
      const disk = new MemoryDisk();
      for (const [name, bytes] of start) disk.files.set(name, bytes.slice());
      disk.operationsLeft = steps;
      const finished = await commitRestore(memoryDirectory(disk)).then(() => finishRestore(memoryDirectory(disk))).then(() => true, () => false);
      disk.restart();
      await finishRestore(memoryDirectory(disk));
      const names = wholeNames(disk);
      const isNew = names.join() === expected.join() && names.every((name) => !start.has(name) || disk.files.get(name)?.join() !== start.get(name)?.join());
      const isOld = names.every((name) => disk.files.get(name)?.join() === start.get(name)?.join());
      expect(isNew || isOld).toBe(true);
      expect([...disk.files.keys()].filter((name) => name.startsWith('restore'))).toEqual([]);
      if (finished) {
        expect(isNew).toBe(true);
        break;
      }
    }
  });
});
