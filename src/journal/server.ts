import { appError, detailOf, type AppError } from '../domain/app-error.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Answers, Command, Question, Reply } from './protocol.ts';
import { dayTallies, historyPage, inspectedRows, latestRows, latestRuns, markersBetween, shotFile } from './query.ts';
import { OPENING, quotaLevel, type Quota, type ServerStatus } from './status.ts';
import { openNewest, type JournalDatabase } from './store/database.ts';
import type { LogDirectory } from './store/files.ts';
import { findingPages } from './store/findings.ts';
import type { RepairNote } from './store/journal-store.ts';
import type { Place } from './store/places.ts';
import { isFull, refusalOf } from './store/refusal.ts';
import { thinnable, type Thinned } from './store/thin.ts';
import { JournalWriter } from './store/writer.ts';

const LOCK = 'castwatch-journal';

/** A window waits this long for the writer's lock before it says that another one writes: a restart frees it sooner. */
const LOCK_PATIENCE_MS = 1500;

/**
 * The successor of a worker that wrote waits longer: what was on its way may have been kept, and must not come back as
 * refused (it would be written once more) because a busy machine is slow to give the dead worker's lock back.
 */
const SUCCESSOR_PATIENCE_MS = 15_000;

/** Counters are told at most this often. */
const STATUS_MS = 250;

const RETRY_MS = 5000;
const QUOTA_MS = 60_000;
const SETTLE_MS = 5_000;

/** How often it is looked whether there is something to repair or to make ahead. */
const IDLE_MS = 2_000;

/** Segments that found no room are tried again this often: trying takes the room that is left for a moment. */
const CRAMPED_MS = 30_000;

/** Pause between two checks of full segments: appends come first. */
const CHECK_PAUSE_MS = 50;

/** A segment is checked once nobody has asked anything for so long; on a page that always asks, after PATIENCE_MS all the same. */
const QUIET_MS = 400;
const PATIENCE_MS = 3_000;

export interface ServerOptions {
  readonly places: () => Promise<readonly Place[]>;
  readonly directory: () => Promise<LogDirectory | null>;
  /** Undefined where the browser has no Web Locks (a page that is not secure). */
  readonly locks: LockManager | undefined;
  readonly estimate: () => Promise<StorageEstimate>;
  readonly post: (reply: Reply) => void;
}

/** The journal behind a message port: becomes the one writer, or a reader as long as another window writes. */
export class JournalServer {
  readonly #options: ServerOptions;
  #status: ServerStatus = OPENING;
  #writer: JournalWriter | null = null;
  #reader: JournalDatabase | null = null;
  #session: number | null = null;
  #timeOrigin = 0;
  #repairs: RepairNote[] = [];
  #decided: Promise<void> = Promise.resolve();
  #granted = false;
  #quota: Quota | null = null;
  #announcing = false;
  /** When something was last read for the page, ms. */
  #askedAt = -Infinity;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Never rejects: what goes wrong is the reply. */
  async handle({ id, question }: Command): Promise<void> {
    try {
      const result = await this.#answer(question);
      this.#options.post(result.ok ? { kind: 'answer', id, value: result.value } : { kind: 'failure', id, error: cloneable(result.error) });
    } catch (thrown) {
      await this.#writer?.distrustDatabase(thrown);
      this.#options.post({ kind: 'failure', id, error: appError('journal_failed', { detail: detailOf(thrown) }) });
    }
  }

