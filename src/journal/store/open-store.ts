import { detailOf } from '../../domain/app-error.ts';
import { databaseCopies, databaseName, knowsStrictDurability, openDatabase, type JournalDatabase, type MetaRow } from './database.ts';
import { SEGMENT_BYTES, type LogDirectory } from './files.ts';
import type { SegmentCheck } from './check.ts';
import type { JournalStore, NumberedFrame, RepairNote } from './journal-store.ts';
import type { Place } from './places.ts';
import { Projection } from './projection.ts';
import { recover } from './recovery.ts';
import { finishRestore } from './restore.ts';
import { survey } from './survey.ts';

/** Databases of one place that may fail to open in a row before the next place is tried. */
const ATTEMPTS = 3;

/** An open that neither succeeds nor fails (another tab holds an old version) is given up after this. */
const OPEN_TIMEOUT_MS = 8000;

/** What a database may write when it is opened: with less room than that an error says nothing about damage. */
const ROOM_BYTES = 4 << 20;
const PROBE = 'room';

/** A crash leaves fewer. */
const FILL_AT_ONCE = 2000;

export interface OpenOptions {
  /** Where the database may be, in the order of trying. */
  readonly places: readonly Place[];
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
 * that belongs to another journal, is left as it is and a new one begun, which is then filled from the segments. Where
 * there is no room, an error is no damage: it is thrown as a QuotaExceededError, and nothing is set aside.
 *
 * @param from the place to begin with, and the number of the lowest database there to be used: those before it are set aside
 */
export async function openStore(options: OpenOptions, from = { place: 0, copy: 1 }): Promise<OpenedStore> {
  if (options.directory) await finishRestore(options.directory);
  const notes: RepairNote[] = [];
  if (from.copy > 1) notes.push(setAside(from.copy - 1, 'unreadable'));
  for (let { place } = from; ; place += 1) {
    try {
      const opened = await openIn(options, place, place === from.place ? from.copy : 1, notes);
      return { ...opened, notes: [...notes, ...opened.notes] };
    } catch (thrown) {
      if (place + 1 >= options.places.length || !isDatabaseDamage(thrown)) throw thrown;
    }
  }
}

/** Opens the newest database of a place, or begins the next; what is set aside on the way is added to the notes. */
async function openIn(options: OpenOptions, place: number, fromCopy: number, notes: RepairNote[]): Promise<OpenedStore> {
  const factory = await (options.places[place] as Place)();
  const copies = await databaseCopies(factory).catch(() => null);
  let copy = Math.max(copies?.at(-1) ?? 1, fromCopy);
  for (let attempt = 1; ; attempt += 1, copy += 1) {
    try {
      const opened = await openCopy(options, factory, { place, copy });
      if (opened) return opened;
      notes.push(setAside(copy, 'belongs to another journal'));
    } catch (thrown) {
      if (!isDatabaseDamage(thrown)) throw thrown;
      if (!(await hasRoom(options.directory))) throw new DOMException(`no room (${detailOf(thrown)})`, 'QuotaExceededError');
      notes.push(setAside(copy, detailOf(thrown)));
      if (attempt >= ATTEMPTS) throw thrown;
    }
  }
}

/** Opens one database with the segments beside it; null where it belongs to another journal. */
async function openCopy(options: OpenOptions, factory: IDBFactory, { place, copy }: { place: number; copy: number }): Promise<OpenedStore | null> {
  const { directory, segmentBytes = SEGMENT_BYTES, fillAtOnce = FILL_AT_ONCE } = options;
  const found = directory ? await survey(directory) : null;
  const database = await inTime(openDatabase(factory, copy, options.onDatabaseLost));
  try {
    const meta = await readMeta(database, found?.journalId ?? null);
    if (!meta) {
      database.close();
      return null;
    }
    const projection = new Projection(database, meta);
    const { journalId } = meta;
    const durability = knowsStrictDurability() ? ('strict' as const) : ('relaxed' as const);
    const common = { journalId, database, place, copy, projection, durability, segmentBytes };
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

/** Whether the disk, or the browser's share of it, takes what opening a database may need. Where there is no file system: true. */
export async function hasRoom(directory: LogDirectory | null): Promise<boolean> {
  try {
    await directory?.create(PROBE, new Uint8Array(ROOM_BYTES));
    await directory?.remove(PROBE);
    return true;
  } catch {
    return false;
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
