import type { JournalClient } from '../../../src/journal/journal-client.ts';
import type { HistoryFilter } from '../../../src/journal/query.ts';
import { makeShot, makeVerdict, valuesOf } from './made-shots.ts';

/** A plain database of one table, beside the journal. */
export function plainDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const open = indexedDB.open('control', 1);
    open.onupgradeneeded = () => { open.result.createObjectStore('records'); };
    open.onsuccess = () => { resolve(open.result); };
    open.onerror = () => { reject(new Error(open.error?.message)); };
  });
}

/** What a test asks of the journal's speed. */
export const timings = (journal: () => JournalClient, opened: () => Promise<unknown>) => ({
  /** Milliseconds that each page of a filter takes, the first `pages` of them. */
  async page(filter: HistoryFilter, pages: number, limit = 50): Promise<{ ms: number[]; rows: number }> {
    const ms: number[] = [];
    let rows = 0;
    let cursor = null;
    for (let i = 0; i < pages; i += 1) {
      const started = performance.now();
      const page = await journal().history(filter, limit, cursor);
      ms.push(performance.now() - started);
      if (!page.ok) throw new Error(page.error.code);
      rows += page.value.rows.length;
      cursor = page.value.next;
      if (!cursor) break;
    }
    return { ms, rows };
  },

  /** Time from the start of the journal to its being open. */
  async openTime(): Promise<number> {
    const started = performance.now();
    await opened();
    return performance.now() - started;
  },

  /** Acknowledgement times of the journal's shots, and of bare strict transactions of one put each, in turn. */
  async acknowledgement(count: number): Promise<{ journal: number[]; bare: number[] }> {
    await opened();
    const bareDatabase = await plainDatabase();
    const times = { journal: [] as number[], bare: [] as number[] };
    for (let n = 1; n <= count; n += 1) {
      let started = performance.now();
      await journal().recordShots([makeShot(n)]);
      times.journal.push(performance.now() - started);
      started = performance.now();
      await new Promise<void>((resolve) => {
        const transaction = bareDatabase.transaction('records', 'readwrite', { durability: 'strict' });
        transaction.objectStore('records').put(valuesOf(n), n);
        transaction.oncomplete = () => { resolve(); };
      });
      times.bare.push(performance.now() - started);
    }
    return times;
  },

  /** A line of so many shots a second: how long each shot with its verdict took to be acknowledged. */
  async line(perSecond: number, seconds: number): Promise<number[]> {
    await opened();
    const times: number[] = [];
    const running: Promise<void>[] = [];
    const started = performance.now();
    for (let n = 1; n <= perSecond * seconds; n += 1) {
      const due = started + (n * 1000) / perSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      running.push((async () => {
        const begun = performance.now();
        const shot = makeShot(n);
        await journal().recordShots([shot]);
        await journal().recordVerdicts([{ shot, verdict: makeVerdict(n) }]);
        times.push(performance.now() - begun);
      })());
    }
    await Promise.all(running);
    return times;
  },
});
