import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDatabase, type JournalDatabase } from './database.ts';
import { findingPages, readPages, type InspectedShot } from './findings.ts';
import type { ShotRow, Stream } from './rows.ts';
import { inspectionItem, kept, shotItem, TestJournal, verdictItem } from './test-journal.ts';

/** All lessons of a stream, read as a page of the app does. */
async function lessons(database: JournalDatabase, stream: Stream): Promise<InspectedShot[]> {
  const shots: InspectedShot[] = [];
  let after: string | null = null;
  do {
    const { texts, next } = await findingPages(database, stream, after);
    for (const _ of readPages(texts, shots));
    after = next;
  } while (after !== null);
  return shots;
}

/** What the rows themselves say: by another way, the tags by which the history finds them. */
async function inRows(database: JournalDatabase, stream: Stream): Promise<unknown[]> {
  const rows = (await database.getAll('shots')).filter(({ tags, shot }) => tags.includes(`${stream}/inspected`) && !shot?.repeat);
  return rows.map(({ seq, shot, shadow, inspection, inspections }: ShotRow) => [
    seq, shot?.id, shot?.at, shot?.product, shadow?.probability, inspection?.outcome, inspection?.seq, inspections[0],
  ]);
}

const said = (shots: readonly InspectedShot[]): unknown[] =>
  shots.map(({ seq, shot, shadow, inspection, inspections }) => [
    seq, shot?.id, shot?.at, shot?.product, shadow?.probability, inspection?.outcome, inspection?.seq, inspections[0],
  ]);

const STREAMS = ['line', 'demo', 'typed'] as const;

describe('what there is to learn from inspections', () => {
  it('is what the rows say, whatever was found, corrected and withdrawn, and after a rebuild too', async () => {
    const step = fc.record({ shot: fc.nat(), what: fc.constantFrom('shot', 'shot', 'demo', 'good', 'defective', 'withdrawn', 'shadow') });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const journal = TestJournal.fresh();
        await journal.open();
        const shots: number[] = [];
        for (const { shot, what } of steps) {
          if (what === 'shot' || what === 'demo' || shots.length === 0) {
            const source = what === 'demo' ? 'demo' : 'api';
            const [seq] = await kept(journal.writer.append([shotItem(shots.length, { source }), verdictItem({ item: 0 })]));
            shots.push(seq as number);
            continue;
          }
          const about = shots[shot % shots.length] as number;
          await kept(journal.writer.append([what === 'shadow' ? verdictItem(about, { role: 'shadow', probability: 0.3 }) : inspectionItem(about, what)]));
        }
        const before = await Promise.all(STREAMS.map((stream) => lessons(journal.writer.store.database, stream)));
        for (const [i, stream] of STREAMS.entries()) expect(said(before[i] ?? [])).toEqual(await inRows(journal.writer.store.database, stream));
        await journal.writer.close();
        globalThis.indexedDB = TestJournal.freshFactory();
        await journal.open();
        await journal.checkAll();
        expect(await Promise.all(STREAMS.map((stream) => lessons(journal.writer.store.database, stream)))).toEqual(before);
      }),
      { numRuns: 12 },
    );
  });

  it('is worked out from the rows of a database that does not have it yet', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    for (let n = 1; n <= 30; n += 1) {
      const [seq] = await kept(journal.writer.append([shotItem(n), verdictItem({ item: 0 })]));
      if (n % 3 === 0) await kept(journal.writer.append([inspectionItem(seq as number, n % 2 === 0 ? 'good' : 'defective')]));
    }
    const { database } = journal.writer.store;
    const expected = await lessons(database, 'line');
    const older = new IDBFactory();
    await new Promise<void>((resolve) => {
      const request = older.open('castwatch-journal-1', 2);
      request.onupgradeneeded = () => {
        for (const name of ['records', 'tallies', 'hours', 'markers', 'segments', 'covers', 'meta']) request.result.createObjectStore(name);
        request.result.createObjectStore('shots', { keyPath: 'seq' }).createIndex('tags', 'tags', { multiEntry: true });
      };
      request.onsuccess = async () => {
        const rows = await database.getAll('shots');
        const transaction = request.result.transaction('shots', 'readwrite');
        for (const row of rows) transaction.objectStore('shots').put(row);
        transaction.oncomplete = () => {
          request.result.close();
          resolve();
        };
      };
    });
    const upgraded = await openDatabase(older, 1, () => undefined);
    expect(expected).toHaveLength(10);
    expect(await lessons(upgraded, 'line')).toEqual(expected);
  });
});
