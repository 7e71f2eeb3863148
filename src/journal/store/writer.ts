import { appError, type AppError } from '../../domain/app-error.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { checkSegment, type Guard } from './check.ts';
import { compose, MAX_ITEMS, type AppendItem } from './compose.ts';
import { commit, talliesBetween, type SegmentRow } from './database.ts';
import { fillDatabase, type JournalStore, type NumberedFrame, type RepairNote } from './journal-store.ts';
import { hasRoom, isDatabaseDamage, openStore, type OpenedStore, type OpenOptions } from './open-store.ts';
import { isFull, refusalOf, UnfitRecord } from './refusal.ts';
import { clearStaged, commitRestore, stagedSegments } from './restore.ts';
import { Repeats, remaining } from './repeats.ts';
import { totalOf } from './rows.ts';
import { thin, type Thinned } from './thin.ts';
import { Turns } from './turns.ts';
import { WallClock } from './wall-clock.ts';
import type { WriterListeners, WriterState } from './writer-state.ts';

/** Group commits are kept below this, so that one fits into a segment many times. */
const GROUP_BYTES = 1 << 20;

/** A shot without a verdict for so long is listed as one that has none. */
const UNJUDGED_MS = 10_000;

const BACKLOG_CHUNK = 500;

const NONE: ReadonlyMap<number, number> = new Map();

export interface WriterOptions extends Omit<OpenOptions, 'onDatabaseLost'> {
  /** The session to go on with after a restart of the worker; null begins the next one. */
  readonly session: number | null;
  /** Monotonic time of the session, ms. */
  readonly monotonicNow: () => number;
  readonly listeners: WriterListeners;
}

interface Waiting {
  readonly items: readonly AppendItem[];
  readonly repeated: boolean;
  readonly resolve: (result: Result<readonly number[]>) => void;
}

/**
 * The one writer of the journal. A record is acknowledged once a strict transaction of the database is complete and the
 * log has been flushed; requests that wait together are committed together.
 */
export class JournalWriter {
  readonly #options: OpenOptions;
  readonly #listeners: WriterListeners;
  readonly #monotonicNow: () => number;
  #store: JournalStore;
  #session: number;
  #queue: Waiting[] = [];
  #draining = false;
  readonly #turns = new Turns();
  #failure: AppError | null = null;
  /** The two copies may differ in their tail: they have to be opened (and compared) again before the next append. */
  #unsure = false;
  /** Counts the openings of the store: what is heard of a database that another has replaced does not matter. */
  #opening = 0;
  #checks: number[] = [];
  #backlog: readonly NumberedFrame[] = [];
  #checked = 0;
  readonly #clock = new WallClock();
  readonly #repeats = new Repeats();
  /** The database is to be replaced as soon as the log has been checked against it. */
  #replaceDatabase = false;
  /** Sealed segments that the database has not noted yet. */
  #sealed: SegmentRow[] = [];
  #closed = false;

  private constructor(options: WriterOptions, full: OpenOptions, store: JournalStore) {
    this.#options = full;
    this.#listeners = options.listeners;
    this.#monotonicNow = options.monotonicNow;
    this.#store = store;
    this.#session = options.session ?? store.projection.meta.session + 1;
  }

  /** Opens the journal for writing. The caller holds the writer's lock. */
  static async open(options: WriterOptions): Promise<JournalWriter> {
    let writer: JournalWriter | null = null;
    const full: OpenOptions = {
      ...options,
      onDatabaseLost: () => {
        if (writer) writer.#databaseLost(0);
      },
    };
    const opened = await openStore(full);
    writer = new JournalWriter(options, full, opened.store);
    writer.#plan(opened);
    await writer.#announce(opened.notes);
    return writer;
  }

  get store(): JournalStore {
    return this.#store;
  }

  get state(): WriterState {
    const { projection, durability, log } = this.#store;
    return {
      database: durability,
      log: log !== null,
      records: projection.meta.records,
      lastSeq: projection.meta.lastSeq,
      session: this.#session,
      failure: this.#failure,
      checked: this.#checked,
      toCheck: this.#checked + this.#open,
      filling: this.#backlog.length > 0,
    };
  }

  /**
   * Keeps records. Resolves to their sequence numbers once they are on the disk in both copies, or to the reason why they
   * are not kept; then nothing of the request is.
   *
   * @param repeated the request may have been kept before (its answer got lost); what was kept is not kept again
   */
  append(items: readonly AppendItem[], repeated = false): Promise<Result<readonly number[]>> {
    if (items.length > MAX_ITEMS) throw new RangeError(`${items.length} records in one request`);
    if (items.length === 0) return Promise.resolve(ok([]));
    return new Promise((resolve) => {
      this.#queue.push({ items, repeated, resolve });
      void this.#drain();
    });
  }

