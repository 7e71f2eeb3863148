/** Shots of the journal, however old, with their neighbours. */
import { err, ok, type Result } from '../domain/result.ts';
import { judgedShotOf } from '../journal/convert.ts';
import type { DurableJournal } from '../journal/journal.ts';
import type { ShotFile } from '../journal/query.ts';
import type { Stream } from '../journal/store/rows.ts';
import type { ShotPlace } from './shot-history.svelte.ts';

/** The id of a route that names a shot by its sequence number. */
export function pastId(seq: number): string {
  return `@${seq}`;
}

/** The sequence number in a route's id; null where it names a shot otherwise. */
export function seqOfPastId(id: string | null): number | null {
  const match = /^@(\d{1,15})$/.exec(id ?? '');
  return match ? Number(match[1]) : null;
}

/** A shot of the journal as the shot view shows it. */
export interface PastShot {
  /** Null while the shot has no verdict. */
  readonly place: ShotPlace | null;
  readonly file: ShotFile;
}

type Reader = Pick<DurableJournal, 'shot' | 'history'>;

/** Records in which the next shot is looked for: two or three belong to one, unless many were corrected later. */
const WINDOWS = [40, 4000];

/** Reads a shot and where its neighbours of the same stream stand. Null where there is none of that number. */
export async function pastShot(records: Reader, seq: number): Promise<Result<PastShot | null>> {
  const file = await records.shot(seq);
  if (!file.ok) return err(file.error);
  if (file.value === null) return ok(null);
  const judged = judgedShotOf(file.value);
  const stream = file.value.row.shot?.stream ?? 'line';
  if (judged === null) return ok({ place: null, file: file.value });
  const [previous, next] = await Promise.all([before(records, stream, seq), after(records, stream, seq)]);
  const id = (of: number | null): string | null => (of === null ? null : pastId(of));
  return ok({ place: { judged, index: 0, total: 0, previous: id(previous), next: id(next) }, file: file.value });
}

async function before(records: Reader, stream: Stream, seq: number): Promise<number | null> {
  const page = await records.history({ stream }, 1, { before: seq, notBefore: 0 });
  return page.ok ? (page.value.rows[0]?.seq ?? null) : null;
}

async function after(records: Reader, stream: Stream, seq: number): Promise<number | null> {
  for (const width of WINDOWS) {
    const page = await records.history({ stream }, width, { before: seq + 1 + width, notBefore: seq + 1 });
    const row = page.ok ? page.value.rows.at(-1) : undefined;
    if (row) return row.seq;
  }
  return null;
}
