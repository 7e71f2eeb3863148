import { PRODUCT_INDEX, SHOT_INDEX } from '../../domain/feature.ts';
import { fromWire, type AggregateData, type JournalRecord } from '../format/records.ts';
import type { CoverRow, DatabaseChanges, JournalDatabase, MarkerRow, MetaRow, SegmentRow } from './database.ts';
import { changedFindings } from './findings.ts';
import type { SeqRange } from './merge.ts';
import {
  addTally, applyToRow, dayKey, EMPTY_TALLY, hourOf, isUnsettled, rowOf, runKey, settle, tallyOf,
  type HourRow, type ShotRow, type Stream, type Tally, type TallyRow,
} from './rows.ts';
import type { RunState } from './runs.ts';

/** Rows kept in memory: enough that a verdict or an inspection of a recent shot needs no read. */
const CACHED_ROWS = 4096;

/** From this many rows on a range is read instead of each; rows further apart than NEAR do not share one. */
const MANY = 32;
const NEAR = 20_000;

/**
 * A record with its frame, on its way into the database. `record` is null for one that a newer version of the app wrote:
 * its frame is kept, and nothing follows from it.
 */
export interface FramedRecord {
  readonly seq: number;
  readonly record: JournalRecord | null;
  readonly frame: Uint8Array<ArrayBuffer>;
}

/** Runs and days of the sources that take turns, and the hours around the current one. */
const HOT_TALLIES = 6;
const HOT_HOURS = 2;

/**
 * Works out what records change in the database's rows. It caches rows, because only the writer changes them; what it
 * hands out counts once {@link Projection.accept} says the commit was kept.
 */
export class Projection {
  readonly #database: JournalDatabase;
  readonly #rows = new Map<number, ShotRow>();
  /** When shots were kept that wait for their verdict, by sequence number; in ms of the caller's clock. */
  readonly #unsettled = new Map<number, number>();
  #meta: MetaRow;

  constructor(database: JournalDatabase, meta: MetaRow) {
    this.#database = database;
    this.#meta = meta;
  }

  get meta(): MetaRow {
    return this.#meta;
  }

