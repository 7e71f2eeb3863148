import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { talliesBetween } from './database.ts';
import { totalOf } from './rows.ts';
import { inspectionItem, kept, noteItem, shotItem, TestJournal, verdictItem } from './test-journal.ts';

/** Shots with verdicts, some inspected: `count` times two records and more. */
async function fill(journal: TestJournal, count: number, from = 1): Promise<number[]> {
  const shots: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const [shot] = await kept(journal.writer.append([shotItem(from + i)]));
    shots.push(shot as number);
    await kept(journal.writer.append([verdictItem(shot as number, { verdict: i % 5 === 0 ? 'ng' : 'ok' })]));
    if (i % 4 === 0) await kept(journal.writer.append([inspectionItem(shot as number, i % 8 === 0 ? 'defective' : 'good', `P${i}`)]));
  }
  return shots;
}

describe('the writer', () => {
  it('keeps every record in both copies, in order and without gaps', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    await fill(journal, 30);
    const database = await journal.inDatabase();
    expect([...database.keys()]).toEqual(Array.from({ length: database.size }, (_, i) => i + 1));
    expect(journal.inLog()).toEqual(database);
    expect(journal.writer.state).toMatchObject({ records: database.size, lastSeq: database.size, failure: null, log: true });
    expect([...journal.disk.files.keys()].length).toBeGreaterThan(4);
  });

  it('commits what waits together as one group and answers each request with its own numbers', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => kept(journal.writer.append([shotItem(i), verdictItem({ item: 0 })]))),
    );
    expect(answers.flat()).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const records = await journal.inDatabase();
    for (const [shot, verdict] of answers) expect(records.get(verdict as number)?.data).toMatchObject({ shot });
  });

  it('numbers runs: a new one where the counter falls or the product changes, for each source on its own', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    const items = [
      shotItem(1), shotItem(2), shotItem(1), shotItem(2, { product: 2 }),
      shotItem(7, { source: 'demo' }), shotItem(3, { product: 2 }), shotItem(8, { source: 'demo' }),
    ];
    await kept(journal.writer.append(items));
    const runs = [...(await journal.inDatabase()).values()].map((record) => (record.kind === 'shot' ? record.data.run : null));
    expect(runs).toEqual([1, 1, 3, 4, 5, 4, 5]);
  });

  it('keeps a repeated request once, also when only a part of it had been kept', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    const request = [shotItem(1), verdictItem({ item: 0 })];
    const first = await kept(journal.writer.append(request.slice(0, 1)));
    const session = journal.writer.state.session;
    await journal.restart({ session });
    const again = await kept(journal.writer.append(request, true));
    expect(again[0]).toBe(first[0]);
    expect(await kept(journal.writer.append(request, true))).toEqual(again);
    const records = [...(await journal.inDatabase()).values()].filter(({ kind }) => kind === 'shot' || kind === 'verdict');
    expect(records).toHaveLength(2);
    expect(records[1]?.data).toMatchObject({ shot: first[0] });
  });

  it('refuses without leaving a trace when the disk has no room, and goes on when it has', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    await fill(journal, 3);
    journal.disk.full = true;
    const acknowledged: number[] = [];
    let refused = 0;
    for (let i = 0; i < 40; i += 1) {
      const result = await journal.writer.append([noteItem(`note ${i}`)]);
      if (result.ok) acknowledged.push(...result.value);
      else refused += 1;
    }
    expect(refused).toBeGreaterThan(0);
    expect(journal.writer.state.failure?.code).toBe('journal_full');
    journal.disk.full = false;
    acknowledged.push(...(await kept(journal.writer.append([noteItem('room again')]))));
    expect(journal.writer.state.failure).toBeNull();
    await journal.restart();
    const records = await journal.inDatabase();
    for (const seq of acknowledged) expect(records.has(seq)).toBe(true);
    expect(journal.inLog()).toEqual(records);
  });

  it('refuses a record that cannot be written down, and nothing beside it', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    const { store } = journal.writer;
    const unfit = { ...noteItem(''), kind: 'event', data: { type: 'note', text: null, details: { count: 1n as unknown as number } } } as const;
    const [before, refused, after] = await Promise.all([
      journal.writer.append([shotItem(1)]), journal.writer.append([shotItem(2), unfit]), journal.writer.append([shotItem(3)]),
    ]);
    expect([before, after]).toMatchObject([{ ok: true, value: [1] }, { ok: true, value: [2] }]);
    expect(refused).toMatchObject({ ok: false, error: { code: 'journal_failed' } });
    expect(journal.writer.store).toBe(store);
    expect(journal.writer.state).toMatchObject({ failure: null, records: 2 });
    const records = await journal.inDatabase();
    expect([...records.keys()]).toEqual([1, 2]);
    expect(journal.inLog()).toEqual(records);
  });

  it('writes down that the clock was set back, and its order does not follow the clock', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    const late = shotItem(1, { at: 1_750_000_100_000 });
    const early = shotItem(2, { at: 1_750_000_100_000 - 3_600_000 });
    await kept(journal.writer.append([late]));
    await kept(journal.writer.append([early]));
    const records = [...(await journal.inDatabase()).values()];
    expect(records.map(({ at }) => at).slice(0, 2)).toEqual([late.at, early.at]);
    const event = records.find((record) => record.kind === 'event');
    expect(event?.data).toMatchObject({ type: 'clock_change', details: { backMs: 3_600_001 } });
  });

  it('counts shots, verdicts and inspections per run and day; a correction replaces, a withdrawal removes', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    const shots = await fill(journal, 9);
    await kept(journal.writer.append([inspectionItem(shots[0] as number, 'good')]));
    await kept(journal.writer.append([inspectionItem(shots[4] as number, 'withdrawn')]));
    const tallies = await talliesBetween(journal.writer.store.database, '', '\uffff');
    const run = tallies.find(({ key }) => key.startsWith('run'));
    expect(run && totalOf(run)).toMatchObject({ shots: 9, ng: 2, ok: 7, unjudged: 0, inspected: 2, defective: 1 });
    const row = await journal.writer.store.database.get('shots', shots[0] as number);
    expect(row?.inspection?.outcome).toBe('good');
    expect(row?.inspections).toHaveLength(2);
  });

  it('runs on the database alone, and fills a log from it once there is one', async () => {
    const journal = TestJournal.fresh();
    await journal.open({ log: false });
    await fill(journal, 20);
    expect(journal.writer.state.log).toBe(false);
    await journal.restart();
    expect(journal.inLog()).toEqual(await journal.inDatabase());
    expect(journal.notes).toContainEqual(expect.objectContaining({ what: 'log_from_database' }));
  });
});

