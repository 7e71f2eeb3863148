import { unwrap, wrap, type DBSchema, type IDBPDatabase, type IDBPIndex, type IDBPTransaction } from 'idb';
import type { JournalRecord } from '../format/records.ts';
import type { SegmentSummary } from '../format/segment.ts';
import { changedFindings, type FindingsRow } from './findings.ts';
import type { SeqRange } from './merge.ts';
import type { Place } from './places.ts';
import type { HourRow, ShotRow, TallyRow } from './rows.ts';
import type { RunState } from './runs.ts';

/** An event or a changed setting, as charts and lists show it. */
export type MarkerRow = Extract<JournalRecord, { kind: 'event' | 'setting' }>;

/** What the database knows of a segment that is full and whose records it holds. */
export interface SegmentRow extends SegmentSummary {
  readonly number: number;
  readonly revision: number;
}

/** What an aggregate has taken the place of; see `aggregateDataSchema`. */
export interface CoverRow {
  /** Sequence number of the aggregate. */
  readonly seq: number;
  readonly ranges: readonly SeqRange[];
}

/** The journal as a whole. Counters, because `count()` takes a second at a quarter of a million records. */
export interface MetaRow {
  readonly journalId: string;
  readonly records: number;
  readonly lastSeq: number;
  /** Number of the latest session. */
  readonly session: number;
  /** The run that each source is in. */
  readonly runs: Readonly<Record<string, RunState>>;
  /** Everything up to here has been exported and confirmed as stored. */
  readonly exportedThrough: number;
  /** A new database is being filled from the log: records up to here may still be missing. 0: none. */
  readonly fillingThrough: number;
  /** The tallies and hours that change with every shot: they go to their own stores when others take their place. */
  readonly hot: { readonly tallies: readonly TallyRow[]; readonly hours: readonly HourRow[] };
}

interface JournalSchema extends DBSchema {
  /** Every record as its frame, by sequence number. */
  records: { key: number; value: Uint8Array<ArrayBuffer> };
  shots: { key: number; value: ShotRow; indexes: { tags: string } };
  tallies: { key: string; value: TallyRow };
  hours: { key: number; value: HourRow };
  markers: { key: number; value: MarkerRow };
  segments: { key: number; value: SegmentRow };
  covers: { key: number; value: CoverRow };
  findings: { key: string; value: FindingsRow };
  meta: { key: 'journal'; value: MetaRow };
}

const SCHEMA_VERSION = 3;

const STORES = ['records', 'shots', 'tallies', 'hours', 'markers', 'segments', 'covers', 'findings', 'meta'] as const;

export type JournalDatabase = IDBPDatabase<JournalSchema>;
/** The shots by their tags, in a transaction that reads. */
export type ShotTags = IDBPIndex<JournalSchema, ['shots'], 'shots', 'tags'>;
export type WriteTransaction = IDBPTransaction<JournalSchema, typeof STORES extends readonly (infer S)[] ? S[] : never, 'readwrite'>;

const PREFIX = 'castwatch-journal-';

/** Name of the n-th database; a number is never used twice, so that one set aside stays as it is. */
export const databaseName = (copy: number): string => `${PREFIX}${copy}`;

/** Numbers of the databases there are, ascending; null where the browser cannot list them. */
export async function databaseCopies(factory: IDBFactory): Promise<number[] | null> {
  // Firefox before 126 has no databases().
  if (typeof factory.databases !== 'function') return null;
  const names = (await factory.databases()).map(({ name }) => name ?? '');
  return names
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => Number(name.slice(PREFIX.length)))
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
}

/**
 * Opens (or creates) a database of the journal. Rejects where the browser cannot open it: damaged, or written by a newer
 * version of the app.
 *
 * @param onClosed called when the browser closes it on its own (storage cleared, the disk failed)
 */
export async function openDatabase(factory: IDBFactory, copy: number, onClosed: () => void): Promise<JournalDatabase> {
  const request = factory.open(databaseName(copy), SCHEMA_VERSION);
  request.onupgradeneeded = ({ oldVersion }) => {
    if (!request.transaction) return;
    const transaction = wrap(request.transaction) as unknown as UpgradeTransaction;
    // What comes of it is the request's to say.
    transaction.done.catch(() => undefined);
    void upgrade(transaction, oldVersion).catch(() => undefined);
  };
  const opened = (await wrap(request)) as unknown as JournalDatabase;
  const database = unwrap(opened);
  database.onversionchange = () => {
    database.close();
  };
  database.onclose = onClosed;
  // A transaction that only reads is not waited for: without this its abort (a full disk) is an error that nobody handles.
  const begin = database.transaction.bind(database);
  database.transaction = (...of) => {
    const transaction = begin(...of);
    wrap(transaction).done.catch(() => undefined);
    return transaction;
  };
  return opened;
}

/** Opens the newest database in the first of the places where one opens. */
export async function openNewest(places: readonly Place[], onClosed: () => void): Promise<JournalDatabase> {
  let failure: unknown;
  for (const place of places) {
    try {
      const factory = await place();
      return await openDatabase(factory, (await databaseCopies(factory))?.at(-1) ?? 1, onClosed);
    } catch (thrown) {
      failure ??= thrown;
    }
  }
  throw failure;
}

type UpgradeTransaction = IDBPTransaction<JournalSchema, typeof STORES extends readonly (infer S)[] ? S[] : never, 'versionchange'>;