  /** The changes that records make which the database does not hold yet. */
  async prepare(framed: readonly FramedRecord[], segments: readonly SegmentRow[] = []): Promise<DatabaseChanges> {
    const records = framed.flatMap(({ record }) => record ?? []);
    const draft = await this.#load(records);
    const markers: MarkerRow[] = [];
    const covers: CoverRow[] = [];
    for (const row of draft.removed.rows) addToTallies(draft, row, addTally(EMPTY_TALLY, tallyOf(row), -1));
    for (const record of records) {
      const { kind } = record;
      if (kind === 'event' || kind === 'setting') markers.push(record);
      else if (kind === 'aggregate') {
        countAggregate(draft, record.data);
        covers.push({ seq: record.seq, ranges: rangesOf(record.data) });
      }
      else applyShotRecord(draft, record);
      const hour = hourOf(timeOf(record));
      const known = draft.hours.get(hour) ?? { hour, firstSeq: record.seq, lastSeq: record.seq };
      draft.hours.set(hour, { hour, ...stretch(known, record.seq) });
    }
    const tallies = keepHot(this.#meta.hot.tallies, draft.tallies, ({ key }) => key, HOT_TALLIES);
    const hours = keepHot(this.#meta.hot.hours, draft.hours, ({ hour }) => hour, HOT_HOURS);
    return {
      frames: new Map(framed.map(({ seq, frame }) => [seq, frame])),
      shots: [...draft.shots.values()],
      tallies: tallies.evicted,
      hours: hours.evicted,
      markers,
      segments,
      covers,
      findings: await changedFindings(this.#database, draft.shots.values()),
      removed: covers.flatMap(({ ranges }) => ranges),
      meta: {
        ...advanceMeta(this.#meta, framed.map(({ seq }) => seq), records, draft.removed.records),
        hot: { tallies: tallies.hot, hours: hours.hot },
      },
    };
  }

  /** The changes of shots whose verdict has not come for `patienceMs`; null where there are none. */
  async prepareUnjudged(now: number, patienceMs: number): Promise<DatabaseChanges | null> {
    const overdue = [...this.#unsettled].filter(([, since]) => now - since >= patienceMs).map(([seq]) => seq);
    for (const seq of overdue) this.#unsettled.delete(seq);
    const rows = (await readRows(this.#database, overdue)).filter(isUnsettled);
    return rows.length === 0 ? null : { ...NO_CHANGES, shots: rows.map(settle), meta: this.#meta };
  }

  /** Shots that may wait for a verdict that does not come any more. */
  watch(rows: readonly ShotRow[], now: number): void {
    for (const row of rows) if (isUnsettled(row)) this.#unsettled.set(row.seq, now);
  }

  /** The commit of these changes was kept. */
  accept(changes: DatabaseChanges, now = 0): void {
    for (const row of changes.shots) {
      remember(this.#rows, row.seq, row, CACHED_ROWS);
      if (isUnsettled(row)) this.#unsettled.set(row.seq, now);
      else this.#unsettled.delete(row.seq);
    }
    for (const { from, to } of changes.removed) {
      for (const known of [this.#rows, this.#unsettled]) {
        for (const seq of known.keys()) if (seq >= from && seq <= to) known.delete(seq);
      }
    }
    this.#meta = changes.meta;
  }

  /** The log is further than the database, which is filled up to there in the background: counting goes on from the log. */
  adopt(meta: MetaRow): void {
    this.#meta = meta;
  }

  /** A new database has been filled: nothing is missing any more. */
  filled(): DatabaseChanges {
    return { ...NO_CHANGES, meta: { ...this.#meta, fillingThrough: 0 } };
  }

  async #load(records: readonly JournalRecord[]): Promise<Draft> {
    const database = this.#database;
    const removed = await coveredRows(database, records);
    const draft: Draft = { shots: new Map(), tallies: new Map(), hours: new Map(), removed };
    const isFresh = (seq: number): boolean => seq > this.#meta.lastSeq;
    const seqs = [...new Set(records.map(rowOf))].filter((seq): seq is number => seq !== null && !isFresh(seq));
    const unknown = seqs.filter((seq) => {
      const row = this.#rows.get(seq);
      if (row) draft.shots.set(seq, row);
      return !row;
    });
    for (const row of await readRows(database, unknown)) draft.shots.set(row.seq, row);
    const { hot } = this.#meta;
    // Which tallies a record touches is known only with its row.
    const keys = new Set<string>();
    const hours = new Set<number>();
    for (const record of records) {
      hours.add(hourOf(timeOf(record)));
      if (record.kind === 'aggregate') {
        keys.add(runKey(record.data.run)).add(dayKey(record.data.stream, record.data.date, record.data.product));
      }
      const seq = rowOf(record);
      if (seq === null) continue;
      const shot = record.kind === 'shot' ? applyToRow(undefined, record).shot : draft.shots.get(seq)?.shot;
      if (shot) keys.add(runKey(shot.run)).add(dayKey(shot.stream, shot.date, shot.product));
    }
    for (const { shot } of removed.rows) {
      if (shot) keys.add(runKey(shot.run)).add(dayKey(shot.stream, shot.date, shot.product));
    }
    await Promise.all([
      ...[...keys].map(async (key) => {
        const row = hot.tallies.find((tally) => tally.key === key) ?? (await database.get('tallies', key));
        if (row) draft.tallies.set(key, row);
      }),
      ...[...hours].map(async (hour) => {
        const row = hot.hours.find((known) => known.hour === hour) ?? (await database.get('hours', hour));
        if (row) draft.hours.set(hour, row);
      }),
    ]);
    return draft;
  }
}

/** Wall time that a record is looked for by: of a shot its receipt. */
function timeOf(record: JournalRecord): number {
  return record.kind === 'shot' ? record.data.receivedAt : record.at;
}

/** Rows by sequence number: many that lie close together by one range, the others one by one. */
async function readRows(database: JournalDatabase, seqs: readonly number[]): Promise<ShotRow[]> {
  const sorted = [...seqs].sort((a, b) => a - b);
  const last = sorted.at(-1) ?? 0;
  const near = sorted.filter((seq) => last - seq < NEAR);
  const ranged = near.length > MANY;
  const single = ranged ? sorted.slice(0, sorted.length - near.length) : sorted;
  const found = await Promise.all([
    ranged ? database.getAll('shots', IDBKeyRange.bound(near[0], last)) : [],
    ...single.map(async (seq) => (await database.get('shots', seq)) ?? []),
  ]);
  const wanted = new Set(seqs);
  return found.flat().filter((row) => wanted.has(row.seq));
}

const NO_CHANGES: Omit<DatabaseChanges, 'meta'> = { frames: new Map(), shots: [], tallies: [], hours: [], markers: [], segments: [], covers: [], findings: [], removed: [] };

/** The rows that changed last, and those whose place they take. */
function keepHot<K, Row>(
  before: readonly Row[],
  changed: ReadonlyMap<K, Row>,
  keyOf: (row: Row) => K,
  limit: number,
): { hot: Row[]; evicted: Row[] } {
  const rows = [...before.filter((row) => !changed.has(keyOf(row))), ...changed.values()];
  return { hot: rows.slice(-limit), evicted: rows.slice(0, -limit) };
}

interface Draft {
  readonly shots: Map<number, ShotRow>;
  readonly tallies: Map<string, TallyRow>;
  readonly hours: Map<number, HourRow>;
  /** What the aggregates among the records take the place of, as far as it is here. */
  readonly removed: { readonly rows: readonly ShotRow[]; readonly records: number };
}

function applyShotRecord(draft: Draft, record: JournalRecord): void {
  const seq = rowOf(record);
  if (seq === null) return;
  const before = draft.shots.get(seq);
  const after = applyToRow(before, record);
  draft.shots.set(seq, after);
  addToTallies(draft, after, addTally(tallyOf(after), tallyOf(before), -1));
}

function addToTallies(draft: Draft, { seq, shot }: ShotRow, change: Tally): void {
  if (!shot) return;
  const { stream, product, date, run, at } = shot;
  for (const key of [runKey(run), dayKey(stream, date, product)]) {
    const tally = draft.tallies.get(key) ?? emptyTallyRow(key, { stream, product, date, run }, seq, at);
    draft.tallies.set(key, {
      ...tally,
      ...stretch(tally, seq),
      // The shot of a run that lacks its product says nothing about the run's.
      product: tally.product ?? product,
      firstAt: Math.min(tally.firstAt, at),
      lastAt: Math.max(tally.lastAt, at),
      rows: addTally(tally.rows, change),
    });
  }
}

function countAggregate(draft: Draft, data: AggregateData): void {
  const { first, last, shots, repeats, ok, ng, hold, unjudged, asked } = data;
  const thinned: Tally = { shots, repeats, ok, ng, hold, unjudged, asked, inspected: 0, defective: 0 };
  for (const key of [runKey(data.run), dayKey(data.stream, data.date, data.product)]) {
    const tally = draft.tallies.get(key) ?? emptyTallyRow(key, data, first.seq, first.at);
    draft.tallies.set(key, {
      ...tally,
      ...stretch(stretch(tally, first.seq), last.seq),
      product: tally.product ?? data.product,
      firstAt: Math.min(tally.firstAt, first.at),
      lastAt: Math.max(tally.lastAt, last.at),
      thinned: addTally(tally.thinned, thinned),
    });
  }
}

function rangesOf({ covers }: AggregateData): SeqRange[] {
  return covers.map(([from, to]) => ({ from, to }));
}

/** Rows that the database still has of what aggregates among the records cover, and the number of their records. */
async function coveredRows(database: JournalDatabase, records: readonly JournalRecord[]): Promise<Draft['removed']> {
  const rows: ShotRow[] = [];
  let count = 0;
  for (const record of records) {
    if (record.kind !== 'aggregate') continue;
    const ranges = rangesOf(record.data);
    const [first, last] = [ranges[0], ranges.at(-1)];
    if (!first || !last) continue;
    const around = IDBKeyRange.bound(first.from, last.to);
    const [shots, keys] = await Promise.all([database.getAll('shots', around), database.getAllKeys('records', around)]);
    const covered = new Set(ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)));
    rows.push(...shots.filter(({ seq }) => covered.has(seq)));
    count += keys.filter((seq) => covered.has(seq)).length;
  }
  return { rows, records: count };
}

function emptyTallyRow(
  key: string,
  of: { stream: Stream; product: number | null; date: string; run: number },
  seq: number,
  at: number,
): TallyRow {
  const { stream, product } = of;
  const isRun = key.startsWith('run/');
  return {
    key, stream, product, date: isRun ? null : of.date, run: isRun ? of.run : null,
    firstSeq: seq, lastSeq: seq, firstAt: at, lastAt: at,
    rows: EMPTY_TALLY, thinned: EMPTY_TALLY,
  };
}

function stretch(range: { firstSeq: number; lastSeq: number }, seq: number): { firstSeq: number; lastSeq: number } {
  return { firstSeq: Math.min(range.firstSeq, seq), lastSeq: Math.max(range.lastSeq, seq) };
}

/** The counters after these records. Also right when older records follow newer ones (a rebuild). */
export function advanceMeta(meta: MetaRow, seqs: readonly number[], records: readonly JournalRecord[], removed = 0): MetaRow {
  const runs: Record<string, RunState> = { ...meta.runs };
  let { session, exportedThrough } = meta;
  for (const record of records) {
    session = Math.max(session, record.session);
    if (record.kind === 'shot' && (runs[record.data.source]?.seq ?? -1) < record.seq) {
      const { source, run, values } = record.data;
      const product = fromWire(values[PRODUCT_INDEX] ?? null);
      const counter = fromWire(values[SHOT_INDEX] ?? null);
      const before = runs[source]?.run === run ? runs[source] : undefined;
      runs[source] = {
        run,
        product: Number.isNaN(product) && before ? before.product : product,
        counter: Number.isNaN(counter) && before ? before.counter : counter,
        seq: record.seq,
      };
    }
    if (record.kind === 'event' && record.data.type === 'export') {
      const through = record.data.details.throughSeq;
      if (typeof through === 'number') exportedThrough = Math.max(exportedThrough, through);
    }
  }
  const lastSeq = seqs.reduce((max, seq) => Math.max(max, seq), meta.lastSeq);
  return { ...meta, records: meta.records + seqs.length - removed, lastSeq, session, runs, exportedThrough };
}

/** Keeps at most `limit` entries, the oldest going first. */
function remember<K, V>(map: Map<K, V>, key: K, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > limit) map.delete(map.keys().next().value as K);
}