  async #answer(question: Question): Promise<Result<Answers[keyof Answers]>> {
    if (question.kind === 'open') return this.#open(question.session, question.timeOrigin);
    await this.#decided;
    if (question.kind === 'append') return this.#append(question);
    this.#askedAt = performance.now();
    if (question.kind === 'estimate') {
      await this.#watchQuota();
      return ok(null);
    }
    if (question.kind === 'thin') return this.#thin(question.before);
    if (question.kind === 'adopt') {
      if (!this.#writer) return err(appError('journal_read_only', {}));
      const adopted = await this.#writer.adopt();
      this.#session = this.#writer.state.session;
      this.#announce();
      return adopted;
    }
    const database = this.#writer?.store.database ?? this.#reader;
    if (!database) return err(this.#status.failure ?? appError('not_ready', {}));
    switch (question.kind) {
      case 'history':
        return ok(await historyPage(database, question.filter, question.limit, question.cursor));
      case 'shot': {
        const row = await database.get('shots', question.seq);
        return ok(row ? await shotFile(database, row) : null);
      }
      case 'latest': {
        const rows = await latestRows(database, question.limit);
        return ok((await Promise.all(rows.map((row) => shotFile(database, row)))).filter((file) => file !== null));
      }
      case 'inspected':
        return ok(await inspectedRows(database, question.stream, question.from, question.to));
      case 'findings':
        return ok(await findingPages(database, question.stream, question.after));
      case 'thinnable':
        return ok(await thinnable(database, question.before));
      case 'markers':
        return ok(await markersBetween(database, question.from, question.to));
      case 'days':
        return ok(await dayTallies(database, question.stream, question.from, question.to));
      case 'runs':
        return ok(await latestRuns(database, question.stream, question.limit));
    }
  }

  async #append(question: Extract<Question, { kind: 'append' }>): Promise<Result<readonly number[]>> {
    if (!this.#writer) {
      return err(this.#status.role === 'reader' ? appError('journal_read_only', {}) : (this.#status.failure ?? appError('not_ready', {})));
    }
    const result = await this.#writer.append(question.items, question.repeated);
    if (!result.ok && result.error.code === 'journal_full') void this.#watchQuota();
    return result;
  }

  async #thin(before: number): Promise<Result<Thinned>> {
    if (!this.#writer) return err(appError('journal_read_only', {}));
    const tell = (thinning: number | null): void => {
      this.#status = { ...this.#status, thinning };
      this.#announce();
    };
    tell(0);
    try {
      return await this.#writer.thin(before, tell);
    } finally {
      tell(null);
      void this.#watchQuota();
    }
  }

  /** Resolves once it is decided whether this window writes. */
  async #open(session: number | null, timeOrigin: number): Promise<Result<null>> {
    this.#session = session;
    this.#timeOrigin = timeOrigin;
    const { locks } = this.#options;
    if (!locks) {
      this.#decided = this.#becomeWriter(false);
    } else {
      this.#decided = new Promise<void>((decide) => {
        const patience = setTimeout(() => {
          void this.#becomeReader().then(decide);
        }, session === null ? LOCK_PATIENCE_MS : SUCCESSOR_PATIENCE_MS);
        // Held until the worker ends; a window that waits becomes the writer when the one that writes is closed.
        void locks.request(LOCK, async () => {
          clearTimeout(patience);
          this.#granted = true;
          const writing = this.#becomeWriter(true);
          this.#decided = writing;
          await writing;
          decide();
          return new Promise(() => undefined);
        });
      });
    }
    await this.#decided;
    return ok(null);
  }

  async #becomeWriter(locked: boolean): Promise<void> {
    this.#reader?.close();
    this.#reader = null;
    try {
      const directory = await this.#options.directory();
      // The directory is written only by the holder of the lock: without locks it could have two writers.
      this.#writer = await JournalWriter.open({
        places: await this.#options.places(),
        directory: locked ? directory : null,
        session: this.#session,
        monotonicNow: () => performance.timeOrigin - this.#timeOrigin + performance.now(),
        listeners: {
          onState: ({ failure }) => {
            // The answers to appends come first; how far the counters are can wait.
            if (failure?.code !== this.#status.failure?.code) this.#announce();
            else if (!this.#announcing) {
              this.#announcing = true;
              setTimeout(() => {
                this.#announcing = false;
                this.#announce();
              }, STATUS_MS);
            }
          },
          onRepair: (notes) => {
            this.#repairs.push(...notes);
          },
        },
      });
    } catch (thrown) {
      this.#set({ ...this.#status, role: 'unavailable', failure: refusalOf(thrown) });
      setTimeout(() => {
        this.#decided = this.#becomeWriter(locked);
      }, RETRY_MS);
      return;
    }
    this.#session = this.#writer.state.session;
    this.#status = { ...this.#status, role: 'writer', locked };
    this.#announce();
    void this.#tend(this.#writer);
  }

  async #becomeReader(): Promise<void> {
    if (this.#granted) return;
    try {
      this.#reader = await openNewest(await this.#options.places(), () => {
        this.#reader = null;
      });
      const meta = await this.#reader.get('meta', 'journal');
      this.#set({
        ...this.#status, role: 'reader', records: meta?.records ?? 0, lastSeq: meta?.lastSeq ?? 0, journalId: meta?.journalId ?? null,
        exportedThrough: meta?.exportedThrough ?? 0,
      });
    } catch (thrown) {
      this.#set({ ...this.#status, role: 'reader', failure: appError('journal_failed', { detail: detailOf(thrown) }, thrown) });
    }
  }

  /** What has time: spare segments, the space, the comparison of full segments. */
  async #tend(writer: JournalWriter): Promise<void> {
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    await this.#watchQuota();
    setInterval(() => void this.#watchQuota(), QUOTA_MS);
    setInterval(() => void writer.settleUnjudged().catch(() => undefined), SETTLE_MS);
    let sparesAt = await this.#provideSpares(writer);
    for (;;) {
      // A check takes the worker for a while: what a page that starts wants to read comes first.
      const begun = performance.now();
      while (performance.now() - this.#askedAt < QUIET_MS && performance.now() - begun < PATIENCE_MS) await pause(CHECK_PAUSE_MS);
      let more: boolean;
      try {
        more = await writer.checkNext();
        this.#status = { ...this.#status, stalled: null };
      } catch (thrown) {
        // The store was opened anew meanwhile, or has no room for a rewrite: it is tried again.
        this.#set({ ...this.#status, stalled: detailOf(thrown) });
        await pause(RETRY_MS);
        more = true;
      }
      await pause(more ? CHECK_PAUSE_MS : IDLE_MS);
      if (!more && performance.now() >= sparesAt) sparesAt = await this.#provideSpares(writer);
    }
  }

  /** Makes the segments that will be needed next, or says that there is no room. Returns when it is to be done again. */
  async #provideSpares(writer: JournalWriter): Promise<number> {
    let { cramped } = this.#status;
    try {
      await writer.provideSpares();
      cramped = false;
    } catch (thrown) {
      // Any other error is the next append's to meet.
      if (isFull(thrown)) cramped = true;
    }
    if (cramped !== this.#status.cramped) {
      this.#status = { ...this.#status, cramped };
      this.#announce();
    }
    return performance.now() + (cramped ? CRAMPED_MS : 0);
  }

  async #watchQuota(): Promise<void> {
    const { usage, quota } = await this.#options.estimate().catch((): StorageEstimate => ({}));
    if (usage === undefined || quota === undefined) return;
    this.#quota = { usage, quota, level: quotaLevel(usage, quota) };
    this.#announce();
  }

  #announce(): void {
    const { failure: _, ...rest } = this.#status;
    const writer = this.#writer;
    if (!writer) {
      this.#set({ ...this.#status, quota: this.#quota });
      return;
    }
    const { journalId, projection } = writer.store;
    this.#set({
      ...rest, ...writer.state, journalId, repairs: [...this.#repairs], quota: this.#quota,
      exportedThrough: projection.meta.exportedThrough,
    });
  }

  #set(status: ServerStatus): void {
    this.#status = { ...status, failure: status.failure && cloneable(status.failure) };
    this.#options.post({ kind: 'status', status: this.#status });
  }
}

/** An error whose cause can travel: an exception of the browser may hold what cannot be cloned. */
function cloneable(error: AppError): AppError {
  const { cause, ...rest } = error;
  return cause === undefined ? error : ({ ...rest, cause: detailOf(cause) });
}
