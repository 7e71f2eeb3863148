import { FEATURE_COUNT } from '../../domain/feature.ts';
import { decodeFrame } from '../format/frame.ts';
import { fromWire, type AggregateData, type JournalRecord } from '../format/records.ts';
import { checkSegment, type Guard } from './check.ts';
import type { AppendItem } from './compose.ts';
import { framesBetween, hoursBetween, talliesBetween, type JournalDatabase, type SegmentRow } from './database.ts';
import type { JournalStore } from './journal-store.ts';
import { addTally, EMPTY_TALLY, hourOf, localDate, tallyOf, type RowShot, type ShotRow } from './rows.ts';

/**
 * Retention: old shots that have been exported and were never inspected give way to figures per day and run. An aggregate
 * is a record like any other; the transaction that keeps it removes from the database what it covers, and from then on
 * those records are gone. The segment file is written anew afterwards, by the comparison of both copies: a crash leaves a
 * file that still holds them, and the next comparison, which knows the aggregate, drops them.
 *
 * The last record of every segment stays: it says where the segment ends. So does a shot of which anything was recorded in
 * the segment in use.
 */

/** Shots that are looked at, and removed, in one commit: an append waits for no more than that. */
const SHOTS_AT_ONCE = 400;

/** Records behind a shot among which its verdicts are looked for together with those of its neighbours. */
const NEAR = 2000;

/** What old shots there are. */
export interface Thinnable {
  /** Uninspected shots before the day. */
  readonly old: number;
  /** Of these, those of days that have been exported as a whole. */
  readonly exported: number;
}

/** What thinning came to. */
export interface Thinned {
  readonly shots: number;
  readonly aggregates: number;
  readonly records: number;
}

/** Uninspected shots received before an instant (the begin of a local day). */
export async function thinnable(database: JournalDatabase, before: number): Promise<Thinnable> {
  const meta = await database.get('meta', 'journal');
  const date = localDate(before);
  const days = (await talliesBetween(database, 'day/', 'day/\uffff')).filter((day) => day.date !== null && day.date < date);
  const shotsOf = (rows: typeof days): number => rows.reduce((sum, { rows: { shots, repeats, inspected } }) => sum + shots + repeats - inspected, 0);
  return { old: shotsOf(days), exported: shotsOf(days.filter(({ lastSeq }) => lastSeq <= (meta?.exportedThrough ?? 0))) };
}

export interface ThinContext {
  readonly store: () => JournalStore;
  readonly guard: Guard;
  /** Plans records and keeps them without anything in between. */
  readonly keep: (plan: () => Promise<readonly AppendItem[]>) => Promise<void>;
  readonly monotonicNow: () => number;
  /** Share done, 0..1. */
  readonly onProgress: (share: number) => void;
}

/** Thins every full segment. What was thinned when it fails (a full disk) stays thinned; nothing is half done. */
export async function thin({ store, guard, keep, monotonicNow, onProgress }: ThinContext, before: number, shotsAtOnce = SHOTS_AT_ONCE): Promise<Thinned> {
  let done: Thinned = { shots: 0, aggregates: 0, records: 0 };
  const { database, log } = store();
  const hours = await hoursBetween(database, 0, hourOf(before));
  const oldThrough = hours.reduce((max, { lastSeq }) => Math.max(max, lastSeq), 0);
  const segments = (await database.getAll('segments')).filter(({ number, firstSeq }) => number < (log?.number ?? 0) && firstSeq <= oldThrough);
  const ends = new Set((await database.getAll('segments')).map(({ lastSeq }) => lastSeq));
  const through = Math.min(store().projection.meta.exportedThrough, Math.max(0, ...ends));
  for (const [i, segment] of segments.entries()) {
    const found = done.shots;
    for (let from: number | null = segment.firstSeq; from !== null; ) {
      const start: number = from;
      await keep(async () => {
        const rows = await store().database.getAll('shots', IDBKeyRange.bound(start, segment.lastSeq), shotsAtOnce);
        const last = rows.at(-1);
        from = last && rows.length === shotsAtOnce && last.seq < segment.lastSeq ? last.seq + 1 : null;
        const old = rows.filter((row) => isOld(row, before) && recordsOf(row).every((seq) => seq <= through && !ends.has(seq)));
        const aggregates = await aggregatesOf(store().database, old, { through, ends });
        const mono = monotonicNow();
        done = {
          shots: done.shots + aggregates.reduce((sum, { shots, repeats }) => sum + shots + repeats, 0),
          aggregates: done.aggregates + aggregates.length,
          records: done.records + aggregates.reduce((sum, { covers }) => sum + covers.reduce((n, [a, b]) => n + b - a + 1, 0), 0),
        };
        return aggregates.map((data, at): AppendItem => ({ kind: 'aggregate', at: Date.now(), mono: mono + at / 1e3, bundle: null, data }));
      });
    }
    if (done.shots > found || (await isLarger(store(), segment))) await checkSegment(store(), segment.number, guard);
    onProgress((i + 1) / segments.length);
  }
  return done;
}