describe('killed at any operation of the disk', () => {
  it('loses nothing that was acknowledged, and both copies and all counts agree afterwards', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }),
        fc.boolean(),
        async (lives, sectors, power) => {
          const journal = TestJournal.fresh();
          await journal.open();
          const acknowledged = new Set<number>();
          for (const operations of lives) {
            journal.disk.operationsLeft = operations;
            for (let i = 0; i < 40; i += 1) {
              const result = await journal.writer.append([shotItem(i), verdictItem({ item: 0 }), noteItem('x'.repeat(i * 9))]);
              if (!result.ok) break;
              for (const seq of result.value) acknowledged.add(seq);
            }
            if (power) journal.disk.cutPower((sector) => sectors[sector % 16] ?? false);
            await journal.writer.close().catch(() => undefined);
            journal.disk.restart();
            await journal.open();
            await journal.checkAll();
            const records = await journal.inDatabase();
            for (const seq of acknowledged) expect(records.has(seq), `record ${seq}`).toBe(true);
            expect(journal.inLog()).toEqual(records);
            expect(journal.notes.filter(({ what }) => what === 'records_lost')).toEqual([]);
          }
          const grown = await journal.projections();
          await journal.writer.close();
          globalThis.indexedDB = TestJournal.freshFactory();
          await journal.open();
          await journal.checkAll();
          expect(await journal.projections()).toEqual(grown);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);
});
