import { detailOf } from '../../domain/app-error.ts';
import { databaseCopies, databaseName, knowsStrictDurability, openDatabase, type JournalDatabase, type MetaRow } from './database.ts';
import { SEGMENT_BYTES, type LogDirectory } from './files.ts';
import type { SegmentCheck } from './check.ts';
import type { JournalStore, NumberedFrame, RepairNote } from './journal-store.ts';
import { Projection } from './projection.ts';
import { recover } from './recovery.ts';
import { finishRestore } from './restore.ts';
import { survey } from './survey.ts';

/** Databases that may fail to open in a row before the journal gives up. */
const ATTEMPTS = 3;

/** An open that neither succeeds nor fails (another tab holds an old version) is given up after this. */
const OPEN_TIMEOUT_MS = 8000;

/** A crash leaves fewer. */
const FILL_AT_ONCE = 2000;

export interface OpenOptions {
  readonly factory: IDBFactory;
  /** Null where the browser has no file system with synchronous access. */
  readonly directory: LogDirectory | null;
  /** The browser closed the database on its own. */
  readonly onDatabaseLost: () => void;
  readonly segmentBytes?: number;
  /** Records that a database may be behind by and that are brought into it before anything else; more of them wait. */
  readonly fillAtOnce?: number;
}

/** An open journal, what opening it repaired, and the segments that still have to be looked into. */
export interface OpenedStore {
  readonly store: JournalStore;
  readonly notes: readonly RepairNote[];
  readonly suspicious: readonly number[];
  /** The database lacked records between others: see {@link SegmentCheck.databaseDamaged}. */
  readonly databaseDamaged: SegmentCheck['databaseDamaged'];
  /** Records of the log that are still to be brought into the database. */
  readonly backlog: readonly NumberedFrame[];
}

/**
 * Opens both copies and brings the segment in use to the same state in both. A database that cannot be opened or read, or
 * that belongs to another journal, is left as it is and a new one begun, which is then filled from the segments.
 *
 * @param fromCopy number of the lowest database to be used: those before it are set aside
 */
export async function openStore(options: OpenOptions, fromCopy = 1): Promise<OpenedStore> {
  if (options.directory) await finishRestore(options.directory);
  const copies = await databaseCopies(options.factory).catch(() => null);
  const notes: RepairNote[] = [];
  let copy = Math.max(copies?.at(-1) ?? 1, fromCopy);
  if (fromCopy > 1) notes.push(setAside(fromCopy - 1, 'unreadable'));
  for (let attempt = 1; ; attempt += 1, copy += 1) {
    try {
      const opened = await openCopy(options, copy);
      if (opened) return { ...opened, notes: [...notes, ...opened.notes] };
      notes.push(setAside(copy, 'belongs to another journal'));
    } catch (thrown) {
      if (attempt >= ATTEMPTS || !isDatabaseDamage(thrown)) throw thrown;
      notes.push(setAside(copy, detailOf(thrown)));
    }
  }
}

/** Opens one database with the segments beside it; null where it belongs to another journal. */
async function openCopy(options: OpenOptions, copy: number): Promise<OpenedStore | null> {
  const { directory, segmentBytes = SEGMENT_BYTES, fillAtOnce = FILL_AT_ONCE } = options;
  const found = directory ? await survey(directory) : null;
  const database = await inTime(openDatabase(copy, options.onDatabaseLost));
  try {
    const meta = await readMeta(database, found?.journalId ?? null);
    if (!meta) {
      database.close();
      return null;
    }
    const projection = new Projection(database, meta);
    const { journalId } = meta;
    const durability = knowsStrictDurability() ? ('strict' as const) : ('relaxed' as const);
    const common = { journalId, database, copy, projection, durability, segmentBytes };
    if (!directory || !found) {
      return { store: { ...common, directory: null, log: null, files: new Map() }, notes: [], suspicious: [], databaseDamaged: false, backlog: [] };
    }
    const recovered = await recover({ directory, database, projection, journalId, found, segmentBytes, fillAtOnce });
    const { log, files, ...rest } = recovered;
    return { store: { ...common, directory, log, files }, ...rest };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

function setAside(copy: number, why: string): RepairNote {
  return { what: 'database_set_aside', count: 1, detail: `${databaseName(copy)}: ${why}` };
}

/** Whether an error says that a database cannot be opened or read, as opposed to a full disk or a missing file. */
export function isDatabaseDamage(thrown: unknown): boolean {
  return (
    thrown instanceof OpenTimeout ||
    (thrown instanceof DOMException && ['UnknownError', 'DataError', 'VersionError', 'NotReadableError'].includes(thrown.name))
  );
}

class OpenTimeout extends Error {}

/** The journal's counters, set up in a new database; null where it belongs to another journal than the segments do. */
async function readMeta(database: JournalDatabase, journalId: string | null): Promise<MetaRow | null> {
  const meta = await database.get('meta', 'journal');
  if (meta) return journalId === null || meta.journalId === journalId ? meta : null;
  return { journalId: journalId ?? newId(), records: 0, lastSeq: 0, session: 0, runs: {}, exportedThrough: 0, fillingThrough: 0, hot: { tallies: [], hours: [] } };
}

function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function inTime<T extends JournalDatabase>(opening: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let late = false;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new OpenTimeout(`not open after ${OPEN_TIMEOUT_MS} ms`));
    }, OPEN_TIMEOUT_MS);
  });
  // One that opens after all is not left open behind the one that took its place.
  void opening.then((database) => {
    if (late) database.close();
  }).catch(() => undefined);
  try {
    return await Promise.race([opening, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
