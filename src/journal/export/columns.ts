import { FEATURE_NAMES } from '../../domain/feature.ts';
import { fromWire, type WireValue } from '../format/records.ts';
import type { MarkerRow } from '../store/database.ts';
import { currentInspection } from '../store/rows.ts';
import type { ExportShot } from './rows.ts';

/** A value of an exported cell; null where there is none. */
export type Cell = string | number | boolean | null;

/** What a column holds. `count` is a whole number beyond 32 bits; `instant` is ms since the epoch (UTC). */
export type ColumnType = 'count' | 'int' | 'number' | 'text' | 'flag' | 'instant';

/** A column of an exported table. The names and types are a contract: docs/exports.md. */
export interface Column<Row> {
  readonly name: string;
  readonly type: ColumnType;
  readonly of: (row: Row) => Cell;
}

/** A shot or event together with what the whole export says of itself. */
export interface Exported<T> {
  readonly value: T;
  readonly journalId: string;
  /** The export knows everything up to this record: of several rows of one shot the one with the highest counts. */
  readonly asOf: number;
}

const finite = (value: WireValue | undefined): number | null => {
  const number = value === undefined ? NaN : fromWire(value);
  return Number.isFinite(number) ? number : null;
};

/** Infinities are kept apart from missing values: Parquet can hold both, a spreadsheet neither. */
const reading = (value: WireValue | undefined): number | null => {
  const number = value === undefined ? NaN : fromWire(value);
  return Number.isNaN(number) ? null : number;
};

type ShotColumn = Column<Exported<ExportShot>>;

const column = (name: string, type: ColumnType, of: (shot: ExportShot) => Cell): ShotColumn => ({ name, type, of: ({ value }) => of(value) });

/** Table `shots`: one row a shot. */
export const SHOT_COLUMNS: readonly ShotColumn[] = [
  { name: 'journal', type: 'text', of: ({ journalId }) => journalId },
  column('seq', 'count', ({ row }) => row.seq),
  { name: 'as_of_seq', type: 'count', of: ({ asOf }) => asOf },
  column('stream', 'text', ({ row }) => row.shot?.stream ?? null),
  column('shot_id', 'text', ({ shot }) => shot.data.id),
  column('received_at', 'instant', ({ shot }) => shot.data.receivedAt),
  column('run', 'count', ({ shot }) => shot.data.run),
  column('product', 'int', ({ row }) => row.shot?.product ?? null),
  column('shot_number', 'int', ({ row }) => row.shot?.shotNumber ?? null),
  column('repeated', 'flag', ({ shot }) => shot.data.repeat),
  ...FEATURE_NAMES.map((name, i) => column(name.toLowerCase(), 'number', ({ shot }) => reading(shot.data.values[i]))),
  column('verdict', 'text', ({ verdict }) => verdict?.data.class ?? null),
  column('probability', 'number', ({ verdict }) => finite(verdict?.data.probability)),
  column('threshold', 'number', ({ verdict }) => finite(verdict?.data.threshold)),
  column('confidence', 'text', ({ verdict }) => verdict?.data.confidence ?? null),
  column('hold_reasons', 'text', ({ verdict }) => verdict?.data.reasons.map(({ kind }) => kind).join(' ') || null),
  column('spe', 'number', ({ verdict }) => finite(verdict?.data.spe)),
  column('t2', 'number', ({ verdict }) => finite(verdict?.data.t2)),
  column('bundle', 'text', ({ verdict }) => verdict?.bundle ?? null),
  column('sampling_rate', 'number', ({ verdict }) => verdict?.data.samplingRate ?? null),
  column('asked', 'flag', ({ verdict }) => verdict?.data.asked ?? null),
  column('shadow_verdict', 'text', ({ shadow }) => shadow?.data.class ?? null),
  column('shadow_probability', 'number', ({ shadow }) => finite(shadow?.data.probability)),
  column('shadow_threshold', 'number', ({ shadow }) => finite(shadow?.data.threshold)),
  column('shadow_bundle', 'text', ({ shadow }) => shadow?.bundle ?? null),
  column('inspected_at', 'instant', ({ row }) => currentInspection(row)?.at ?? null),
  column('outcome', 'text', ({ row }) => currentInspection(row)?.outcome ?? null),
  column('findings', 'text', ({ row }) => currentInspection(row)?.findings.map(({ defect, cavity }) => `${defect}_${cavity}`).join(' ') || null),
  column('inspection_reason', 'text', ({ row }) => currentInspection(row)?.reason ?? null),
  column('part', 'text', ({ row }) => currentInspection(row)?.part ?? null),
  column('note', 'text', ({ row }) => currentInspection(row)?.note ?? null),
];

type EventColumn = Column<Exported<MarkerRow>>;

/** Table `events`: what people and the app noted around the shots, and changed settings. */
export const EVENT_COLUMNS: readonly EventColumn[] = [
  { name: 'journal', type: 'text', of: ({ journalId }) => journalId },
  { name: 'seq', type: 'count', of: ({ value }) => value.seq },
  { name: 'at', type: 'instant', of: ({ value }) => value.at },
  { name: 'type', type: 'text', of: ({ value }) => (value.kind === 'event' ? value.data.type : 'setting') },
  { name: 'text', type: 'text', of: ({ value }) => (value.kind === 'event' ? value.data.text : value.data.name) },
  {
    name: 'details',
    type: 'text',
    of: ({ value }) => JSON.stringify(value.kind === 'event' ? value.data.details : { before: value.data.before, after: value.data.after }),
  },
  { name: 'bundle', type: 'text', of: ({ value }) => value.bundle },
];
