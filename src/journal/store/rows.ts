import { PRODUCT_INDEX, SHOT_INDEX } from '../../domain/feature.ts';
import type { InspectionDraw, VerdictClass, VerdictMemory } from '../../domain/verdict.ts';
import { fromWire, type Finding, type InspectionData, type JournalRecord } from '../format/records.ts';

/**
 * What the database keeps beside the records so that a million of them can be paged: one row a shot, and tallies per run
 * and day. All of it follows from the records; applied in any order they give the same rows.
 */

/** The machine's shots, those of the demo line and those typed by hand never mix in a figure. */
export type Stream = 'line' | 'demo' | 'typed';

/** A verdict as a list shows it. */
export interface RowVerdict {
  readonly seq: number;
  readonly class: VerdictClass;
  readonly probability: number | null;
  readonly threshold: number | null;
  readonly bundle: string | null;
  readonly samplingRate: number | null;
  readonly asked: boolean;
  /** Absent where the record has none. */
  readonly draw?: InspectionDraw;
  readonly memory?: VerdictMemory;
}

/** The inspection that counts (the latest) as a list shows it. */
export interface RowInspection {
  readonly seq: number;
  readonly at: number;
  readonly outcome: InspectionData['outcome'];
  readonly findings: readonly Finding[];
  readonly part: string | null;
  readonly note: string | null;
  readonly reason: InspectionData['reason'];
}

/** What the shot record itself says, as a list shows it. */
export interface RowShot {
  readonly id: string;
  readonly source: string;
  readonly stream: Stream;
  /** Wall time of receipt, ms since the epoch. */
  readonly at: number;
  /** Local date of `at`, YYYY-MM-DD. */
  readonly date: string;
  readonly run: number;
  /** Null where missing or not finite. */
  readonly product: number | null;
  readonly shotNumber: number | null;
  readonly repeat: boolean;
}

/** One shot with all that was said of it. */
export interface ShotRow {
  /** Sequence number of the shot's record. */
  readonly seq: number;
  /** Null while only what refers to the shot has been applied (a rebuild under way). */
  readonly shot: RowShot | null;
  readonly verdict: RowVerdict | null;
  readonly shadow: RowVerdict | null;
  readonly inspection: RowInspection | null;
  /** Sequence numbers of all inspections of this shot, ascending: the audit trail. */
  readonly inspections: readonly number[];
  /** What the row is found by; see {@link tagsOf}. */
  readonly tags: readonly string[];
}

/** Counts of a stretch of shots. A repeat counts as a repeat and nowhere else. */
export interface Tally {
  readonly shots: number;
  readonly repeats: number;
  readonly ok: number;
  readonly ng: number;
  readonly hold: number;
  readonly unjudged: number;
  readonly asked: number;
  readonly inspected: number;
  readonly defective: number;
}

export const EMPTY_TALLY: Tally = {
  shots: 0, repeats: 0, ok: 0, ng: 0, hold: 0, unjudged: 0, asked: 0, inspected: 0, defective: 0,
};

/** A run or a day of one stream: where its records stand, and its counts. */
export interface TallyRow {
  /** `run/<seq>` or `day/<stream>/<date>/<product>`. */
  readonly key: string;
  readonly stream: Stream;
  readonly product: number | null;
  /** Of a day; null for a run. */
  readonly date: string | null;
  /** Of a run; null for a day. */
  readonly run: number | null;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of the shots whose rows are here. */
  readonly rows: Tally;
  /** Of the shots that retention has removed. */
  readonly thinned: Tally;
}