  /** Thins what was received before an instant and has been exported; only once both copies have been compared. */
  async thin(before: number, onProgress: (share: number) => void, shotsAtOnce?: number): Promise<Result<Thinned>> {
    if (this.#closed || this.#unsure || this.#open > 0 || !this.#store.log) return err(appError('not_ready', {}));
    const keep = (plan: () => Promise<readonly AppendItem[]>): Promise<void> =>
      this.exclusive(async () => {
        if (this.#unsure) await this.#reopen();
        const items = await plan();
        if (items.length > 0) await this.#commit([{ items, repeated: false, resolve: () => undefined }]);
      });
    return ok(await thin({ store: () => this.#store, guard: this.exclusive, keep, monotonicNow: this.#monotonicNow, onProgress }, before, shotsAtOnce));
  }

  /** Runs a job that must not interleave with appends. */
  exclusive: Guard = (job) => this.#turns.take(job);

  #databaseLost(opening: number): void {
    if (opening !== this.#opening) return;
    this.#unsure = true;
    this.#turns.databaseLost();
  }

  /** Checks the next full segment against the database. Returns whether there is more to check. */
  async checkNext(): Promise<boolean> {
    const number = this.#checks[0];
    if (this.#closed) return false;
    try {
      if (this.#backlog.length > 0) {
        await this.#fillBacklog();
        this.#listeners.onState(this.state);
        return true;
      }
      if (number !== undefined) {
        const { notes, databaseDamaged } = await checkSegment(this.#store, number, this.exclusive);
        this.#checks.shift();
        this.#checked += 1;
        this.#replaceDatabase ||= databaseDamaged;
        await this.#announce(notes);
      }
    } catch (thrown) {
      if (!(await this.distrustDatabase(thrown))) throw thrown;
    }
    if (this.#replaceDatabase && this.#checks.length === 0) {
      await this.exclusive(() => this.#reopen({ place: this.#store.place, copy: this.#store.copy + 1 }));
    }
    if (this.#open === 0) await this.#filled();
    if (number !== undefined) this.#listeners.onState(this.state);
    return this.#open > 0;
  }

  /** Lets shots be found whose verdict does not come. */
  async settleUnjudged(): Promise<void> {
    await this.exclusive(async () => {
      if (this.#unsure) return;
      const { database, projection } = this.#store;
      const changes = await projection.prepareUnjudged(this.#monotonicNow(), UNJUDGED_MS);
      if (!changes) return;
      await commit(database, changes, 'relaxed').done;
      projection.accept(changes, this.#monotonicNow());
    });
  }

  /**
   * Where an error says that the database cannot be read (and is not the doing of a full disk), a new one takes its place.
   * Returns whether one will.
   */
  async distrustDatabase(thrown: unknown): Promise<boolean> {
    if (!isDatabaseDamage(thrown) || !(await hasRoom(this.#store.directory))) return false;
    this.#checks = [];
    this.#replaceDatabase = true;
    return true;
  }

  /** Makes the segments ahead that will be needed next. */
  async provideSpares(): Promise<void> {
    await this.exclusive(async () => this.#store.log?.provideSpares());
  }

  /**
   * The staged segments of a backup become the journal, which must not hold shots of the machine: what the tablet has
   * recorded is not given up for another's record.
   */
  async adopt(): Promise<Result<null>> {
    const { database, directory } = this.#store;
    if (!directory || (await stagedSegments(directory)).length === 0) return err(appError('not_ready', {}));
    const days = await talliesBetween(database, 'day/line/', 'day/line/\uffff');
    const records = days.reduce((sum, row) => sum + totalOf(row).shots + totalOf(row).repeats, 0);
    if (records > 0) {
      await clearStaged(directory);
      return err(appError('journal_not_empty', { records }));
    }
    await this.exclusive(async () => {
      await commitRestore(directory);
      await this.#reopen();
      this.#session = this.#store.projection.meta.session + 1;
    });
    this.#listeners.onState(this.state);
    return ok(null);
  }

  /** Steps that are left until both copies are known to be the same. */
  get #open(): number {
    return this.#checks.length + (this.#backlog.length > 0 ? 1 : 0) + (this.#replaceDatabase ? 1 : 0);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.exclusive(() => {
      this.#store.log?.close();
      this.#store.database.close();
      return Promise.resolve();
    });
  }

  async #fillBacklog(): Promise<void> {
    const chunk = this.#backlog.slice(0, BACKLOG_CHUNK);
    await fillDatabase(this.#store, chunk, [], this.exclusive);
    this.#backlog = this.#backlog.slice(BACKLOG_CHUNK);
  }

  /** Every segment has been compared: nothing is missing in the database any more. */
  async #filled(): Promise<void> {
    if (this.#store.projection.meta.fillingThrough === 0) return;
    await this.exclusive(async () => {
      const { database, projection } = this.#store;
      if (this.#unsure) return;
      const changes = projection.filled();
      await commit(database, changes, 'strict').done;
      projection.accept(changes);
    });
  }

  #plan({ suspicious, databaseDamaged, backlog }: OpenedStore): void {
    this.#replaceDatabase = databaseDamaged;
    this.#backlog = backlog;
    const last = (this.#store.log?.number ?? 1) - 1;
    const others = Array.from({ length: last }, (_, i) => last - i).filter((number) => !suspicious.includes(number));
    this.#checks = [...suspicious, ...others];
    this.#checked = 0;
  }

  async #announce(notes: readonly RepairNote[]): Promise<void> {
    if (notes.length === 0) return;
    this.#listeners.onRepair(notes);
    const mono = this.#monotonicNow();
    const items = notes.map(({ what, ...details }, i): AppendItem => ({
      kind: 'event', at: Date.now(), mono: mono + i / 1e3, bundle: null,
      data: { type: what === 'records_lost' ? 'records_lost' : 'repair', text: null, details: { what, ...details } },
    }));
    await this.append(items);
  }

  async #drain(): Promise<void> {
    if (this.#draining) return;
    this.#draining = true;
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      const results = await this.#keep(group);
      group.forEach(({ resolve }, i) => {
        resolve(results[i] as Result<readonly number[]>);
      });
      this.#listeners.onState(this.state);
    }
    this.#draining = false;
  }

  /** Commits a group and says for each request what came of it. An unfit record takes only its own request with it. */
  async #keep(group: readonly Waiting[]): Promise<Result<readonly number[]>[]> {
    try {
      const results = await this.exclusive(() => this.#commit(group));
      this.#failure = null;
      return results;
    } catch (thrown) {
      const isUnfit = thrown instanceof UnfitRecord;
      if (isUnfit && group.length > 1) {
        const results: Result<readonly number[]>[] = [];
        for (const request of group) results.push(...(await this.#keep([request])));
        return results;
      }
      // A connection that fails for another reason than room may never work again: both copies are opened anew.
      if (!isUnfit && !isFull(thrown)) this.#unsure = true;
      const failure = refusalOf(thrown);
      this.#failure = failure;
      return group.map(() => err(failure));
    }
  }

  #takeGroup(): Waiting[] {
    let records = 0;
    let bytes = 0;
    const count = this.#queue.findIndex(({ items }, i) => {
      records += items.length;
      bytes += items.length * 700;
      return i > 0 && (records > MAX_ITEMS || bytes > GROUP_BYTES);
    });
    return this.#queue.splice(0, count < 0 ? this.#queue.length : count);
  }

  async #commit(group: readonly Waiting[]): Promise<Result<readonly number[]>[]> {
    if (this.#unsure) await this.#reopen();
    const known = group.some(({ repeated }) => repeated) ? await this.#repeats.known(this.#store, this.#session) : NONE;
    const requests = group.map(({ items, repeated }) => (repeated ? remaining(items, known) : items));
    const written = requests.some((items) => items.length > 0) ? await this.#write(requests) : [];
    let next = 0;
    return group.map(({ items, repeated }) =>
      ok(items.map(({ mono }) => (repeated ? known.get(mono) : undefined) ?? (written[next++] as number))),
    );
  }

  /** Commits the records of several requests as one group; returns their sequence numbers in order. */
  async #write(requests: readonly (readonly AppendItem[])[]): Promise<number[]> {
    const { database, projection, log, files, durability } = this.#store;
    const { meta } = projection;
    const lastSeq = Math.max(meta.lastSeq, log?.summary.lastSeq ?? 0);
    const clockEvent = this.#clock.check(requests.flat());
    const framed = compose(clockEvent ? [...requests, [clockEvent]] : requests, { lastSeq, session: this.#session, runs: meta.runs });
    const frames = framed.map(({ frame }) => frame);
    const sealed = await log?.makeRoom(frames.reduce((sum, frame) => sum + frame.length, 0));
    if (sealed) {
      this.#sealed.push(sealed.row);
      files.set(sealed.row.number, sealed.file);
    }
    const changes = await projection.prepare(framed, this.#sealed);
    const pending = commit(database, changes, durability);
    try {
      // While the browser's storage process commits, this thread appends and flushes: the two waits overlap.
      log?.append(frames);
    } catch (thrown) {
      this.#unsure = true;
      pending.abort();
      await pending.done.catch(() => undefined);
      throw thrown;
    }
    try {
      await pending.done;
    } catch (thrown) {
      this.#unsure = true;
      log?.rollback();
      this.#unsure = false;
      throw thrown;
    }
    projection.accept(changes, this.#monotonicNow());
    this.#sealed = [];
    const seqs = framed.slice(0, framed.length - (clockEvent ? 1 : 0)).map(({ seq }) => seq);
    this.#repeats.add(requests.flat(), seqs);
    return seqs;
  }

  async #reopen(from = { place: this.#store.place, copy: 1 }): Promise<void> {
    this.#unsure = true;
    this.#repeats.forget();
    this.#store.log?.close();
    this.#store.database.close();
    this.#opening += 1;
    const opening = this.#opening;
    let lost = false;
    const onDatabaseLost = (): void => {
      lost = true;
      this.#databaseLost(opening);
    };
    const opened = await openStore({ ...this.#options, onDatabaseLost }, from);
    if (lost || opening !== this.#opening) {
      opened.store.log?.close();
      opened.store.database.close();
      throw new DOMException('the browser closed the database', 'AbortError');
    }
    this.#store = opened.store;
    this.#sealed = [];
    this.#unsure = false;
    this.#plan(opened);
    if (opened.notes.length > 0) queueMicrotask(() => void this.#announce(opened.notes));
  }
}
