import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { scanSegment, SEGMENT_HEADER_BYTES } from '../format/segment.ts';
import { parseSegmentName } from './files.ts';
import type { TallyRow } from './rows.ts';
import { inspectionItem, kept, noteItem, shotItem, TEST_SEGMENT_BYTES, TestJournal, verdictItem } from './test-journal.ts';

let journal: TestJournal;
let before: { records: Awaited<ReturnType<TestJournal['inDatabase']>>; projections: unknown };

/** A journal of several full segments and one in use. */
beforeEach(async () => {
  journal = TestJournal.fresh();
  await journal.open();
  for (let i = 1; i <= 24; i += 1) {
    const [shot] = await kept(journal.writer.append([shotItem(i), verdictItem({ item: 0 }, { verdict: i % 3 === 0 ? 'ng' : 'ok' })]));
    if (i % 5 === 0) await kept(journal.writer.append([inspectionItem(shot as number, 'defective')]));
  }
  before = { records: await journal.inDatabase(), projections: await journal.projections() };
});

/** Segment files in use, in order. */
function used(): string[] {
  const names = [...journal.disk.files.keys()].filter(parseSegmentName).sort();
  return names.filter((name) => scanSegment(journal.disk.files.get(name) as Uint8Array).frames.length > 0);
}

function change(name: string, how: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>): void {
  journal.disk.files.set(name, how((journal.disk.files.get(name) as Uint8Array<ArrayBuffer>).slice()));
}

const flip = (at: number) => (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
  bytes[at] = (bytes[at] as number) ^ 0x10;
  return bytes;
};

/** Everything that was there is there again in both copies, with the same counts. */
async function expectHealed(): Promise<void> {
  const records = await journal.inDatabase();
  for (const [seq, record] of before.records) expect(records.get(seq)).toEqual(record);
  expect(journal.inLog()).toEqual(records);
  expect(await journal.projections()).toEqual(before.projections);
  const repairs = [...records.values()].filter((record) => record.kind === 'event' && record.data.type === 'repair');
  expect(repairs.length).toBeGreaterThan(0);
  expect([...records.values()].some((record) => record.kind === 'event' && record.data.type === 'records_lost')).toBe(false);
}

describe('a damaged log is rebuilt from the database', () => {
  it('whatever bit of whatever segment is flipped', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), async (which, where) => {
        const names = used();
        const name = names[which % names.length] as string;
        const bytes = journal.disk.files.get(name) as Uint8Array;
        change(name, flip(where % bytes.length));
        await journal.restart();
        const records = await journal.inDatabase();
        expect(journal.inLog()).toEqual(records);
        for (const [seq, record] of before.records) expect(records.get(seq)).toEqual(record);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ['a full segment is missing', () => journal.disk.files.delete(used()[1] as string)],
    ['the segment in use is missing', () => journal.disk.files.delete(used().at(-1) as string)],
    ['the segment in use is cut short', () => { change(used().at(-1) as string, (bytes) => bytes.slice(0, 700)); }],
    ['a full segment is cut to nothing', () => { change(used()[0] as string, () => new Uint8Array(0)); }],
    ['a full segment is cut in the middle', () => { change(used()[1] as string, (bytes) => bytes.slice(0, 2000)); }],
    ['the header of the segment in use is damaged', () => { change(used().at(-1) as string, flip(9)); }],
    ['the seal of a full segment is damaged', () => { change(used()[1] as string, flip(70)); }],
    ['the segment in use is overwritten with zeros', () => { change(used().at(-1) as string, (bytes) => bytes.fill(0)); }],
    ['all segments are gone, spares too', () => { journal.disk.files.clear(); }],
    ['all segments are full of rubbish', () => { for (const name of used()) change(name, (bytes) => bytes.fill(0x43)); }],
  ])('%s', async (_, damage) => {
    damage();
    await journal.restart();
    await expectHealed();
  });
});

