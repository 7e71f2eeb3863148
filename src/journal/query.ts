import type { VerdictClass } from '../domain/verdict.ts';
import { decodeFrame } from './format/frame.ts';
import type { JournalRecord } from './format/records.ts';
import { hoursBetween, talliesBetween, type JournalDatabase, type MarkerRow, type ShotTags } from './store/database.ts';
import { currentInspection, dayKey, hourOf, localDate, runKey, type ShotRow, type Stream, type TallyRow } from './store/rows.ts';

/** Rows looked at for one page before it is handed out short: a page stays quick however rare what is looked for is. */
const SCAN_LIMIT = 4000;
/** Of a page's rows: sequence numbers that are looked through for one at first (a shot and its verdict take two), and most keys read at a time. */
const WINDOW_PER_ROW = 3;
const KEYS_PER_ROW = 4;

/** Which shots of the journal. All conditions hold at once; the time is that of receipt, from <= t < to. */
export interface HistoryFilter {
  readonly stream: Stream;
  readonly run?: number | undefined;
  readonly product?: number | undefined;
  /** `none`: recorded, but its verdict was not. */
  readonly verdict?: VerdictClass | 'none' | undefined;
  /** Part id, exactly. */
  readonly part?: string | undefined;
  /** `open`: asked for inspection and not inspected. */
  readonly inspection?: 'open' | 'inspected' | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** Where the next page begins. */
export interface HistoryCursor {
  /** Only rows with smaller sequence numbers. */
  readonly before: number;
  readonly notBefore: number;
}

/** The newest rows first. */
export interface HistoryPage {
  readonly rows: readonly ShotRow[];
  /** Null at the end. A page may be short, even empty, and yet go on. */
  readonly next: HistoryCursor | null;
}

/** One page of the shots that fit. */
export async function historyPage(
  database: JournalDatabase,
  filter: HistoryFilter,
  limit: number,
  cursor: HistoryCursor | null,
): Promise<HistoryPage> {
  const bounds = cursor ?? (await boundsOf(database, filter));
  const rows: ShotRow[] = [];
  const { store } = database.transaction('shots');
  const tag = tagOf(filter);
  const newest = await store.openKeyCursor(null, 'prev');
  let seen = 0;
  let to = Math.min(bounds.before, (newest?.primaryKey ?? 0) + 1);
  for (let width = WINDOW_PER_ROW * limit; to > bounds.notBefore; ) {
    const from = Math.max(bounds.notBefore, to - width);
    const keys = await taggedBetween(store.index('tags'), tag, from, to, KEYS_PER_ROW * limit);
    if (keys === null) {
      width = Math.ceil(width / 4);
      continue;
    }
    for (let end = keys.length; end > 0; end -= limit) {
      const some = keys.slice(Math.max(0, end - limit), end).reverse();
      const found = await Promise.all(some.map((key) => store.get(key)));
      for (const [i, row] of found.entries()) {
        if (rows.length === limit || seen === SCAN_LIMIT) return { rows, next: { ...bounds, before: some[i]! + 1 } };
        seen += 1;
        if (row && fits(row, filter)) rows.push(row);
      }
    }
    to = from;
    if (keys.length < limit) width *= 4;
  }
  return { rows, next: null };
}

/**
 * Primary keys of the rows with a tag in `from <= key < to`, ascending; null when there are more than `most`. Forwards, whatever is
 * wanted first: Chromium walks through all rows that share an index key before it stands at the last of them.
 */
async function taggedBetween(
  index: ShotTags,
  tag: string,
  from: number,
  to: number,
  most: number,
): Promise<number[] | null> {
  const keys: number[] = [];
  let at = await index.openKeyCursor(IDBKeyRange.only(tag));
  if (at && at.primaryKey < from) at = await at.continuePrimaryKey(tag, from);
  for (; at && at.primaryKey < to; at = await at.continue()) {
    if (keys.length === most) return null;
    keys.push(at.primaryKey);
  }
  return keys;
}

/** The one tag of `tagsOf` that says most of a filter. */
function tagOf({ stream, product, verdict, part, inspection }: HistoryFilter): string {
  if (part !== undefined) return `part:${part}`;
  if (inspection !== undefined) return `${stream}/${inspection}`;
  const place = product !== undefined ? `${stream}/p:${product}` : stream;
  return verdict === undefined ? place : `${place}/v:${verdict}`;
}

function fits(row: ShotRow, filter: HistoryFilter): boolean {
  const { shot } = row;
  if (!shot || shot.stream !== filter.stream) return false;
  const inspected = currentInspection(row) !== null;
  return (
    (filter.run === undefined || shot.run === filter.run) &&
    (filter.product === undefined || shot.product === filter.product) &&
    (filter.verdict === undefined || (row.verdict?.class ?? 'none') === filter.verdict) &&
    (filter.part === undefined || currentInspection(row)?.part === filter.part) &&
    (filter.inspection === undefined || (filter.inspection === 'inspected' ? inspected : !inspected && row.verdict?.asked === true)) &&
    (filter.from === undefined || shot.at >= filter.from) &&
    (filter.to === undefined || shot.at < filter.to)
  );
}

/** Sequence numbers between which the time and the run of a filter lie. A clock that was set back only widens them. */
async function boundsOf(database: JournalDatabase, { from, to, run }: HistoryFilter): Promise<HistoryCursor> {
  let before = Number.MAX_SAFE_INTEGER;
  let notBefore = 0;
  if (from !== undefined || to !== undefined) {
    const hours = await hoursBetween(database, hourOf(from ?? 0), hourOf((to ?? 8.64e15) - 1));
    before = Math.max(0, ...hours.map(({ lastSeq }) => lastSeq)) + 1;
    notBefore = Math.min(before, ...hours.map(({ firstSeq }) => firstSeq));
  }
  if (run !== undefined) {
    const [tally] = await talliesBetween(database, runKey(run), runKey(run));
    before = Math.min(before, (tally?.lastSeq ?? 0) + 1);
    notBefore = Math.max(notBefore, run);
  }
  return { before, notBefore };
}

/** A shot with every record about it: what the audit shows. */
export interface ShotFile {
  readonly row: ShotRow;
  readonly shot: Extract<JournalRecord, { kind: 'shot' }>;
  readonly verdict: Extract<JournalRecord, { kind: 'verdict' }> | null;
  readonly shadow: Extract<JournalRecord, { kind: 'verdict' }> | null;
  /** Oldest first; the last counts. */
  readonly inspections: readonly Extract<JournalRecord, { kind: 'inspection' }>[];
}

/** The file of a row; null where its shot cannot be read (any more). */
export async function shotFile(database: JournalDatabase, row: ShotRow): Promise<ShotFile | null> {
  const wanted = [row.seq, row.verdict?.seq, row.shadow?.seq, ...row.inspections];
  const transaction = database.transaction('records');
  const records = await Promise.all(
    wanted.map(async (seq) => {
      const frame = seq === undefined ? undefined : await transaction.store.get(seq);
      return frame ? decodeFrame(frame) : null;
    }),
  );
  const [shot, verdict, shadow, ...inspections] = records;
  if (shot?.kind !== 'shot') return null;
  return {
    row,
    shot,
    verdict: verdict?.kind === 'verdict' ? verdict : null,
    shadow: shadow?.kind === 'verdict' ? shadow : null,
    inspections: inspections.filter((record) => record?.kind === 'inspection'),
  };
}

/** The latest rows with a verdict, of every stream, oldest first. */
export async function latestRows(database: JournalDatabase, limit: number): Promise<ShotRow[]> {
  const rows: ShotRow[] = [];
  let at = await database.transaction('shots').store.openCursor(null, 'prev');
  for (let seen = 0; at && rows.length < limit && seen < 4 * limit; seen += 1) {
    if (at.value.shot && at.value.verdict) rows.push(at.value);
    at = await at.continue();
  }
  return rows.reverse();
}

/** All inspected shots of a stretch of time, oldest first. */
export async function inspectedRows(database: JournalDatabase, stream: Stream, from: number, to: number): Promise<ShotRow[]> {
  const filter: HistoryFilter = { stream, inspection: 'inspected', from, to };
  const rows: ShotRow[] = [];
  let next: HistoryCursor | null = null;
  do {
    const page: HistoryPage = await historyPage(database, filter, SCAN_LIMIT, next);
    rows.push(...page.rows);
    next = page.next;
  } while (next);
  return rows.reverse();
}

/** Events and changed settings whose time lies in `from <= t < to`, oldest first. */
export async function markersBetween(database: JournalDatabase, from: number, to: number): Promise<MarkerRow[]> {
  const { before, notBefore } = await boundsOf(database, { stream: 'line', from, to });
  if (notBefore >= before) return [];
  const markers = await database.getAll('markers', IDBKeyRange.bound(notBefore, before, false, true));
  return markers.filter(({ at }) => at >= from && at < to);
}

/** Counts per day and product of a stream, from the local date of `from` to that of the last moment before `to`. */
export function dayTallies(database: JournalDatabase, stream: Stream, from: number, to: number): Promise<TallyRow[]> {
  const prefix = (date: string): string => dayKey(stream, date, null).replace(/null$/, '');
  return talliesBetween(database, prefix(localDate(from)), `${prefix(localDate(to - 1))}\uffff`);
}

/** The latest runs of a stream, newest first. */
export async function latestRuns(database: JournalDatabase, stream: Stream, limit: number): Promise<TallyRow[]> {
  const meta = await database.get('meta', 'journal');
  const hot = (meta?.hot.tallies ?? []).filter(({ run, stream: of }) => run !== null && of === stream);
  const runs = new Map(hot.map((row) => [row.key, row]));
  let at = await database.transaction('tallies').store.openCursor(IDBKeyRange.bound(runKey(0), 'run/\uffff'), 'prev');
  for (let seen = 0; at && seen < SCAN_LIMIT && runs.size < limit + hot.length; seen += 1) {
    if (at.value.stream === stream && !runs.has(at.value.key)) runs.set(at.value.key, at.value);
    at = await at.continue();
  }
  return [...runs.values()].sort((a, b) => b.firstSeq - a.firstSeq).slice(0, limit);
}
