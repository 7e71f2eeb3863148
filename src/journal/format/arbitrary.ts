import fc from 'fast-check';
import { DEFECTS } from '../../domain/defect.ts';
import { encodeFrame } from './frame.ts';
import { EVENT_TYPES, RECORD_SCHEMA, toWire, type JournalRecord } from './records.ts';
import { encodeSegmentHeader, encodeSeal, SEAL_POSITION, scanSegment, type SegmentIdentity } from './segment.ts';

/** Generators for the tests of the journal. */

const number = fc.double({ noNaN: true });
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const wire = fc.double().map(toWire);
const finding = fc.record({ defect: fc.constantFrom(...DEFECTS), cavity: fc.constantFrom(1 as const, 2 as const) });

const shot = fc.record({
  kind: fc.constant('shot' as const),
  data: fc.record({
    id: fc.uuid(),
    source: fc.constantFrom('demo', 'form', 'api'),
    receivedAt: fc.integer({ min: 0, max: 2e12 }),
    values: fc.array(wire, { minLength: 30, maxLength: 30 }),
    repeat: fc.boolean(),
    run: fc.nat(),
  }),
});

const share = fc.double({ min: 0, max: 1, noNaN: true });
const shares = fc.dictionary(fc.constantFrom('run_rate', 'field', 'legacy'), share);
const double = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0);
const memory = fc.record({
  run: fc.nat(),
  shots: fc.nat(),
  labels: fc.nat(),
  odds: fc.record({ sum: double, count: fc.nat() }),
  said: shares,
  weights: shares,
  mixture: maybe(share),
  shown: maybe(share),
  pinned: maybe(fc.constant('field')),
});
const draw = fc.record({ reason: maybe(fc.constantFrom('first' as const, 'regular' as const, 'riskiest' as const)), weight: share, risky: fc.nat() });

/** Records of before have neither memory nor draw. */
const VERDICT_OF_BEFORE = [
  'shot', 'role', 'class', 'probability', 'extrapolated', 'confidence', 'confidenceScore', 'reasons', 'threshold', 'policy', 'spe', 't2', 'score',
  'backend', 'durationMs', 'samplingRate', 'asked',
] as const;

const verdict = fc.record({
  kind: fc.constant('verdict' as const),
  data: fc.record({
    memory,
    draw,
    shot: fc.nat(),
    role: fc.constantFrom('main' as const, 'shadow' as const),
    class: fc.constantFrom('ok' as const, 'ng' as const, 'hold' as const),
    probability: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    extrapolated: fc.boolean(),
    confidence: maybe(fc.constantFrom('high' as const, 'medium' as const, 'low' as const)),
    confidenceScore: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    reasons: fc.array(fc.record({ kind: fc.constantFrom('missing', 'unavailable') }), { maxLength: 2 }),
    threshold: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    policy: maybe(fc.record({ kind: fc.constant('budget'), flagged: fc.double({ min: 0, max: 1, noNaN: true }) })),
    spe: wire,
    t2: wire,
    score: wire,
    backend: maybe(fc.constant('wasm')),
    durationMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
    samplingRate: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    asked: fc.boolean(),
  }, { requiredKeys: [...VERDICT_OF_BEFORE] }),
});

const inspection = fc.record({
  kind: fc.constant('inspection' as const),
  data: fc.record({
    shot: fc.nat(),
    outcome: fc.constantFrom('good' as const, 'defective' as const, 'withdrawn' as const),
    findings: fc.array(finding, { maxLength: 3 }),
    part: maybe(fc.string({ maxLength: 40, unit: 'grapheme' })),
    note: maybe(fc.string({ maxLength: 60, unit: 'grapheme' })),
    reason: fc.constantFrom('flagged' as const, 'asked' as const, 'chosen' as const),
    corrects: maybe(fc.nat()),
  }),
});

const event = fc.record({
  kind: fc.constant('event' as const),
  data: fc.record({
    type: fc.constantFrom(...EVENT_TYPES),
    text: maybe(fc.string({ maxLength: 80, unit: 'grapheme' })),
    details: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((key) => key !== '__proto__'),
      fc.oneof(fc.string(), fc.boolean(), fc.integer(), fc.constant(null)),
      { maxKeys: 3 },
    ),
  }),
});

/** A record of any kind, with sequence number 1; NaN-free, and -0 (which JSON has not) as 0. */
export const anyRecord: fc.Arbitrary<JournalRecord> = fc
  .tuple(
    fc.record({ at: number, mono: number, session: fc.integer({ min: 0, max: 2 ** 32 - 1 }), bundle: maybe(fc.constant('field-1.0.0')) }),
    fc.oneof(shot, verdict, inspection, event),
  )
  .map(([stamp, body]) => JSON.parse(JSON.stringify({ seq: 1, schema: RECORD_SCHEMA, ...stamp, ...body }), (_, v: unknown) => (Object.is(v, -0) ? 0 : v)) as JournalRecord)
  .filter(({ at, mono }) => Number.isFinite(at) && Number.isFinite(mono));

/** A few records in sequence. */
export const someRecords = fc
  .array(anyRecord, { minLength: 1, maxLength: 12 })
  .map((records) => records.map((record, i) => ({ ...record, seq: i + 1 })));

export const TEST_IDENTITY: SegmentIdentity = {
  number: 1,
  revision: 0,
  gaps: false,
  journalId: '00112233445566778899aabbccddeeff',
};

/** The bytes of a segment that holds these records as one group each, with `padding` zero bytes behind them. */
export function segmentOf(records: readonly JournalRecord[], options: { sealed?: boolean; padding?: number } = {}): Uint8Array {
  const frames = records.map((record) => encodeFrame({ ...record, group: { position: 0, size: 1 } }));
  const parts = [encodeSegmentHeader(TEST_IDENTITY), ...frames, new Uint8Array(options.padding ?? 0)];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  if (options.sealed) bytes.set(encodeSeal(scanSegment(bytes).summary), SEAL_POSITION);
  return bytes;
}