describe('a damaged database is rebuilt from the log', () => {
  it('when it is gone', async () => {
    await journal.writer.close();
    globalThis.indexedDB = TestJournal.freshFactory();
    await journal.open();
    await journal.checkAll();
    await expectHealed();
  });

  it('when it is gone, behind the scenes: what comes in meanwhile is kept and counted to the right run', async () => {
    await journal.writer.close();
    globalThis.indexedDB = TestJournal.freshFactory();
    await journal.open({ fillAtOnce: 1 });
    expect((await journal.inDatabase()).size).toBeLessThan(before.records.size);
    const [shot] = await kept(journal.writer.append([shotItem(25), verdictItem({ item: 0 })]));
    await journal.checkAll();
    const records = await journal.inDatabase();
    for (const [seq, record] of before.records) expect(records.get(seq)).toEqual(record);
    expect(records.get(shot as number)?.data).toMatchObject({ run: 1 });
    expect(journal.inLog()).toEqual(records);
    const { tallies } = (await journal.projections()) as { tallies: TallyRow[] };
    expect(tallies.find(({ run }) => run === 1)?.rows).toMatchObject({ shots: 25, ng: 8, unjudged: 0 });
    expect(journal.writer.store.projection.meta).toMatchObject({ records: records.size, fillingThrough: 0 });
  });

  it('when it dropped its latest writes', async () => {
    const snapshot = await journal.snapshot();
    await kept(journal.writer.append([shotItem(25), verdictItem({ item: 0 }), noteItem('after')]));
    for (let i = 26; i < 40; i += 1) await kept(journal.writer.append([shotItem(i)]));
    before = { records: await journal.inDatabase(), projections: await journal.projections() };
    await journal.revertDatabase(snapshot);
    await journal.restart();
    await expectHealed();
  });

  it('when records are missing between others: a new one takes its place', async () => {
    const { database } = journal.writer.store;
    const gone = IDBKeyRange.bound(5, 12);
    await database.delete('records', gone);
    await database.delete('shots', gone);
    await journal.restart();
    await expectHealed();
  });

  it('when it cannot be opened: it is set aside, not deleted', async () => {
    await journal.writer.close();
    const newer = indexedDB.open('castwatch-journal-1', 99);
    await new Promise<void>((resolve) => {
      newer.onsuccess = () => {
        newer.result.close();
        resolve();
      };
    });
    await journal.open();
    await journal.checkAll();
    expect(journal.notes).toContainEqual(expect.objectContaining({ what: 'database_set_aside' }));
    expect((await indexedDB.databases()).map(({ name }) => name)).toContain('castwatch-journal-1');
    await expectHealed();
  });

  it('when it belongs to another journal', async () => {
    const { database, projection } = journal.writer.store;
    await database.put('meta', { ...projection.meta, journalId: 'f'.repeat(32) }, 'journal');
    await journal.restart();
    await expectHealed();
  });
});

describe('a store of the browser in which no database opens', () => {
  /** As Chromium answers when the store that all databases of an origin share has lost its manifest, or finds no room. */
  const broken = {
    open: () => {
      throw new DOMException('Internal error opening backing store for indexedDB.open.', 'UnknownError');
    },
    databases: () => Promise.reject(new DOMException('Internal error.', 'UnknownError')),
  } as unknown as IDBFactory;

  it('is left for another one, which is filled from the log and used from then on', async () => {
    await journal.writer.close();
    const other = TestJournal.freshFactory();
    const places = [broken, other].map((factory) => () => Promise.resolve(factory));
    await journal.open({ places });
    await journal.checkAll();
    expect(journal.notes).toContainEqual(expect.objectContaining({ what: 'database_set_aside' }));
    await expectHealed();
    const [shot] = await kept(journal.writer.append([shotItem(25)]));
    await journal.writer.close();
    await journal.open({ places: places.toReversed() });
    expect(journal.notes).toEqual([]);
    expect((await journal.inDatabase()).has(shot as number)).toBe(true);
  });

  it('is no damage where there is no room: nothing is set aside, and it is used again once there is', async () => {
    await journal.writer.close();
    journal.disk.full = true;
    await expect(journal.open({ places: [() => Promise.resolve(broken)] })).rejects.toMatchObject({ name: 'QuotaExceededError' });
    journal.disk.full = false;
    await journal.open();
    expect(journal.notes).toEqual([]);
    expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['castwatch-journal-1']);
    expect(await journal.inDatabase()).toEqual(before.records);
  });
});

