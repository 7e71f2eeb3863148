import { createJournal } from '../../../src/journal/create-journal.ts';
import { decodeFrame } from '../../../src/journal/format/frame.ts';
import type { JournalRecord } from '../../../src/journal/format/records.ts';
import { scanSegment } from '../../../src/journal/format/segment.ts';
import type { JournalClient } from '../../../src/journal/journal-client.ts';
import type { TallyRow } from '../../../src/journal/store/rows.ts';
import { databasePlaces, type Place } from '../../../src/journal/store/places.ts';
import { labels } from './labels.ts';
import { makeShot, makeVerdict, valuesOf } from './made-shots.ts';
import { plainDatabase, timings } from './timings.ts';

/** The app's own journal on a page of its own, with what a test needs to write, to read both copies, and to do harm. */

let client: JournalClient | null = null;
const journal = (): JournalClient => (client ??= createJournal(localStorage));

async function opened(): Promise<JournalClient['status']> {
  const { status } = journal();
  if (status.role !== 'opening') return status;
  return new Promise((resolve) => {
    const stop = journal().onStatus((next) => {
      if (next.role === 'opening') return;
      stop();
      resolve(next);
    });
  });
}

/** A journal that cannot be opened for so long is given up. */
const UNAVAILABLE_MS = 60_000;

