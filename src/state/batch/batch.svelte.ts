/** The batch view's state: from dropped files to scored, sorted and tallied shots. */
import type { AppError } from '../../domain/app-error.ts';
import type { ResolvedPolicy } from '../../domain/policy.ts';
import type { Result } from '../../domain/result.ts';
import type { JudgedShot } from '../../domain/verdict.ts';
import type { Line } from '../../line/line.ts';
import type { LoadedBundle } from '../../model/client.ts';
import { readCsvFile } from '../../sources/csv/csv-client.ts';
import { CSV_LIMITS, csvError, type CsvError } from '../../sources/csv/csv-error.ts';
import type { CsvFacts } from '../../sources/csv/csv-table.ts';
import { confusionOf, type Confusion, type LabelledCurves } from './against-labels.ts';
import { analyse, type BatchAnalysis } from './analysis.ts';
import { PLAIN_ARRANGEMENT, type Arrangement } from './arrange.ts';
import { nextTask } from '../../domain/next-task.ts';
import { classesAt, type BatchColumns } from './columns.ts';
import { inputsOf, partsOf, Scoring, shotsAt, type Scored } from './score.ts';
import { factsOf, summarise, type BatchSummary } from './summary.ts';

/** How far an import is. */
export interface BatchProgress {
  readonly phase: 'reading' | 'scoring';
  /** Bytes while reading, shots while scoring. */
  readonly done: number;
  readonly total: number;
  /** Of `done` in a second; null until it can be told. */
  readonly perSecond: number | null;
}

/** A batch that is complete: all its files read and scored. */
export interface Batch {
  readonly tables: readonly CsvFacts[];
  readonly columns: BatchColumns;
  readonly bundleIds: readonly string[];
  /** The bundle that scored it; null when several did, or none. */
  readonly bundle: LoadedBundle | null;
  /** When it was scored, milliseconds since the epoch. */
  readonly receivedAt: number;
  /** Product numbers in it, ascending; NaN last where it is missing. */
  readonly products: readonly number[];
  readonly labelled: boolean;
  readonly trainingData: boolean;
}

/** What of the line the batch needs. */
export type BatchLine = Pick<Line, 'receiveMany' | 'preview' | 'on' | 'policy' | 'bundle'>;

const PROGRESS_MILLISECONDS = 100;
const NEIGHBOURS = 20;

/** Reads, scores and shows files. An import replaces the batch before it only when it is complete. */
export class BatchState {
  progress = $state.raw<BatchProgress | null>(null);
  batch = $state.raw<Batch | null>(null);
  /** Files of the last import that could not be read. */
  fileErrors = $state.raw<readonly CsvError[]>([]);
  /** Why the last import came to nothing; null also when it was cancelled. */
  failure = $state.raw<AppError | null>(null);
  arrangement = $state.raw<Arrangement>(PLAIN_ARRANGEMENT);
  /** Positions of the shots that the table shows, in its order; null for a moment when a batch is new. */
  order = $state.raw<Uint32Array | null>(null);
  curves = $state.raw<LabelledCurves | null>(null);
  /** The policy that the batch is judged by. */
  policy = $state.raw<ResolvedPolicy | null>(null);

  /** NG at or above it; infinite before a bundle brings one. */
  readonly threshold = $derived(this.policy?.threshold ?? Infinity);
  /** Class of every shot at the threshold in use; follows it without a prediction. */
  readonly classes = $derived(this.batch ? classesAt(this.batch.columns, this.threshold) : new Uint8Array());
  readonly summary: BatchSummary | null = $derived(
    this.batch ? summarise(this.batch.columns, this.classes, this.batch.tables) : null,
  );
  readonly confusions: { readonly all: Confusion; readonly distinct: Confusion } | null = $derived(
    this.batch?.labelled
      ? {
          all: confusionOf(this.batch.columns, this.classes, true),
          distinct: confusionOf(this.batch.columns, this.classes, false),
        }
      : null,
  );

  /** How far the table is scrolled, in CSS pixels: whoever comes back from a shot finds the place again. */
  tableOffset = 0;