/** The sequence numbers that fall into one hour of wall time: where to look for a time. */
export interface HourRow {
  /** Hours since the epoch. */
  readonly hour: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export function streamOf(source: string): Stream {
  if (source === 'demo') return 'demo';
  return source === 'form' ? 'typed' : 'line';
}

/** Local date of an instant, YYYY-MM-DD. */
export function localDate(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The inspection that is in force: none after a withdrawal. */
export function currentInspection<I extends Pick<RowInspection, 'outcome'>>(row: { readonly inspection: I | null }): I | null {
  return row.inspection === null || row.inspection.outcome === 'withdrawn' ? null : row.inspection;
}

/**
 * What a row can be found by: a page is one walk along one tag. A run needs none, because its rows lie together. Empty
 * until the shot is known and judged: an index entry that is taken back a moment later costs more than it serves. A shot
 * whose verdict does not come is `settled` without it.
 */
export function tagsOf(row: Omit<ShotRow, 'tags'>, settled = false): string[] {
  if (!row.shot || (!row.verdict && !row.inspection && !settled)) return [];
  const { stream, product } = row.shot;
  const judged = row.verdict?.class ?? 'none';
  const tags = [stream, `${stream}/v:${judged}`, `${stream}/p:${product}`, `${stream}/p:${product}/v:${judged}`];
  const inspection = currentInspection(row);
  if (inspection) tags.push(`${stream}/inspected`);
  else if (row.verdict?.asked) tags.push(`${stream}/open`);
  if (inspection?.part) tags.push(`part:${inspection.part}`);
  return tags;
}

/** The row a record belongs to; null for records that are not about a shot. */
export function rowOf(record: JournalRecord): number | null {
  if (record.kind === 'shot') return record.seq;
  return record.kind === 'verdict' || record.kind === 'inspection' ? record.data.shot : null;
}

/** The row of a shot after one more of its records. Of several verdicts or inspections the latest counts. */
export function applyToRow(row: ShotRow | undefined, record: JournalRecord): ShotRow {
  const seq = rowOf(record);
  if (seq === null) throw new TypeError(`a ${record.kind} has no row`);
  const before = row ?? { seq, shot: null, verdict: null, shadow: null, inspection: null, inspections: [], tags: [] };
  const after = { ...before, ...changeOf(before, record) };
  return { ...after, tags: tagsOf(after, before.tags.length > 0) };
}

/** A shot that waits for its verdict and is found by nothing yet. */
export function isUnsettled(row: ShotRow): boolean {
  return row.shot !== null && row.tags.length === 0;
}

/** The row of a shot whose verdict has not come: found as one without. */
export function settle(row: ShotRow): ShotRow {
  return { ...row, tags: tagsOf(row, true) };
}

function changeOf(row: ShotRow, record: JournalRecord): Partial<ShotRow> {
  if (record.kind === 'shot') {
    const { data } = record;
    const at = data.receivedAt;
    return {
      shot: {
        id: data.id,
        source: data.source,
        stream: streamOf(data.source),
        at,
        date: localDate(at),
        run: data.run,
        product: finiteOrNull(fromWire(data.values[PRODUCT_INDEX] ?? null)),
        shotNumber: finiteOrNull(fromWire(data.values[SHOT_INDEX] ?? null)),
        repeat: data.repeat,
      },
    };
  }
  if (record.kind === 'verdict') {
    const { data } = record;
    const place = data.role === 'main' ? 'verdict' : 'shadow';
    if ((row[place]?.seq ?? 0) > record.seq) return {};
    const verdict: RowVerdict = {
      seq: record.seq,
      class: data.class,
      probability: data.probability === null ? null : fromWire(data.probability),
      threshold: data.threshold === null ? null : fromWire(data.threshold),
      bundle: record.bundle,
      samplingRate: data.samplingRate,
      asked: data.asked,
      ...(data.draw && data.samplingRate !== null && { draw: { ...data.draw, inclusion: data.samplingRate } }),
      ...(data.memory && { memory: data.memory }),
    };
    return { [place]: verdict };
  }
  if (record.kind === 'inspection') {
    const { outcome, findings, part, note, reason } = record.data;
    const inspections = [...row.inspections, record.seq].sort((a, b) => a - b);
    if ((row.inspection?.seq ?? 0) > record.seq) return { inspections };
    return { inspections, inspection: { seq: record.seq, at: record.at, outcome, findings, part, note, reason } };
  }
  return {};
}

/** What a row counts for. Nothing until the shot is known. */
export function tallyOf(row: ShotRow | undefined): Tally {
  if (!row?.shot) return EMPTY_TALLY;
  if (row.shot.repeat) return { ...EMPTY_TALLY, repeats: 1 };
  const inspection = currentInspection(row);
  const judged = row.verdict?.class;
  return {
    shots: 1,
    repeats: 0,
    ok: judged === 'ok' ? 1 : 0,
    ng: judged === 'ng' ? 1 : 0,
    hold: judged === 'hold' ? 1 : 0,
    unjudged: judged === undefined ? 1 : 0,
    // Of the parts predicted good: the others are looked at anyway.
    asked: row.verdict?.asked && judged === 'ok' ? 1 : 0,
    inspected: inspection ? 1 : 0,
    defective: inspection?.outcome === 'defective' ? 1 : 0,
  };
}

/** `a + sign * b`, count by count. */
export function addTally(a: Tally, b: Tally, sign: 1 | -1 = 1): Tally {
  return Object.fromEntries(
    (Object.keys(EMPTY_TALLY) as (keyof Tally)[]).map((key) => [key, a[key] + sign * b[key]]),
  ) as unknown as Tally;
}

/** All shots of a run or day, whether their raw values are still here or not. */
export function totalOf(row: TallyRow): Tally {
  return addTally(row.rows, row.thinned);
}

export const runKey = (run: number): string => `run/${String(run).padStart(12, '0')}`;
export const dayKey = (stream: Stream, date: string, product: number | null): string => `day/${stream}/${date}/${product}`;
export const hourOf = (at: number): number => Math.floor(at / 3_600_000);

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

