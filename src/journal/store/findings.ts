import type { InspectionDraw, VerdictMemory } from '../../domain/verdict.ts';
import type { JournalDatabase } from './database.ts';
import { currentInspection, type RowInspection, type RowShot, type RowVerdict, type ShotRow, type Stream } from './rows.ts';

/** What there is to learn from an inspected shot: its row without what only lists show. */
export interface InspectedShot {
  readonly seq: number;
  readonly shot: Pick<RowShot, 'id' | 'at' | 'product' | 'repeat'> | null;
  readonly verdict: {
    readonly draw?: Pick<InspectionDraw, 'reason' | 'weight'>;
    readonly memory?: Pick<VerdictMemory, 'run' | 'said' | 'mixture'>;
  } | null;
  readonly shadow: Pick<RowVerdict, 'seq' | 'bundle' | 'probability'> | null;
  readonly inspection: Pick<RowInspection, 'seq' | 'at' | 'outcome' | 'reason'> | null;
  /** The first of them is enough: it says when the shot was learned from. */
  readonly inspections: readonly number[];
}

/**
 * Inspected shots of a stream that lie together, as the JSON of an array by ascending `seq`. A year of shots is read as so
 * many short texts; as objects it takes the browser several times as long, once for the database and once for the page.
 */
export interface FindingsRow {
  /** `<stream>/<page>`. */
  readonly key: string;
  readonly text: string;
}

/** Sequence numbers that share a page: what one more finding writes anew. */
const PAGE = 256;

/** Pages that are read at once: some megabytes. */
const AT_ONCE = 256;

/** Some pages of a stream, and the key behind which the next ones are; null at the end. */
export interface FindingPages {
  readonly texts: readonly string[];
  readonly next: string | null;
}

/** The pages behind a key, ascending; from the beginning for null. */
export async function findingPages(database: JournalDatabase, stream: Stream, after: string | null): Promise<FindingPages> {
  const range = IDBKeyRange.bound(after ?? `${stream}/`, `${stream}/\uffff`, after !== null);
  const pages = await database.getAll('findings', range, AT_ONCE);
  return { texts: pages.map(({ text }) => text), next: pages.length < AT_ONCE ? null : (pages.at(-1)?.key ?? null) };
}

/** The shots of a page. */
function shotsOf(text: string): InspectedShot[] {
  return JSON.parse(text) as InspectedShot[];
}

/** Adds the shots of pages to those before them, a page a step. */
export function* readPages(texts: readonly string[], shots: InspectedShot[]): Generator<void, void, void> {
  for (const text of texts) {
    shots.push(...shotsOf(text));
    yield;
  }
}

/** The pages as they are after these rows have become what they are: each holds what its rows teach, and nothing else. */
export async function changedFindings(database: Pick<JournalDatabase, 'get'>, rows: Iterable<ShotRow>): Promise<FindingsRow[]> {
  const changed = new Map<string, ShotRow[]>();
  for (const row of rows) {
    // A row that was ever inspected keeps its last inspection, if only a withdrawn one.
    if (!row.shot || !row.inspection) continue;
    const key = `${row.shot.stream}/${String(Math.floor(row.seq / PAGE)).padStart(12, '0')}`;
    changed.set(key, [...(changed.get(key) ?? []), row]);
  }
  return Promise.all(
    [...changed].map(async ([key, own]) => {
      const page = await database.get('findings', key);
      const shots = new Map(shotsOf(page?.text ?? '[]').map((shot) => [shot.seq, shot]));
      for (const row of own) {
        const lesson = lessonOf(row);
        if (lesson) shots.set(row.seq, lesson);
        else shots.delete(row.seq);
      }
      return { key, text: JSON.stringify([...shots.values()].sort((a, b) => a.seq - b.seq)) };
    }),
  );
}

/** Null where there is nothing to learn: a repeat, a finding that was withdrawn. */
function lessonOf(row: ShotRow): InspectedShot | null {
  const { seq, shot, verdict, shadow } = row;
  const inspection = currentInspection(row);
  if (!shot || shot.repeat || !inspection) return null;
  return {
    seq,
    shot: { id: shot.id, at: shot.at, product: shot.product, repeat: false },
    verdict: verdict && {
      ...(verdict.draw && { draw: { reason: verdict.draw.reason, weight: verdict.draw.weight } }),
      ...(verdict.memory && { memory: { run: verdict.memory.run, said: verdict.memory.said, mixture: verdict.memory.mixture } }),
    },
    shadow: shadow && { seq: shadow.seq, bundle: shadow.bundle, probability: shadow.probability },
    inspection: { seq: inspection.seq, at: inspection.at, outcome: inspection.outcome, reason: inspection.reason },
    inspections: row.inspections.slice(0, 1),
  };
}