/** Waits until every full segment has been compared; throws where the journal cannot be opened. */
async function checked(): Promise<JournalClient['status']> {
  await opened();
  const deadline = performance.now() + UNAVAILABLE_MS;
  for (;;) {
    const { status } = journal();
    if (status.role === 'unavailable' && performance.now() > deadline) throw new Error(`not opened: ${String(status.failure?.cause)}`);
    if (status.role === 'writer' && status.checked >= status.toCheck) {
      await new Promise((resolve) => setTimeout(resolve, 150));
      const again = journal().status;
      if (again.checked >= again.toCheck) return again;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

declare global {
  interface Window {
    acked?: (n: number) => Promise<void>;
    harness: typeof harness;
  }
}

/** Sequence numbers and shot numbers of one copy. */
interface Copy {
  readonly seqs: number[];
  readonly shots: number[];
  readonly wrong: number[];
  readonly lost: { from: number; to: number }[];
}

function copyOf(records: readonly JournalRecord[]): Copy {
  const shots = records.filter((record) => record.kind === 'shot');
  const numberOf = (id: string): number => Number(id.slice(1));
  return {
    seqs: records.map(({ seq }) => seq),
    shots: shots.map(({ data }) => numberOf(data.id)),
    wrong: shots.filter(({ data }) => valuesOf(numberOf(data.id)).some((value, i) => value !== data.values[i])).map(({ seq }) => seq),
    lost: records.flatMap((record) =>
      record.kind === 'event' && record.data.type === 'records_lost' && typeof record.data.details.from === 'number'
        ? [{ from: record.data.details.from, to: Number(record.data.details.to) }]
        : [],
    ),
  };
}

const harness = {
  ...labels(journal, opened),
  ...timings(journal, opened),
  opened,
  checked,
  status: () => journal().status,

  /** Writes shot after shot with its verdict, telling of each once it is acknowledged. Never ends by itself. */
  async write(from: number): Promise<void> {
    await opened();
    for (let n = from; ; n += 1) {
      const kept = await journal().recordShots([makeShot(n)]);
      if (kept.ok) void window.acked?.(n);
      await journal().recordVerdicts([{ shot: makeShot(n), verdict: makeVerdict(n) }]);
    }
  },

  /** Writes `count` shots with verdicts in chunks; returns the numbers of those acknowledged and the time. */
  async fill(from: number, count: number, options: { chunk?: number; stepMs?: number; startAt?: number } = {}): Promise<{ acknowledged: number; refused: number; ms: number }> {
    await opened();
    const { chunk = 500, stepMs = 0, startAt } = options;
    const started = performance.now();
    let acknowledged = 0;
    let refused = 0;
    for (let n = from; n < from + count; n += chunk) {
      const numbers = Array.from({ length: Math.min(chunk, from + count - n) }, (_, i) => n + i);
      const shots = numbers.map((number) => makeShot(number, startAt === undefined ? Date.now() : startAt + number * stepMs));
      await journal().recordShots(shots);
      const kept = await journal().recordVerdicts(shots.map((shot, i) => ({ shot, verdict: makeVerdict(numbers[i] as number, shot.receivedAt) })));
      // On a busy machine an answer may come later than a verdict waits for it.
      while (!kept.ok && numbers.some((number) => journal().keepingOf(`s${number}`) === 'pending')) await new Promise((resolve) => setTimeout(resolve, 20));
      const here = kept.ok ? numbers.length : numbers.filter((number) => journal().keepingOf(`s${number}`) === 'kept').length;
      acknowledged += here;
      refused += numbers.length - here;
    }
    return { acknowledged, refused, ms: performance.now() - started };
  },

  /** The numbers of the shots among `numbers` that are acknowledged one by one. */
  async append(numbers: readonly number[]): Promise<number[]> {
    await opened();
    const acknowledged: number[] = [];
    for (const n of numbers) {
      const shot = makeShot(n);
      const kept = await journal().recordShots([shot]);
      const judged = await journal().recordVerdicts([{ shot, verdict: makeVerdict(n) }]);
      if (kept.ok && judged.ok) acknowledged.push(n);
    }
    return acknowledged;
  },

  /** Shots one after the other, kept or not; where not, how long it took until the journal said so. */
  async attempt(from: number, count: number): Promise<{ n: number; kept: boolean; alarmMs: number | null; unrecorded: number }[]> {
    const attempts: { n: number; kept: boolean; alarmMs: number | null; unrecorded: number }[] = [];
    for (let n = from; n < from + count; n += 1) {
      const shot = makeShot(n);
      const started = performance.now();
      const isAlarmed = ({ failure, unrecorded, late }: JournalClient['status']): boolean => failure !== null || unrecorded > 0 || late;
      // An alarm that stands already is seen at once.
      let alarmMs: number | null = isAlarmed(journal().status) ? 0 : null;
      const stop = journal().onStatus((status) => {
        if (isAlarmed(status)) alarmMs ??= performance.now() - started;
      });
      await journal().recordShots([shot]);
      await journal().recordVerdicts([{ shot, verdict: makeVerdict(n) }]);
      stop();
      attempts.push({ n, kept: journal().keepingOf(shot.id) === 'kept', alarmMs, unrecorded: journal().status.unrecorded });
    }
    return attempts;
  },

  /** Goes on with shots until one is kept, and with it everything that waited; returns the last number used. */
  async recovered(from: number): Promise<{ last: number; unrecorded: number; ms: number }> {
    const started = performance.now();
    let last = from - 1;
    while (performance.now() - started < 30_000) {
      last += 1;
      const shot = makeShot(last);
      await journal().recordShots([shot]);
      const judged = await journal().recordVerdicts([{ shot, verdict: makeVerdict(last) }]);
      if (judged.ok) break;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    while (journal().status.unrecorded > 0 && performance.now() - started < 30_000) await new Promise((resolve) => setTimeout(resolve, 100));
    return { last, unrecorded: journal().status.unrecorded, ms: performance.now() - started };
  },

  /** Records many shots at a time and ends the worker on the way; resolves to those acknowledged in the end. */
  async killDuring(from: number, count: number, afterMs: number): Promise<number[]> {
    await opened();
    const numbers = Array.from({ length: count }, (_, i) => from + i);
    setTimeout(() => { harness.killWorker(); }, afterMs);
    await Promise.all(
      numbers.map(async (n, i) => {
        await new Promise((resolve) => setTimeout(resolve, i / 2));
        const shot = makeShot(n);
        await journal().recordShots([shot]);
        await journal().recordVerdicts([{ shot, verdict: makeVerdict(n) }]);
      }),
    );
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline && !numbers.every((n) => journal().keepingOf(`s${n}`) === 'kept')) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return numbers.filter((n) => journal().keepingOf(`s${n}`) === 'kept');
  },

  /** The shots as the history lists them, and how many are found by the time before now (on the true clock). */
  async order(): Promise<{ listed: number[]; foundByTime: number }> {
    await opened();
    const page = await journal().history({ stream: 'line' }, 500);
    const recent = await journal().history({ stream: 'line', from: Date.now() - 1_800_000 }, 500);
    if (!page.ok || !recent.ok) throw new Error('no history');
    return { listed: page.value.rows.map(({ shot }) => Number(shot?.id.slice(1))), foundByTime: recent.value.rows.length };
  },

  /** Events of a clock that was set back. */
  async clockChanges(): Promise<number> {
    const markers = await journal().markers(0, 8.64e15);
    return markers.ok ? markers.value.filter((marker) => marker.kind === 'event' && marker.data.type === 'clock_change').length : -1;
  },

  /** Everything up to now counts as exported. */
  async exported(): Promise<void> {
    await journal().recordEvent({ type: 'export', details: { throughSeq: journal().status.lastSeq } });
  },

  /** Thins what was received before an instant; returns the shots that went. */
  async thin(before: number): Promise<number> {
    await checked();
    const thinned = await journal().thin(before);
    if (!thinned.ok) throw new Error(`${thinned.error.code} ${JSON.stringify(thinned.error.params)}`);
    return thinned.value.shots;
  },

  /** Shots of the record by the counts of its days, thinned ones among them, and the shots that aggregates stand for. */
  async counts(): Promise<{ shots: number; thinned: number }> {
    const days = await journal().days('line', 0, 8.64e15);
    if (!days.ok) throw new Error(days.error.code);
    const sum = (of: (row: TallyRow) => number): number => days.value.reduce((total, row) => total + of(row), 0);
    return { shots: sum(({ rows, thinned }) => rows.shots + thinned.shots), thinned: sum(({ thinned }) => thinned.shots) };
  },

  /** Everything that the newest database holds, read past the journal. */
  async database(attempt = 1): Promise<Copy> {
    const factory = await ((await databasePlaces())[0] as Place)();
    const names = (await factory.databases()).map(({ name }) => name ?? '').filter((name) => name.startsWith('castwatch-journal-'));
    const newest = names.sort((a, b) => Number(a.split('-')[2]) - Number(b.split('-')[2])).at(-1);
    if (newest === undefined) return copyOf([]);
    const frames = await new Promise<Uint8Array[]>((resolve, reject) => {
      const open = factory.open(newest);
      open.onerror = () => { reject(new Error(open.error?.message)); };
      open.onsuccess = () => {
        const all = open.result.transaction('records').objectStore('records').getAll() as IDBRequest<Uint8Array[]>;
        all.onsuccess = () => { resolve(all.result); };
        all.onerror = () => { reject(all.error ?? new Error('unreadable')); };
        open.result.close();
      };
    }).catch(async (thrown: unknown) => {
      // The browser closes every connection to a database in which it has found damage: the journal then begins a new one.
      if (attempt === 40 || !(thrown instanceof DOMException && thrown.name === 'AbortError')) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 250));
      return null;
    });
    if (frames === null) return harness.database(attempt + 1);
    return copyOf(frames.map((frame) => decodeFrame(frame)).filter((record) => record !== null));
  },

  /** Everything that the segment files hold, read past the journal. */
  async log(attempt = 1): Promise<Copy> {
    const records: JournalRecord[] = [];
    try {
      await readSegments(records);
    } catch (thrown) {
      // A file was renamed or removed while they were read: the journal's worker goes on with its work.
      if (attempt === 40 || !(thrown instanceof DOMException && thrown.name === 'NotFoundError')) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 250));
      return harness.log(attempt + 1);
    }
    return copyOf(records.sort((a, b) => a.seq - b.seq));
  },

  /** Ends the journal's worker in the middle of what it does, as a crash of it would. */
  killWorker(): void {
    const { worker } = watched;
    if (!worker) throw new Error('no worker');
    worker.terminate();
    worker.dispatchEvent(new ErrorEvent('error', { message: 'killed by the test' }));
  },

  /** Sets the clock that the journal reads. */
  setClock(byMs: number): void {
    const now = Date.now.bind(Date);
    Date.now = () => now() + byMs;
  },

  /** Control: a plain database in relaxed mode, told of as if a completed transaction were safe. */
  async writeRelaxed(): Promise<void> {
    const database = await plainDatabase();
    for (let n = 1; ; n += 1) {
      await new Promise<void>((resolve) => {
        const transaction = database.transaction('records', 'readwrite', { durability: 'relaxed' });
        transaction.objectStore('records').put(valuesOf(n), n);
        transaction.oncomplete = () => { resolve(); };
      });
      void window.acked?.(n);
    }
  },

  async relaxedNumbers(): Promise<number[]> {
    const database = await plainDatabase();
    return new Promise((resolve) => {
      const keys = database.transaction('records').objectStore('records').getAllKeys() as IDBRequest<number[]>;
      keys.onsuccess = () => { resolve(keys.result); };
    });
  },

};

/** Reads every record of every segment file. */
async function readSegments(records: JournalRecord[]): Promise<void> {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('journal');
  for await (const handle of folder.values()) {
    if (handle.kind !== 'file' || !handle.name.endsWith('.cwj') || handle.name.startsWith('damaged')) continue;
    const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
    for (const { start } of scanSegment(bytes).frames) records.push(decodeFrame(bytes, start) as JournalRecord);
  }
}

/** The worker that the journal started last. */
const watched: { worker: Worker | null } = { worker: null };
const BrowserWorker = Worker;
window.Worker = class extends BrowserWorker {
  constructor(...args: ConstructorParameters<typeof Worker>) {
    super(...args);
    watched.worker = this;
  }
};

window.harness = harness;
