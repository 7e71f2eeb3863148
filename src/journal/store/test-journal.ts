import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { decodeFrame } from '../format/frame.ts';
import type { JournalRecord } from '../format/records.ts';
import { scanSegment } from '../format/segment.ts';
import type { AppendItem } from './compose.ts';
import { framesBetween, talliesBetween } from './database.ts';
import { parseSegmentName } from './files.ts';
import { MemoryDisk, memoryDirectory } from './memory-directory.ts';
import type { RepairNote } from './journal-store.ts';
import type { Place } from './places.ts';
import { JournalWriter } from './writer.ts';

/** Small segments, so that a few records fill several. */
export const TEST_SEGMENT_BYTES = 4096;

let monotonic = 0;

/** A shot of a run with the given machine counter; every other value is the counter's. */
export function shotItem(counter: number, options: { product?: number; source?: string; at?: number } = {}): AppendItem {
  monotonic += 1;
  const { product = 1, source = 'api', at = 1_750_000_000_000 + monotonic * 25_000 } = options;
  const values = Array.from({ length: 30 }, (_, i) => (i === 0 ? product : i === 1 ? counter : counter + i / 10));
  return {
    kind: 'shot', at, mono: monotonic, bundle: 'field-1.0.0',
    data: { id: `shot-${monotonic}`, source, receivedAt: at, values, repeat: false },
  };
}

/** A verdict of a shot. */
export function verdictItem(
  shot: number | { item: number },
  options: { verdict?: 'ok' | 'ng' | 'hold'; probability?: number; asked?: boolean; rate?: number | null; role?: 'main' | 'shadow'; at?: number } = {},
): AppendItem {
  monotonic += 1;
  const { verdict = 'ok', probability = 0.1, asked = false, rate = null, role = 'main', at = 1_750_000_000_000 + monotonic * 25_000 } = options;
  return {
    kind: 'verdict', at, mono: monotonic, bundle: role === 'main' ? 'field-1.0.0' : 'legacy-1.0.0', shot,
    data: {
      role, class: verdict, probability, extrapolated: false, confidence: 'low', confidenceScore: 0.5, reasons: [],
      threshold: 0.3, policy: { kind: 'budget', flagged: 0.15 }, spe: 1, t2: 2, score: -1, backend: 'wasm', durationMs: 0.3,
      samplingRate: rate, asked,
    },
  };
}

/** An inspection of a shot. */
export function inspectionItem(shot: number, outcome: 'good' | 'defective' | 'withdrawn', part: string | null = null): AppendItem {
  monotonic += 1;
  return {
    kind: 'inspection', at: 1_750_000_000_000 + monotonic * 25_000, mono: monotonic, bundle: null, shot,
    data: {
      outcome, findings: outcome === 'defective' ? [{ defect: 'Stain', cavity: 1 }] : [], part, note: null, reason: 'chosen', corrects: null,
    },
  };
}

export function noteItem(text: string): AppendItem {
  monotonic += 1;
  return {
    kind: 'event', at: 1_750_000_000_000 + monotonic * 25_000, mono: monotonic, bundle: null, data: { type: 'note', text, details: {} },
  };
}

/** A journal on a disk and a database in memory, which can be closed, crashed, damaged and opened again. */
export class TestJournal {
  disk = new MemoryDisk();
  notes: RepairNote[] = [];
  #writer: JournalWriter | null = null;

  /** A new journal; forgets every database of earlier tests. */
  static fresh(): TestJournal {
    globalThis.indexedDB = new IDBFactory();
    return new TestJournal();
  }

  /** A browser whose databases are gone. */
  static freshFactory(): IDBFactory {
    return new IDBFactory();
  }

  get writer(): JournalWriter {
    if (!this.#writer) throw new Error('not open');
    return this.#writer;
  }

  async open(options: { log?: boolean; session?: number | null; fillAtOnce?: number; places?: readonly Place[] } = {}): Promise<JournalWriter> {
    this.notes = [];
    this.#writer = await JournalWriter.open({
      places: options.places ?? [() => Promise.resolve(indexedDB)],
      directory: options.log === false ? null : memoryDirectory(this.disk),
      segmentBytes: TEST_SEGMENT_BYTES,
      ...(options.fillAtOnce === undefined ? {} : { fillAtOnce: options.fillAtOnce }),
      session: options.session ?? null,
      monotonicNow: () => (monotonic += 1),
      listeners: { onState: () => undefined, onRepair: (notes) => this.notes.push(...notes) },
    });
    return this.#writer;
  }

  /** Checks every full segment. */
  async checkAll(): Promise<void> {
    while (await this.writer.checkNext());
  }

  /** Closes and opens again, as a restart of the app does, and checks everything. */
  async restart(options: { session?: number | null } = {}): Promise<void> {
    await this.writer.close();
    this.disk.restart();
    await this.open(options);
    const { notes } = this;
    await this.checkAll();
    this.notes = notes;
  }

  /** Records in the database, by sequence number. */
  async inDatabase(): Promise<Map<number, JournalRecord>> {
    const frames = await framesBetween(this.writer.store.database, 0, Infinity);
    return new Map([...frames].map(([seq, frame]) => [seq, decodeFrame(frame) as JournalRecord]));
  }

  /** Records in the segment files, by sequence number. */
  inLog(): Map<number, JournalRecord> {
    const records = new Map<number, JournalRecord>();
    for (const [name, bytes] of [...this.disk.files].sort(([a], [b]) => a.localeCompare(b))) {
      if (!parseSegmentName(name)) continue;
      for (const { header, start } of scanSegment(bytes).frames) records.set(header.seq, decodeFrame(bytes, start) as JournalRecord);
    }
    return records;
  }

  /** The whole content of the database, to be put back with {@link TestJournal.revertDatabase}. */
  async snapshot(): Promise<Map<string, { keys: IDBValidKey[]; values: unknown[] }>> {
    const { database } = this.writer.store;
    const stores = [...database.objectStoreNames];
    const contents = await Promise.all(
      stores.map(async (name) => ({ keys: await database.getAllKeys(name), values: await database.getAll(name) })),
    );
    return new Map(stores.map((name, i) => [name, contents[i] as { keys: IDBValidKey[]; values: unknown[] }]));
  }

  /** Puts an earlier content of the database back: what a damaged database does that drops its latest writes. */
  async revertDatabase(snapshot: Awaited<ReturnType<TestJournal['snapshot']>>): Promise<void> {
    const { database } = this.writer.store;
    const transaction = database.transaction([...database.objectStoreNames], 'readwrite');
    for (const [name, { keys, values }] of snapshot) {
      const store = transaction.objectStore(name as never);
      await store.clear();
      for (const [i, value] of values.entries()) {
        await (store.keyPath === null ? store.put(value, keys[i]) : store.put(value));
      }
    }
    await transaction.done;
  }

  /** What follows from the shots: rows and tallies. (Hours and markers also hold the repairs themselves.) */
  async projections(): Promise<unknown> {
    const { database } = this.writer.store;
    const [shots, tallies] = await Promise.all([database.getAll('shots'), talliesBetween(database, '', '\uffff')]);
    return { shots, tallies };
  }
}

/** The value of a successful result. */
export async function kept(result: ReturnType<JournalWriter['append']>): Promise<readonly number[]> {
  const outcome = await result;
  if (!outcome.ok) throw new Error(`${outcome.error.code} ${JSON.stringify(outcome.error.params)}`);
  return outcome.value;
}