describe('what neither copy holds', () => {
  async function expectLost(seqs: number[]): Promise<void> {
    const records = await journal.inDatabase();
    const lost = [...records.values()].flatMap((record) =>
      record.kind === 'event' && record.data.type === 'records_lost' ? [record.data.details] : [],
    );
    const named = lost.flatMap(({ from, to }) => Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i));
    expect(named).toEqual(seqs);
    for (const [seq, record] of before.records) {
      if (!seqs.includes(seq)) expect(records.get(seq)).toEqual(record);
    }
    expect(journal.inLog()).toEqual(records);
  }

  it.each([['a full segment', 1], ['the segment in use', -1]])('is named exactly: %s', async (_, position) => {
    const name = used().at(position) as string;
    const [, second] = scanSegment(journal.disk.files.get(name) as Uint8Array).frames;
    const { header, start } = second as { header: { seq: number }; start: number };
    change(name, flip(start + 60));
    await journal.writer.store.database.delete('records', header.seq);
    await journal.restart();
    await expectLost([header.seq]);
    expect([...journal.disk.files.keys()]).toContain(`damaged-${name}`);
    await journal.restart();
    await expectLost([header.seq]);
  });

  it('is named exactly when a whole segment is gone from both', async () => {
    const name = used()[1] as string;
    const { frames } = scanSegment(journal.disk.files.get(name) as Uint8Array);
    const seqs = frames.map(({ header }) => header.seq);
    journal.disk.files.delete(name);
    await journal.writer.store.database.delete('records', IDBKeyRange.bound(seqs[0], seqs.at(-1)));
    await journal.writer.store.database.delete('segments', 2);
    await journal.restart();
    await expectLost(seqs);
    await journal.restart();
    await expectLost(seqs);
  });

  it('is not claimed of a torn last write that was never acknowledged', async () => {
    const name = used().at(-1) as string;
    const end = scanSegment(journal.disk.files.get(name) as Uint8Array).summary.end;
    change(name, (bytes) => bytes.fill(0x5a, end, Math.min(end + 300, bytes.length)));
    await journal.restart();
    expect(journal.notes).toContainEqual(expect.objectContaining({ what: 'tail_cut' }));
    await expectHealed();
    expect(SEGMENT_HEADER_BYTES).toBeLessThan(end);
  });
});

describe('numbers are never used twice', () => {
  /** A journal whose segment in use is empty: the one before it has just been filled. */
  async function untilSegmentIsEmpty(): Promise<void> {
    for (let n = 100; journal.writer.store.log?.summary.count !== 0; n += 1) {
      await kept(journal.writer.append([shotItem(n), verdictItem({ item: 0 })]));
      const { log } = journal.writer.store;
      // Room for one more would not be enough: the next segment is begun as the writer does it before an append.
      if ((log?.summary.end ?? 0) > TEST_SEGMENT_BYTES - 1500) {
        const sealed = await log?.makeRoom(TEST_SEGMENT_BYTES);
        if (sealed) break;
      }
    }
    before = { records: await journal.inDatabase(), projections: await journal.projections() };
  }

  it.each([
    ['', () => undefined],
    [', and the seal of the segment before it is damaged', () => { change(used().at(-1) as string, flip(70)); }],
    [', and the end of the segment before it is damaged', () => { change(used().at(-1) as string, flip(SEGMENT_HEADER_BYTES + 700)); }],
  ])('when the database is gone while the segment in use is empty%s', async (_, harm) => {
    await untilSegmentIsEmpty();
    const last = Math.max(...before.records.keys());
    const run = [...before.records.values()].findLast((record) => record.kind === 'shot');
    await journal.writer.close();
    harm();
    globalThis.indexedDB = TestJournal.freshFactory();
    await journal.open();
    const [shot] = await kept(journal.writer.append([shotItem(900)]));
    expect(shot).toBeGreaterThan(last);
    await journal.checkAll();
    const records = await journal.inDatabase();
    expect(records.get(shot as number)?.data).toMatchObject({ run: run?.kind === 'shot' ? run.data.run : -1 });
    for (const [seq, record] of before.records) if (records.has(seq)) expect(records.get(seq)).toEqual(record);
    expect(journal.inLog()).toEqual(records);
    expect(journal.writer.store.projection.meta).toMatchObject({ records: records.size, fillingThrough: 0 });
  });
});
