import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { JournalRecord } from '../format/records.ts';
import { parseSegmentName } from './files.ts';
import { totalOf, type Tally, type TallyRow } from './rows.ts';
import { inspectionItem, kept, noteItem, shotItem, TestJournal, verdictItem } from './test-journal.ts';
import { thinnable } from './thin.ts';

const DAY_MS = 86_400_000;
const START = new Date(2026, 0, 5, 6).getTime();
const SHOTS = 36;
/** Six shots a day. */
const atOf = (n: number): number => START + Math.floor(n / 6) * DAY_MS + (n % 6) * 60_000;
const dayBegin = (day: number): number => new Date(2026, 0, 5 + day).getTime();

let journal: TestJournal;

/** Every shot with a verdict, each fifth inspected, each seventh judged twice; then everything is exported but the last day. */
async function author(): Promise<void> {
  journal = TestJournal.fresh();
  await journal.open();
  for (let n = 0; n < SHOTS; n += 1) {
    const at = atOf(n);
    const [shot] = await kept(journal.writer.append([shotItem(n, { at }), verdictItem({ item: 0 }, { verdict: n % 3 === 0 ? 'ng' : 'ok', at })]));
    if (n % 7 === 0) await kept(journal.writer.append([verdictItem(shot as number, { verdict: 'hold', at })]));
    if (n % 5 === 0) await kept(journal.writer.append([inspectionItem(shot as number, 'defective', `P${n}`)]));
    if (n === SHOTS - 7) {
      const details = { throughSeq: journal.writer.state.lastSeq };
      await kept(journal.writer.append([{ ...noteItem(''), kind: 'event', data: { type: 'export', text: null, details } }]));
    }
  }
}

beforeEach(author);

async function tallies(): Promise<TallyRow[]> {
  return ((await journal.projections()) as { tallies: TallyRow[] }).tallies;
}

/** What days and runs hold in total, whether thinned or not. */
const totals = (rows: readonly TallyRow[]): [string, Tally][] => rows.map((row) => [row.key, totalOf(row)]);

const shotsOf = (records: ReadonlyMap<number, JournalRecord>): number => [...records.values()].filter(({ kind }) => kind === 'shot').length;
const sizes = (): Map<number, number> => new Map([...journal.disk.files].map(([name, file]) => [parseSegmentName(name)?.number ?? 0, file.length]));

async function thin(before: number) {
  const result = await journal.writer.thin(before, () => undefined);
  if (!result.ok) throw new Error(result.error.code);
  return result.value;
}