/** Brings a database of an earlier version up to this one; 0 is a new one. */
async function upgrade(transaction: UpgradeTransaction, before: number): Promise<void> {
  const { db: database } = transaction;
  if (before < 1) {
    database.createObjectStore('records');
    database.createObjectStore('shots', { keyPath: 'seq' }).createIndex('tags', 'tags', { multiEntry: true });
    database.createObjectStore('tallies', { keyPath: 'key' });
    database.createObjectStore('hours', { keyPath: 'hour' });
    database.createObjectStore('markers', { keyPath: 'seq' });
    database.createObjectStore('segments', { keyPath: 'number' });
    database.createObjectStore('meta');
  }
  if (before < 2) database.createObjectStore('covers', { keyPath: 'seq' });
  if (before < 3) {
    const findings = database.createObjectStore('findings', { keyPath: 'key' });
    const index = transaction.objectStore('shots').index('tags');
    for (const stream of before > 0 ? (['line', 'demo', 'typed'] as const) : []) {
      const rows = await index.getAll(IDBKeyRange.only(`${stream}/inspected`));
      for (const page of await changedFindings({ get: () => Promise.resolve(undefined) }, rows)) void findings.put(page);
    }
  }
}

/** Whether a commit can be asked to have reached the disk (Safari before 15 cannot). */
export function knowsStrictDurability(): boolean {
  return typeof IDBTransaction !== 'undefined' && 'durability' in IDBTransaction.prototype;
}

/** What one commit changes, worked out beforehand so that the transaction only has to put. */
export interface DatabaseChanges {
  readonly frames: ReadonlyMap<number, Uint8Array<ArrayBuffer>>;
  readonly shots: readonly ShotRow[];
  readonly tallies: readonly TallyRow[];
  readonly hours: readonly HourRow[];
  readonly markers: readonly MarkerRow[];
  readonly segments: readonly SegmentRow[];
  readonly covers: readonly CoverRow[];
  readonly findings: readonly FindingsRow[];
  /** Records that go, with their rows: what the covers stand for. */
  readonly removed: readonly SeqRange[];
  readonly meta: MetaRow;
}

/** A commit under way. */
export interface PendingCommit {
  /** Resolves once the browser says the transaction is complete; rejects when it was not kept. */
  readonly done: Promise<void>;
  abort(): void;
}

/** How a commit is made durable: `strict` waits for the disk. */
export type Durability = 'strict' | 'relaxed';

/** Puts all changes in one transaction. */
export function commit(database: JournalDatabase, changes: DatabaseChanges, durability: Durability): PendingCommit {
  const transaction = database.transaction([...STORES], 'readwrite', { durability });
  // Requests that fail take the transaction with them; only its end counts, so theirs are not looked at one by one.
  const puts: Promise<unknown>[] = [];
  const ask = (...requests: readonly Promise<unknown>[]): void => {
    puts.push(...requests.map((request) => request.catch(() => undefined)));
  };
  const records = transaction.objectStore('records');
  // Of a view the browser would keep the whole buffer behind it.
  for (const [seq, frame] of changes.frames) ask(records.put(frame.length === frame.buffer.byteLength ? frame : frame.slice(), seq));
  for (const { from, to } of changes.removed) {
    ask(records.delete(IDBKeyRange.bound(from, to)), transaction.objectStore('shots').delete(IDBKeyRange.bound(from, to)));
  }
  for (const name of ['shots', 'tallies', 'hours', 'markers', 'segments', 'covers', 'findings'] as const) {
    const store = transaction.objectStore(name);
    for (const row of changes[name]) ask(store.put(row));
  }
  ask(transaction.objectStore('meta').put(changes.meta, 'journal'));
  // Without it the browser first reports every request and waits whether another follows.
  transaction.commit();
  return {
    done: Promise.all([transaction.done, ...puts]).then(() => undefined),
    abort: () => {
      transaction.abort();
    },
  };
}

/** The tallies of a range of keys, those in use included, by ascending key. */
export async function talliesBetween(database: JournalDatabase, from: string, to: string): Promise<TallyRow[]> {
  const transaction = database.transaction(['tallies', 'meta']);
  const [stored, meta] = await Promise.all([
    transaction.objectStore('tallies').getAll(IDBKeyRange.bound(from, to)),
    transaction.objectStore('meta').get('journal'),
  ]);
  const rows = new Map(stored.map((row) => [row.key, row]));
  for (const row of meta?.hot.tallies ?? []) if (row.key >= from && row.key <= to) rows.set(row.key, row);
  return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** The hours of a range, those in use included. */
export async function hoursBetween(database: JournalDatabase, from: number, to: number): Promise<HourRow[]> {
  const transaction = database.transaction(['hours', 'meta']);
  const [stored, meta] = await Promise.all([
    transaction.objectStore('hours').getAll(IDBKeyRange.bound(from, to)),
    transaction.objectStore('meta').get('journal'),
  ]);
  const rows = new Map(stored.map((row) => [row.hour, row]));
  for (const row of meta?.hot.hours ?? []) if (row.hour >= from && row.hour <= to) rows.set(row.hour, row);
  return [...rows.values()];
}

/** The sequence numbers between `from` and `to` (both included) whose records an aggregate has replaced. */
export async function coveredBetween(database: JournalDatabase, { from, to }: SeqRange): Promise<Set<number>> {
  const covered = new Set<number>();
  for (const { ranges } of await database.getAll('covers')) {
    for (const range of ranges) for (let seq = Math.max(from, range.from); seq <= Math.min(to, range.to); seq += 1) covered.add(seq);
  }
  return covered;
}

/** Records `from` to `to` (both included) as frames, ascending. */
export async function framesBetween(
  database: JournalDatabase,
  from: number,
  to: number,
): Promise<Map<number, Uint8Array<ArrayBuffer>>> {
  const range = IDBKeyRange.bound(from, to);
  const transaction = database.transaction('records');
  const [keys, values] = await Promise.all([transaction.store.getAllKeys(range), transaction.store.getAll(range)]);
  return new Map(keys.map((key, i) => [key, values[i] as Uint8Array<ArrayBuffer>]));
}