  readonly #line: BatchLine;
  #analysis: BatchAnalysis | null = null;
  #running: AbortController | null = null;

  constructor(line: BatchLine) {
    this.#line = line;
    this.policy = line.policy;
  }

  /** Follows the line's threshold from now on; returns the way to stop. */
  start(): () => void {
    return this.#line.on('policy', (policy) => {
      // A threshold belongs to the probabilities of its bundle: those of another one are left as they were judged.
      if (this.batch && this.batch.bundle?.entry.id !== this.#line.bundle?.entry.id) return;
      this.policy = policy;
      void this.#arrange();
    });
  }

  /**
   * Reads and scores files, together at most as many shots as one file may have. What was shown stays until they are complete. One import
   * at a time: a new one ends the old.
   */
  async importFiles(files: readonly File[]): Promise<void> {
    this.cancel();
    this.failure = null;
    this.fileErrors = [];
    await this.#run((signal) => this.#import(files, signal));
  }

  /** Scores the shots of the batch again, by the bundle now in use. */
  async scoreAgain(): Promise<void> {
    const { batch } = this;
    if (!batch || this.#running) return;
    await this.#run(async (signal) => {
      const receivedAt = Date.now();
      const { count } = batch.columns;
      const scoring = new Scoring(this.#line, receivedAt, { signal, expected: () => count, onProgress: this.#meter('scoring', count, signal) });
      for (const part of partsOf(batch.columns)) {
        scoring.add(part);
        await nextTask();
      }
      await this.#complete(await scoring.finish(), batch.tables, receivedAt, signal);
    });
  }

  /** Ends the import that runs. Nothing of it remains, and what was shown before it is still shown. */
  cancel(): void {
    this.#running?.abort();
    this.#running = null;
    this.progress = null;
  }

  /** Takes the batch away. */
  clear(): void {
    this.cancel();
    this.#analysis?.dispose();
    this.#analysis = null;
    this.batch = null;
    this.policy = this.#line.policy;
    this.order = null;
    this.curves = null;
    this.fileErrors = [];
    this.failure = null;
    this.arrangement = PLAIN_ARRANGEMENT;
  }

  /** Sorts and filters the table. */
  async show(changes: Partial<Arrangement>): Promise<void> {
    this.arrangement = { ...this.arrangement, ...changes };
    await this.#arrange();
  }

  /**
   * The shot at a place of the table and its neighbours there, judged again with all details, so that one can look at
   * them and walk from one to the next.
   *
   * @returns the shots in the table's order and which of them was asked for
   */
  async open(place: number): Promise<{ readonly shots: readonly JudgedShot[]; readonly id: string } | null> {
    const { batch, order } = this;
    const wanted = order?.[place];
    if (!batch || !order || wanted === undefined) return null;
    const near = Array.from(order.subarray(Math.max(0, place - NEIGHBOURS), place + NEIGHBOURS + 1));
    const shots = near.flatMap((i) => shotsAt(batch.columns, i, i + 1, batch.receivedAt));
    const judged = await Promise.all(shots.map(async (shot) => ({ shot, verdict: await this.#line.preview(shot) })));
    return { shots: judged, id: shots[near.indexOf(wanted)]!.id };
  }

  /** The results as a file for spreadsheets. */
  async results(): Promise<Blob | null> {
    const { batch } = this;
    if (!batch) return null;
    const { resultsCsv } = await import('./results-csv.ts');
    const files = batch.tables.map(({ file }) => file);
    const facts = { files, bundleIds: batch.bundleIds, threshold: this.threshold, classes: this.classes };
    const pieces: string[] = [];
    for (const piece of resultsCsv(batch.columns, facts)) {
      pieces.push(piece);
      await nextTask();
    }
    return new Blob(pieces, { type: 'text/csv;charset=utf-8' });
  }

  async #run(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    this.#running = controller;
    try {
      await work(controller.signal);
    } finally {
      if (this.#running === controller) {
        this.#running = null;
        this.progress = null;
      }
    }
  }

  /** Reads the files, and meanwhile scores what is read already. */
  async #import(files: readonly File[], signal: AbortSignal): Promise<void> {
    const receivedAt = Date.now();
    const began = performance.now();
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const reading = this.#meter('reading', total, signal, began);
    const tables: CsvFacts[] = [];
    const errors: CsvError[] = [];
    let bytes = 0;
    let shots = 0;
    let onProgress: (done: number) => void = () => undefined;
    const scoring = new Scoring(this.#line, receivedAt, {
      signal,
      expected: () => Math.min(CSV_LIMITS.rows, Math.round((shots * total) / Math.max(1, bytes))),
      onProgress: (done) => onProgress(done),
    });
    let [bytesBefore, shotsBefore] = [0, 0];
    for (const file of files) {
      const number = tables.length;
      const result = await readCsvFile(
        file,
        (block) => {
          shots += block.count;
          if (shots <= CSV_LIMITS.rows) scoring.add(inputsOf(block, number));
        },
        {
          signal,
          onProgress: (read) => {
            bytes = bytesBefore + read;
            reading(bytes);
          },
        },
      );
      if (signal.aborted) return;
      bytesBefore += file.size;
      if (result.ok && shots <= CSV_LIMITS.rows) {
        tables.push(result.value);
      } else {
        errors.push(result.ok ? csvError('too_many_rows', { file: file.name, limit: CSV_LIMITS.rows }) : result.error);
        shots = shotsBefore;
        scoring.cutOff(shots);
      }
      shotsBefore = shots;
    }
    this.fileErrors = errors;
    if (tables.length === 0) return;
    onProgress = this.#meter('scoring', shots, signal, began);
    onProgress(scoring.done);
    await this.#complete(await scoring.finish(), tables, receivedAt, signal);
  }

  /** Shows a batch whose shots are all scored. */
  async #complete(scored: Result<Scored>, tables: readonly CsvFacts[], receivedAt: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    if (!scored.ok) {
      this.failure = scored.error;
      return;
    }
    const { columns, bundleIds } = scored.value;
    const facts = factsOf(columns, tables);
    await nextTask();
    if (signal.aborted) return;
    this.#analysis?.dispose();
    this.#analysis = null;
    this.order = null;
    this.curves = null;
    this.arrangement = PLAIN_ARRANGEMENT;
    this.tableOffset = 0;
    const { bundle } = this.#line;
    const own = bundleIds.length === 1 && bundle?.entry.id === bundleIds[0] ? bundle : null;
    this.policy = this.#line.policy;
    this.batch = { tables, columns, bundleIds, bundle: own, receivedAt, ...facts };
    // The table in a task of its own: it has as many rows as the batch.
    await nextTask();
    if (this.batch.columns === columns) this.order ??= inFileOrder(columns.count);
    await this.#tally();
  }

  async #arrange(): Promise<void> {
    const { arrangement, threshold } = this;
    if (arrangement === PLAIN_ARRANGEMENT) return;
    const order = await this.#analysed()?.arrange(threshold, arrangement);
    // An answer to a question that has been asked anew meanwhile is of no use.
    if (order && arrangement === this.arrangement && threshold === this.threshold) this.order = order;
  }

  async #tally(): Promise<void> {
    if (!this.batch?.labelled) return;
    const analysis = this.#analysed();
    const curves = await analysis?.curves();
    if (curves && analysis === this.#analysis) this.curves = curves;
  }

  /** The worker that sorts and tallies the batch, started on first need. */
  #analysed(): BatchAnalysis | null {
    if (this.batch) this.#analysis ??= analyse(this.batch.columns);
    return this.#analysis;
  }

  /** Shows progress, at most ten times a second. */
  #meter(phase: BatchProgress['phase'], total: number, signal: AbortSignal, began = performance.now()): (done: number) => void {
    let shown = -Infinity;
    this.progress = { phase, done: 0, total, perSecond: null };
    return (done) => {
      const now = performance.now();
      if (signal.aborted || (now - shown < PROGRESS_MILLISECONDS && done < total)) return;
      shown = now;
      const seconds = (now - began) / 1000;
      this.progress = { phase, done, total, perSecond: seconds > 0.2 ? done / seconds : null };
    };
  }
}

function inFileOrder(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i += 1) order[i] = i;
  return order;
}
