import { appError } from '../domain/app-error.ts';
import { inSlices } from '../domain/next-task.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import { judgedShotOf, shotData, verdictData } from './convert.ts';
import type { EventInput, InspectionInput, InspectionReason, JournalStatus, Keeping, KeptRecord, DurableJournal } from './journal.ts';
import { KeptShots, type Stamp } from './keeping.ts';
import type { HistoryCursor, HistoryFilter, ShotFile } from './query.ts';
import { OPENING, type ServerStatus } from './status.ts';
import type { AppendItem } from './store/compose.ts';
import { readPages, type InspectedShot } from './store/findings.ts';
import { currentInspection, type Stream } from './store/rows.ts';
import { WorkerPort, type JournalWorker } from './worker-port.ts';

/** A record that is not acknowledged after this raises the alarm; the verdict does not wait for it any longer. */
const LATE_MS = 1000;

/** Shots that are written at a time once there is room again. */
const CATCH_UP = 500;

/** Shots that found no room are tried again this often, also when no further one comes. */
const RETRY_MS = 5000;

type Body = AppendItem extends infer Item ? (Item extends AppendItem ? Omit<Item, 'at' | 'mono' | 'bundle'> & { readonly stamp?: Stamp } : never) : never;

/** What the client remembers outside the journal: how far it had got, so that a loss of both copies is noticed. */
export interface LastKnown {
  readonly journalId: string;
  readonly seq: number;
}

export interface JournalClientOptions {
  readonly createWorker: () => JournalWorker;
  readonly persist: () => Promise<boolean | null>;
  readonly lastKnown: { read(): LastKnown | null; write(value: LastKnown): void };
}

/** The {@link DurableJournal} of a page: a worker behind a port. */
export class JournalClient implements DurableJournal {
  readonly #options: JournalClientOptions;
  readonly #port: WorkerPort;
  readonly #listeners = new Set<(status: JournalStatus) => void>();
  readonly #recorded = new Set<(kept: readonly KeptRecord[]) => void>();
  readonly #shots = new KeptShots();
  /** When each append under way was begun, on the monotonic clock. */
  readonly #inFlight = new Map<object, number>();
  #server: ServerStatus = OPENING;
  #persisted: boolean | null = null;
  #bundle: string | null = null;
  #lastMono = 0;
  #compared = false;
  #catchingUp = false;
  #retrying = false;
  #settling: Promise<unknown> = Promise.resolve();

