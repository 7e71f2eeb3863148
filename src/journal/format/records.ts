import { CAVITIES, DEFECTS } from '../../domain/defect.ts';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { z } from '../../domain/zod.ts';

/**
 * What the journal keeps. Every record is one frame (see frame.ts) whose payload is the JSON of `bundle` and `data` below.
 * Records are never changed: a correction, a second verdict, a withdrawn finding is a record of its own.
 */

/** Version of the payloads below; a reader refuses what is newer and migrates what is older. */
export const RECORD_SCHEMA = 1;

/** JSON has no NaN and no infinities: missing is null, infinities are text. -0 is written as 0. */
const wireNumber = z.union([z.number(), z.literal('Infinity'), z.literal('-Infinity')]);
const wireValue = z.nullable(wireNumber);

/** A number of a record as it stands in JSON; null = missing (NaN). */
export type WireValue = z.infer<typeof wireValue>;

/** A number as it stands in JSON: NaN is null, infinities are text. */
export function toWire(value: number): WireValue {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? null : value > 0 ? 'Infinity' : '-Infinity';
}

/** The inverse of {@link toWire}. */
export function fromWire(value: WireValue): number {
  return value === null ? NaN : Number(value);
}

const sequence = z.int().check(z.nonnegative());

const findingSchema = z.strictObject({ defect: z.enum(DEFECTS), cavity: z.union([z.literal(CAVITIES[0]), z.literal(CAVITIES[1])]) });

/** A shot as it came in, before anything was said about it. */
export const shotDataSchema = z.strictObject({
  id: z.string(),
  source: z.string(),
  /** Wall time at which the app received it, ms since the epoch. */
  receivedAt: z.number(),
  /** 30 recorded values in the order of `FEATURES`. */
  values: z.array(wireValue).check(z.length(FEATURE_COUNT)),
  repeat: z.boolean(),
  /** Sequence number of the first shot of its run; a run ends where the product changes or the shot counter falls. */
  run: sequence,
  row: z.optional(z.int()),
  labels: z.optional(z.strictObject({ defective: z.boolean(), findings: z.array(findingSchema) })),
});

const share = z.number().check(z.minimum(0), z.maximum(1));
const shares = z.record(z.string(), share);

/** See `VerdictMemory` in domain/verdict.ts. */
const memorySchema = z.strictObject({
  run: z.number(),
  shots: sequence,
  labels: sequence,
  odds: z.strictObject({ sum: z.number(), count: sequence }),
  said: shares,
  weights: shares,
  mixture: z.nullable(share),
  shown: z.nullable(share),
  pinned: z.nullable(z.string()),
});

/** What was said of a shot. A `shadow` verdict is that of the bundle that ran beside the one in use. */
export const verdictDataSchema = z.strictObject({
  shot: sequence,
  role: z.enum(['main', 'shadow']),
  class: z.enum(['ok', 'ng', 'hold']),
  probability: wireValue,
  extrapolated: z.boolean(),
  confidence: z.nullable(z.enum(['high', 'medium', 'low'])),
  confidenceScore: wireValue,
  /** The reasons of a HOLD as JSON, without the cause of an error. */
  reasons: z.array(z.looseObject({ kind: z.string() })),
  threshold: wireValue,
  policy: z.nullable(z.looseObject({ kind: z.string() })),
  spe: wireValue,
  t2: wireValue,
  score: wireValue,
  backend: z.nullable(z.string()),
  durationMs: z.number(),
  /** The chance that a part like this one is asked for inspection; null where none are (shadow, repeats). */
  samplingRate: z.nullable(share),
  /** Whether this part is asked for. */
  asked: z.boolean(),
  /** Why it is asked for, what its label weighs, and how many of the riskiest its run has been asked for. */
  draw: z.optional(
    z.strictObject({ reason: z.nullable(z.enum(['first', 'regular', 'riskiest'])), weight: z.number().check(z.nonnegative()), risky: sequence }),
  ),
  memory: z.optional(memorySchema),
});

/** What an inspector found, or that an earlier finding is withdrawn. The latest record of a shot counts. */
export const inspectionDataSchema = z.strictObject({
  shot: sequence,
  outcome: z.enum(['good', 'defective', 'withdrawn']),
  findings: z.array(findingSchema),
  /** Part id as read by the scanner. */
  part: z.nullable(z.string().check(z.maxLength(200))),
  note: z.nullable(z.string().check(z.maxLength(2000))),
  /** Why this part was looked at: it was predicted defective or held, drawn at random, or chosen by a person. */
  reason: z.enum(['flagged', 'asked', 'chosen']),
  /** Sequence number of the inspection that this one corrects. */
  corrects: z.nullable(sequence),
});