/** Verdicts of shots at the end of the segment before may have gone from this one. */
async function isLarger({ database }: JournalStore, segment: SegmentRow): Promise<boolean> {
  return (await database.count('records', IDBKeyRange.bound(segment.firstSeq, segment.lastSeq))) < segment.count;
}

function isOld({ shot, inspections }: ShotRow, before: number): boolean {
  return shot !== null && shot.at < before && inspections.length === 0;
}

function recordsOf({ seq, verdict, shadow }: ShotRow): number[] {
  return [seq, verdict?.seq, shadow?.seq].filter((one) => one !== undefined);
}

/** Aggregates of these shots by stream, day, run and product, with every record about them. */
async function aggregatesOf(
  database: JournalDatabase,
  rows: readonly ShotRow[],
  { through, ends }: { through: number; ends: ReadonlySet<number> },
): Promise<AggregateData[]> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return [];
  const records = new Map<number, JournalRecord>();
  for (const [seq, frame] of await framesBetween(database, first.seq, Math.min(through, last.seq + NEAR))) {
    const record = decodeFrame(frame);
    if (record) records.set(seq, record);
  }
  // Also the verdicts that a later one has taken the place of.
  const about = new Map(rows.map((row) => [row.seq, new Set(recordsOf(row))]));
  for (const [seq, record] of records) if (record.kind === 'verdict') about.get(record.data.shot)?.add(seq);

  const groups = new Map<string, ShotRow[]>();
  for (const row of rows) {
    const seqs = [...(about.get(row.seq) ?? [])];
    // What this version cannot read stays.
    if (!row.shot || records.get(row.seq)?.kind !== 'shot' || seqs.some((seq) => ends.has(seq))) continue;
    const { stream, date, run, product } = row.shot;
    const key = `${stream}/${date}/${run}/${product}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((group) => aggregateOf(group, records, group.flatMap(({ seq }) => [...(about.get(seq) ?? [])])));
}

function aggregateOf(group: readonly ShotRow[], records: ReadonlyMap<number, JournalRecord>, seqs: readonly number[]): AggregateData {
  const first = group[0] as ShotRow & { readonly shot: RowShot };
  const times = group.map(({ shot }) => shot?.at ?? first.shot.at);
  const { inspected: _, defective: __, ...tally } = group.map(tallyOf).reduce((sum, one) => addTally(sum, one), EMPTY_TALLY);
  const values = group.flatMap(({ seq, shot: of }) => {
    const record = records.get(seq);
    return record?.kind === 'shot' && !of?.repeat ? [record.data.values.map(fromWire)] : [];
  });
  const { date, stream, product, run } = first.shot;
  return {
    date, stream, product, run, ...tally,
    first: { seq: first.seq, at: Math.min(...times) },
    last: { seq: group.at(-1)?.seq ?? first.seq, at: Math.max(...times) },
    covers: rangesOf(seqs),
    features: Array.from({ length: FEATURE_COUNT }, (_unused, i) => figuresOf(values.map((row) => row[i] as number))),
  };
}

function figuresOf(all: readonly number[]): AggregateData['features'][number] {
  const values = all.filter(Number.isFinite);
  const n = values.length;
  if (n === 0) return null;
  const mean = values.reduce((sum, value) => sum + value / n, 0);
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / n, 0));
  // Digits that nobody needs would make an aggregate twice as large. (A spread beyond what a number holds cannot be told.)
  return { n, mean: rounded(mean), sd: Number.isFinite(sd) ? rounded(sd) : 0, min: Math.min(...values), max: Math.max(...values) };
}

const rounded = (value: number): number => Number(value.toPrecision(8));

function rangesOf(seqs: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && seq === last[1] + 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}