  constructor(options: JournalClientOptions) {
    this.#options = options;
    this.#port = new WorkerPort({
      createWorker: options.createWorker,
      onStatus: (status) => {
        this.#take(status);
      },
      onDeath: (failure) => {
        this.#take({ ...this.#server, failure });
      },
    });
    // The first question starts the worker.
    void this.#port.ask<'estimate'>({ kind: 'estimate' });
    void options.persist().then((persisted) => {
      this.#persisted = persisted;
      this.#announce();
    });
  }

  get status(): JournalStatus {
    return {
      ...this.#server,
      unrecorded: this.#shots.unrecorded,
      late: this.#inFlight.size > 0 && performance.now() - Math.min(...this.#inFlight.values()) > LATE_MS,
      persisted: this.#persisted,
    };
  }

  onStatus(listener: (status: JournalStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onRecorded(listener: (kept: readonly KeptRecord[]) => void): () => void {
    this.#recorded.add(listener);
    return () => this.#recorded.delete(listener);
  }

  keepingOf(shotId: string): Keeping {
    return this.#shots.keepingOf(shotId);
  }

  seqOf(shotId: string): number | null {
    return this.#shots.seqOf(shotId);
  }

  setBundle(bundleId: string | null): void {
    this.#bundle = bundleId;
  }

  async recordShots(shots: readonly Shot[]): Promise<Result<void>> {
    const live = shots.filter(({ source }) => source !== 'csv');
    if (live.length === 0) return ok(undefined);
    for (const { id } of live) this.#shots.begun(id);
    const kept = this.#append(live.map((shot) => ({ kind: 'shot', data: shotData(shot), stamp: this.#stampOf(shot, 'shot') }))).then((result) => {
      live.forEach(({ id }, i) => {
        if (result.ok) this.#shots.located(id, result.value[i] as number);
        else this.#shots.refused(id);
      });
      return result;
    });
    // Not before the shots are located: a verdict that finds no number for its shot would keep the shot once more.
    // Without a value: each would hold the one before, and so every shot of the page's life.
    this.#settling = Promise.allSettled([this.#settling, kept]).then(() => undefined);
    return inTime(kept);
  }

  async recordVerdicts(judged: readonly JudgedShot[]): Promise<Result<void>> {
    const live = judged.filter(({ shot }) => shot.source !== 'csv');
    return live.length === 0 ? ok(undefined) : inTime(this.#keep(live));
  }

  async recent(limit: number): Promise<readonly JudgedShot[]> {
    const files = await this.#port.ask<'latest'>({ kind: 'latest', limit });
    if (!files.ok) return [];
    for (const file of files.value) this.#locate(file);
    return files.value.flatMap((file) => judgedShotOf(file) ?? []);
  }

  async recordShadow(shot: Shot, verdict: Verdict): Promise<Result<void>> {
    const seq = this.#shots.seqOf(shot.id);
    if (seq === null) return err(appError('not_ready', {}));
    const data = verdictData(verdict, 'shadow');
    const result = await this.#append([{ kind: 'verdict', shot: seq, data }], verdict.bundleId);
    return result.ok ? ok(undefined) : result;
  }

  async recordEvent({ type, text = null, details = {} }: EventInput): Promise<Result<number>> {
    return first(await this.#append([{ kind: 'event', data: { type, text, details: { ...details } } }]));
  }

  async recordSetting(name: string, before: string | number | boolean | null, after: string | number | boolean | null): Promise<Result<number>> {
    return first(await this.#append([{ kind: 'setting', data: { name, before, after } }]));
  }

  inspect(shotSeq: number, input: InspectionInput): Promise<Result<number>> {
    return this.#inspect(shotSeq, { ...input, findings: [...input.findings] });
  }

  withdrawInspection(shotSeq: number): Promise<Result<number>> {
    return this.#inspect(shotSeq, { outcome: 'withdrawn', findings: [], part: null, note: null });
  }

  history(filter: HistoryFilter, limit: number, cursor: HistoryCursor | null = null) {
    return this.#port.ask<'history'>({ kind: 'history', filter, limit, cursor });
  }

  async shot(seq: number): Promise<Result<ShotFile | null>> {
    const file = await this.#port.ask<'shot'>({ kind: 'shot', seq });
    if (file.ok && file.value) this.#locate(file.value);
    return file;
  }

  inspected(stream: Stream, from: number, to: number) {
    return this.#port.ask<'inspected'>({ kind: 'inspected', stream, from, to });
  }

  async lessons(stream: Stream): Promise<Result<readonly InspectedShot[]>> {
    const shots: InspectedShot[] = [];
    let next = this.#port.ask<'findings'>({ kind: 'findings', stream, after: null });
    for (;;) {
      const pages = await next;
      if (!pages.ok) return pages;
      const { texts, next: after } = pages.value;
      // The worker reads on while this thread parses.
      if (after !== null) next = this.#port.ask<'findings'>({ kind: 'findings', stream, after });
      await inSlices(readPages(texts, shots));
      if (after === null) return ok(shots);
    }
  }

  markers(from: number, to: number) {
    return this.#port.ask<'markers'>({ kind: 'markers', from, to });
  }

  days(stream: Stream, from: number, to: number) {
    return this.#port.ask<'days'>({ kind: 'days', stream, from, to });
  }

  runs(stream: Stream, limit: number) {
    return this.#port.ask<'runs'>({ kind: 'runs', stream, limit });
  }

  thinnable(before: number) {
    return this.#port.ask<'thinnable'>({ kind: 'thinnable', before });
  }

  thin(before: number) {
    return this.#port.ask<'thin'>({ kind: 'thin', before });
  }

  adoptBackup(): Promise<Result<null>> {
    return this.#port.ask<'adopt'>({ kind: 'adopt' });
  }

  async #inspect(
    shotSeq: number,
    input: { outcome: 'good' | 'defective' | 'withdrawn' } & Omit<InspectionInput, 'outcome' | 'findings'> & { findings: InspectionInput['findings'] },
  ): Promise<Result<number>> {
    const file = await this.shot(shotSeq);
    if (!file.ok) return file;
    if (!file.value) return err(appError('journal_failed', { detail: `no shot ${shotSeq}` }));
    const { row } = file.value;
    const judged = row.verdict;
    const reason: InspectionReason = judged && judged.class !== 'ok' ? 'flagged' : judged?.asked ? 'asked' : 'chosen';
    const before = row.inspection;
    // A withdrawal keeps what identifies the part.
    const part = input.outcome === 'withdrawn' ? (currentInspection(row)?.part ?? null) : input.part;
    const data = { ...input, findings: [...input.findings], part, reason, corrects: before?.seq ?? null };
    return first(await this.#append([{ kind: 'inspection', shot: shotSeq, data }]));
  }

  /** Keeps verdicts, and with them shots that could not be kept before. */
  async #keep(judged: readonly JudgedShot[]): Promise<Result<void>> {
    // A shot that is still on its way keeps its place: its verdict waits for it.
    if (judged.some(({ shot }) => this.#shots.seqOf(shot.id) === null)) await this.#settling;
    const items: Body[] = [];
    const shotItems = new Map<string, number>();
    for (const { shot, verdict } of judged) {
      const seq = this.#shots.seqOf(shot.id);
      if (seq === null) {
        shotItems.set(shot.id, items.length);
        items.push({ kind: 'shot', data: shotData(shot), stamp: this.#stampOf(shot, 'shot') });
      }
      const ref = seq ?? { item: items.length - 1 };
      items.push({ kind: 'verdict', shot: ref, data: verdictData(verdict, 'main'), stamp: this.#stampOf(shot, 'verdict') });
    }
    const repeated = judged.some(({ shot }) => this.#shots.wasRefused(shot.id));
    const result = await this.#append(items, judged[0]?.verdict.bundleId, repeated);
    for (const entry of judged) {
      const { id } = entry.shot;
      const item = shotItems.get(id);
      if (!result.ok) this.#shots.failed(entry);
      else {
        if (item !== undefined) this.#shots.located(id, result.value[item] as number);
        this.#shots.kept(id);
      }
    }
    this.#announce();
    if (!result.ok) {
      if (!this.#retrying) {
        this.#retrying = true;
        setTimeout(() => {
          this.#retrying = false;
          void this.#catchUp();
        }, RETRY_MS);
      }
      return result;
    }
    void this.#catchUp();
    return ok(undefined);
  }

  /** Writes the shots that had found no room. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp || this.#shots.unrecorded === 0) return;
    this.#catchingUp = true;
    const { givenUp } = this.#shots;
    if (givenUp > 0) {
      const told = await this.recordEvent({ type: 'unrecorded', details: { shots: givenUp } });
      if (told.ok) this.#shots.reported();
    }
    for (;;) {
      const waiting = this.#shots.waiting(CATCH_UP);
      if (waiting.length === 0 || !(await this.#keep(waiting)).ok) break;
    }
    this.#catchingUp = false;
  }

  async #append(bodies: readonly Body[], bundle = this.#bundle, repeated = false): Promise<Result<readonly number[]>> {
    const items = bodies.map(({ stamp = this.#stamp(), ...body }) => ({ ...body, ...stamp, bundle: bundle ?? null }));
    const ticket = {};
    this.#inFlight.set(ticket, performance.now());
    const alarm = setTimeout(() => {
      this.#announce();
    }, LATE_MS + 1);
    const result = await this.#port.ask<'append'>({ kind: 'append', items, repeated });
    clearTimeout(alarm);
    this.#inFlight.delete(ticket);
    if (result.ok) {
      // The worker tells its counters a moment later: an export that is asked for now is to hold this record.
      this.#server = { ...this.#server, lastSeq: Math.max(this.#server.lastSeq, ...result.value) };
      const kept = bodies.map(({ kind, ...body }): KeptRecord => ({ kind, shot: 'shot' in body && typeof body.shot === 'number' ? body.shot : null }));
      for (const listener of this.#recorded) listener(kept);
    } else this.#take({ ...this.#server, failure: result.error });
    return result;
  }

  #stampOf({ id }: Shot, record: 'shot' | 'verdict'): Stamp {
    return this.#shots.stampOf(id, record, () => this.#stamp());
  }

  /** Wall and monotonic time of a record. */
  #stamp(): Stamp {
    this.#lastMono = Math.max(performance.now(), this.#lastMono + 0.001);
    return { at: Date.now(), mono: this.#lastMono };
  }

  #locate({ row, shot }: ShotFile): void {
    this.#shots.located(shot.data.id, row.seq);
  }

  #take(status: ServerStatus): void {
    this.#server = status;
    if (status.role === 'writer' && status.journalId !== null) {
      if (!this.#compared) {
        this.#compared = true;
        this.#compareWithLastKnown(status.journalId, status.lastSeq);
      }
      this.#options.lastKnown.write({ journalId: status.journalId, seq: status.lastSeq });
    }
    this.#announce();
  }

  /** Both copies may have lost the same records: what this page's storage remembers tells. */
  #compareWithLastKnown(journalId: string, lastSeq: number): void {
    const known = this.#options.lastKnown.read();
    if (!known) return;
    const details =
      known.journalId !== journalId
        ? { what: 'journal_replaced', journal: known.journalId, through: known.seq }
        : known.seq > lastSeq
          ? { what: 'records_lost', from: lastSeq + 1, to: known.seq }
          : null;
    if (details) void this.recordEvent({ type: 'records_lost', details });
  }

  #announce(): void {
    const { status } = this;
    for (const listener of this.#listeners) listener(status);
  }
}

/** The outcome, or `timeout` when it takes longer than a verdict may wait; the record goes on being written. */
async function inTime(outcome: Promise<Result<unknown>>): Promise<Result<void>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Result<void>>((resolve) => {
    timer = setTimeout(() => {
      resolve(err(appError('timeout', { timeoutMs: LATE_MS })));
    }, LATE_MS);
  });
  const done = outcome.then((result): Result<void> => (result.ok ? ok(undefined) : result));
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

function first(result: Result<readonly number[]>): Result<number> {
  return result.ok ? ok(result.value[0] as number) : result;
}