describe('retention', () => {
  it('puts figures per day and run in the place of old shots, in both copies alike; every count stays', async () => {
    const before = totals(await tallies());
    const records = await journal.inDatabase();
    const sizeBefore = sizes();
    const thinned = await thin(dayBegin(3));
    expect(thinned.shots).toBeGreaterThan(8);
    const after = await journal.inDatabase();
    expect(shotsOf(records) - shotsOf(after)).toBe(thinned.shots);
    expect(records.size - after.size + thinned.aggregates).toBe(thinned.records);
    expect(totals(await tallies())).toEqual(before);
    expect(journal.inLog()).toEqual(after);
    expect(journal.writer.state.records).toBe(after.size);
    expect(sizes().get(2)).toBeLessThan((sizeBefore.get(2) ?? 0) * 0.7);
    expect(journal.writer.state.failure).toBeNull();
  });

  it('keeps inspected shots, what is younger, and everything that has not been exported', async () => {
    const records = await journal.inDatabase();
    await thin(dayBegin(400));
    const after = await journal.inDatabase();
    const { exportedThrough } = journal.writer.store.projection.meta;
    const inspected = new Set([...records.values()].flatMap((record) => (record.kind === 'inspection' ? [record.data.shot] : [])));
    for (const [seq, record] of records) {
      const about = record.kind === 'shot' ? seq : record.kind === 'verdict' ? record.data.shot : null;
      if (about === null || inspected.has(about) || about > exportedThrough) expect(after.get(seq)).toEqual(record);
    }
    expect(await thin(dayBegin(400))).toEqual({ shots: 0, aggregates: 0, records: 0 });
  });

  it('removes nothing before an export was confirmed', async () => {
    const fresh = TestJournal.fresh();
    await fresh.open();
    for (let n = 0; n < 24; n += 1) await kept(fresh.writer.append([shotItem(n, { at: atOf(n) }), verdictItem({ item: 0 })]));
    expect(await thinnable(fresh.writer.store.database, dayBegin(400))).toEqual({ old: 24, exported: 0 });
    expect(await fresh.writer.thin(dayBegin(400), () => undefined)).toEqual({ ok: true, value: { shots: 0, aggregates: 0, records: 0 } });
  });

  it.each([1, 2, 3])('gets to the end of segments that end with a shot, %i at a time', async (atOnce) => {
    const fresh = TestJournal.fresh();
    await fresh.open();
    for (let n = 0; n < 24; n += 1) await kept(fresh.writer.append([shotItem(n, { at: atOf(n) })]));
    await kept(fresh.writer.append([{ ...noteItem(''), kind: 'event', data: { type: 'export', text: null, details: { throughSeq: 24 } } }]));
    const result = await fresh.writer.thin(dayBegin(400), () => undefined, atOnce);
    expect(result.ok && result.value.shots).toBeGreaterThan(12);
    expect(fresh.inLog()).toEqual(await fresh.inDatabase());
  });

  it('says beforehand how many shots there are to thin', async () => {
    const found = await thinnable(journal.writer.store.database, dayBegin(3));
    // Three days of six shots, of which 0, 5, 10 and 15 were inspected.
    expect(found).toEqual({ old: 14, exported: 14 });
    expect((await thin(dayBegin(3))).shots).toBeLessThanOrEqual(14);
  });

  it('aggregates what it removes: the means are those of the shots', async () => {
    const records = await journal.inDatabase();
    await thin(dayBegin(2));
    for (const record of (await journal.inDatabase()).values()) {
      if (record.kind !== 'aggregate') continue;
      const covered = record.data.covers.flatMap(([from, to]) => [...records].filter(([seq]) => seq >= from && seq <= to).map(([, one]) => one));
      const values = covered.flatMap((one) => (one.kind === 'shot' ? [Number(one.data.values[5])] : []));
      expect(record.data.features[5]).toMatchObject({ n: values.length, min: Math.min(...values), max: Math.max(...values) });
      expect(record.data.features[5]?.mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / values.length, 4);
    }
  });

  it.each([
    ['the database is gone', () => { globalThis.indexedDB = TestJournal.freshFactory(); }],
    ['every segment is gone', () => { journal.disk.files.clear(); }],
    ['a thinned segment is damaged', () => {
      const name = [...journal.disk.files.keys()].find((one) => (parseSegmentName(one)?.revision ?? 0) > 0) as string;
      const file = (journal.disk.files.get(name) as Uint8Array<ArrayBuffer>).slice();
      file[700] = (file[700] as number) ^ 1;
      journal.disk.files.set(name, file);
    }],
  ])('is the same after a rebuild: %s', async (_, harm) => {
    await thin(dayBegin(3));
    const records = await journal.inDatabase();
    const before = await journal.projections();
    await journal.writer.close();
    harm();
    await journal.open();
    await journal.checkAll();
    const after = await journal.inDatabase();
    for (const [seq, record] of records) expect(after.get(seq)).toEqual(record);
    expect(shotsOf(after)).toBe(shotsOf(records));
    expect(await journal.projections()).toEqual(before);
    expect(journal.inLog()).toEqual(after);
    expect([...after.values()].filter((record) => record.kind === 'event' && record.data.type === 'records_lost')).toEqual([]);
  });

  it('killed anywhere: what is not thinned is whole, no count changes, both copies are the same, and it can be finished', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(120), fc.boolean(), async (operations, databaseLost) => {
        await author();
        const before = totals(await tallies());
        const records = await journal.inDatabase();
        journal.disk.operationsLeft = operations;
        await journal.writer.thin(dayBegin(4), () => undefined).catch(() => undefined);
        await journal.writer.close().catch(() => undefined);
        if (databaseLost) globalThis.indexedDB = TestJournal.freshFactory();
        await journal.restart().catch(() => undefined);
        const after = await journal.inDatabase();
        const covered = new Set([...after.values()].flatMap((record) =>
          record.kind === 'aggregate' ? record.data.covers.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i)) : [],
        ));
        for (const [seq, record] of records) expect(after.get(seq)).toEqual(covered.has(seq) ? undefined : record);
        expect(journal.inLog()).toEqual(after);
        expect(totals(await tallies())).toEqual(before);
        expect([...after.values()].filter((record) => record.kind === 'event' && record.data.type === 'records_lost')).toEqual([]);
        await thin(dayBegin(4));
        expect(totals(await tallies())).toEqual(before);
        expect(journal.inLog()).toEqual(await journal.inDatabase());
      }),
      { numRuns: 20 },
    );
  });
});