/** A scalar of an event or setting. */
export const scalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** What happened around the shots. People write the first group, the app itself the second. */
export const EVENT_TYPES = [
  'die_change',
  'stop',
  'note',
  'model_change',
  'threshold_change',
  'session_start',
  'clock_change',
  'repair',
  'records_lost',
  'unrecorded',
  'export',
  'retention',
  'backup',
  'restore',
  'file_scored',
  'station',
  'release',
  'new_run',
  'run_alarm',
  'run_alarm_seen',
  'predictor_pinned',
  'inspection_skipped',
  'domain_table_change',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export const eventDataSchema = z.strictObject({
  type: z.enum(EVENT_TYPES),
  text: z.nullable(z.string().check(z.maxLength(2000))),
  details: z.record(z.string(), scalarSchema),
});

/** A setting that was changed, with both its values as they are shown. */
export const settingDataSchema = z.strictObject({ name: z.string(), before: scalarSchema, after: scalarSchema });

/**
 * Shots of a day and a run in figures, in the place of their records: from the moment this record is kept, those it covers
 * are gone, wherever they may still be found. Together with the shots that stay they are all.
 */
export const aggregateDataSchema = z.strictObject({
  /** Local date, YYYY-MM-DD. */
  date: z.string(),
  stream: z.enum(['line', 'demo', 'typed']),
  product: z.nullable(z.number()),
  run: sequence,
  shots: z.int(),
  repeats: z.int(),
  ok: z.int(),
  ng: z.int(),
  hold: z.int(),
  unjudged: z.int(),
  asked: z.int(),
  /** Of the first and the last of the shots: sequence number and wall time of receipt, ms since the epoch. */
  first: z.strictObject({ seq: sequence, at: z.number() }),
  last: z.strictObject({ seq: sequence, at: z.number() }),
  /** Sequence numbers of the records that this one replaces: ranges, both ends included, ascending. */
  covers: z.array(z.tuple([sequence, sequence])),
  /** Of the shots that are no repeats; per feature, in the order of `FEATURES`: finite values, mean, standard deviation, smallest, largest; null where none. */
  features: z.array(
    z.nullable(z.strictObject({ n: z.int(), mean: z.number(), sd: z.number(), min: z.number(), max: z.number() })),
  ),
});

const DATA_SCHEMAS = {
  shot: shotDataSchema,
  verdict: verdictDataSchema,
  inspection: inspectionDataSchema,
  event: eventDataSchema,
  setting: settingDataSchema,
  aggregate: aggregateDataSchema,
} as const;

export type RecordKind = keyof typeof DATA_SCHEMAS;

/** The kinds by their number in a frame. The order is part of the format: append only. */
export const RECORD_KINDS: readonly RecordKind[] = ['shot', 'verdict', 'inspection', 'event', 'setting', 'aggregate'];

export type ShotData = z.infer<typeof shotDataSchema>;
export type VerdictData = z.infer<typeof verdictDataSchema>;
export type InspectionData = z.infer<typeof inspectionDataSchema>;
export type EventData = z.infer<typeof eventDataSchema>;
export type SettingData = z.infer<typeof settingDataSchema>;
export type AggregateData = z.infer<typeof aggregateDataSchema>;
export type Finding = z.infer<typeof findingSchema>;

/** Data by kind. */
export interface RecordData {
  shot: ShotData;
  verdict: VerdictData;
  inspection: InspectionData;
  event: EventData;
  setting: SettingData;
  aggregate: AggregateData;
}

/** What every record carries. */
export interface RecordStamp {
  /** Position in the journal, from 1, without gaps as written. */
  readonly seq: number;
  /** Wall time, ms since the epoch: may jump when somebody sets the clock. */
  readonly at: number;
  /** Monotonic time within the session, ms: never jumps back. */
  readonly mono: number;
  /** Start of the app that `mono` counts from. */
  readonly session: number;
  readonly schema: number;
  /** Bundle in use; null where none was loaded. */
  readonly bundle: string | null;
}

/** One record of the journal, discriminated by `kind`. */
export type JournalRecord = {
  readonly [K in RecordKind]: RecordStamp & { readonly kind: K; readonly data: RecordData[K] };
}[RecordKind];

const payloadSchema = z.strictObject({ bundle: z.nullable(z.string()), data: z.unknown() });

/** A record's payload from JSON; null where it is not what this version writes (the frame's checksum was right). */
export function parsePayload<K extends RecordKind>(kind: K, text: string): { bundle: string | null; data: RecordData[K] } | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const payload = payloadSchema.safeParse(json);
  if (!payload.success) return null;
  const data = DATA_SCHEMAS[kind].safeParse(payload.data.data);
  return data.success ? { bundle: payload.data.bundle, data: data.data as RecordData[K] } : null;
}
