import { detailOf } from '../../domain/app-error.ts';
import { PRODUCT_INDEX, SHOT_INDEX } from '../../domain/feature.ts';
import { encodeFrame, MAX_GROUP, type FrameInput } from '../format/frame.ts';
import { fromWire, RECORD_SCHEMA, type JournalRecord, type RecordData } from '../format/records.ts';
import type { FramedRecord } from './projection.ts';
import { UnfitRecord } from './refusal.ts';
import { nextRun, type RunState } from './runs.ts';

/**
 * A record on its way in. Its shot may be one of the same request (`item`: its position there), whose sequence number is
 * not known yet; the run of a shot is for the journal to say.
 */
export type AppendItem = {
  /** Wall time, ms since the epoch. */
  readonly at: number;
  /** Monotonic time, ms; no two records of a session share one, so that a repeated request is recognised. */
  readonly mono: number;
  readonly bundle: string | null;
} & (
  | { readonly kind: 'shot'; readonly data: Omit<RecordData['shot'], 'run'> }
  | { readonly kind: 'verdict'; readonly shot: ShotRef; readonly data: Omit<RecordData['verdict'], 'shot'> }
  | { readonly kind: 'inspection'; readonly shot: ShotRef; readonly data: Omit<RecordData['inspection'], 'shot'> }
  | { readonly kind: 'event'; readonly data: RecordData['event'] }
  | { readonly kind: 'setting'; readonly data: RecordData['setting'] }
  | { readonly kind: 'aggregate'; readonly data: RecordData['aggregate'] }
);

/** A shot's sequence number, or its position in the same request. */
export type ShotRef = number | { readonly item: number };

/** Records that one group commit may hold, with room for those the journal adds. */
export const MAX_ITEMS = MAX_GROUP - 16;

/** Gives the records of one group commit their sequence numbers and runs, and encodes them. Throws an {@link UnfitRecord}. */
export function compose(
  requests: readonly (readonly AppendItem[])[],
  from: { lastSeq: number; session: number; runs: Readonly<Record<string, RunState>> },
): FramedRecord[] {
  const size = requests.reduce((sum, items) => sum + items.length, 0);
  const runs = { ...from.runs };
  const framed: FramedRecord[] = [];
  let seq = from.lastSeq;
  for (const items of requests) {
    const first = seq + 1;
    const shotSeq = (ref: ShotRef): number => (typeof ref === 'number' ? ref : first + ref.item);
    for (const item of items) {
      seq += 1;
      const { at, mono, bundle, kind } = item;
      let data: RecordData[typeof kind];
      if (kind === 'shot') {
        const product = fromWire(item.data.values[PRODUCT_INDEX] ?? null);
        const counter = fromWire(item.data.values[SHOT_INDEX] ?? null);
        const state = nextRun(runs[item.data.source], { seq, product, counter });
        runs[item.data.source] = state;
        data = { ...item.data, run: state.run };
      } else if (kind === 'verdict' || kind === 'inspection') data = { shot: shotSeq(item.shot), ...item.data };
      else data = item.data;
      const record = { seq, at, mono, session: from.session, schema: RECORD_SCHEMA, bundle, kind, data } as JournalRecord;
      framed.push({ seq, record, frame: encoded({ ...record, group: { position: framed.length, size } }) });
    }
  }
  return framed;
}

function encoded(record: FrameInput): Uint8Array<ArrayBuffer> {
  try {
    return encodeFrame(record);
  } catch (thrown) {
    throw new UnfitRecord(detailOf(thrown));
  }
}
