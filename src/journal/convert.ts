import type { Policy } from '../domain/policy.ts';
import type { Shot, ShotSource } from '../domain/shot.ts';
import type { HoldReason, JudgedShot, Verdict } from '../domain/verdict.ts';
import { fromWire, toWire, type ShotData, type VerdictData, type WireValue } from './format/records.ts';
import type { ShotFile } from './query.ts';

/** Between what the app speaks of (shots, verdicts) and what the journal keeps (records as JSON). */

/** The record of a shot, but for its run. */
export function shotData({ id, source, receivedAt, values, repeat, row, labels }: Shot): Omit<ShotData, 'run'> {
  return {
    id, source, receivedAt, repeat,
    values: Array.from(values, toWire),
    ...(row === undefined ? {} : { row }),
    ...(labels === undefined ? {} : { labels: { defective: labels.defective, findings: [...labels.findings] } }),
  };
}

/**
 * The record of a verdict, but for its shot. Latents and reconstruction are not kept: the bundle that is named gives them
 * again from the shot's values, to the last bit.
 */
export function verdictData(verdict: Verdict, role: VerdictData['role']): Omit<VerdictData, 'shot'> {
  const { draw, memory } = verdict;
  const wire = (value: number | null): WireValue => (value === null ? null : toWire(value));
  return {
    role,
    class: verdict.class,
    probability: wire(verdict.probability),
    extrapolated: verdict.extrapolated,
    confidence: verdict.confidence,
    confidenceScore: wire(verdict.confidenceScore),
    reasons: verdict.reasons.map(withoutCause),
    threshold: wire(verdict.threshold),
    policy: verdict.policy && { ...verdict.policy },
    spe: wire(verdict.spe),
    t2: wire(verdict.t2),
    score: wire(verdict.score),
    backend: verdict.backend,
    durationMs: Math.round(verdict.durationMs * 1000) / 1000,
    samplingRate: draw?.inclusion ?? null,
    asked: draw !== undefined && draw.reason !== null,
    ...(draw && { draw: { reason: draw.reason, weight: draw.weight, risky: draw.risky } }),
    ...(memory && { memory: { ...memory, odds: { ...memory.odds }, said: { ...memory.said }, weights: { ...memory.weights } } }),
  };
}

/** What lies beneath an error is for the diagnostics of the moment: it may not even be data. */
function withoutCause(reason: HoldReason): VerdictData['reasons'][number] {
  const plain = reason.kind === 'unavailable' ? { ...reason, error: { ...reason.error, cause: undefined } } : reason;
  return JSON.parse(JSON.stringify(plain, (_, value: unknown) => (typeof value === 'number' ? toWire(value) : value))) as VerdictData['reasons'][number];
}

/** A shot as it was recorded. */
export function shotOf(data: ShotData): Shot {
  const { id, receivedAt, values, repeat, row, labels } = data;
  return {
    id, receivedAt, repeat,
    source: data.source as ShotSource,
    values: Float64Array.from(values, fromWire),
    ...(row === undefined ? {} : { row }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** A verdict as it was recorded; without latents and reconstruction. */
export function verdictOfRecord(data: VerdictData, bundleId: string | null): Verdict {
  const number = (value: WireValue): number | null => (value === null ? null : fromWire(value));
  return {
    class: data.class,
    probability: number(data.probability),
    extrapolated: data.extrapolated,
    confidence: data.confidence ?? 'low',
    confidenceScore: number(data.confidenceScore) ?? 0,
    reasons: data.reasons.map(reasonOf),
    threshold: number(data.threshold),
    policy: data.policy as Policy | null,
    latents: null,
    reconstruction: null,
    spe: number(data.spe),
    t2: number(data.t2),
    score: number(data.score),
    bundleId,
    backend: data.backend,
    durationMs: data.durationMs,
    ...(data.memory && { memory: data.memory }),
    ...(data.draw && data.samplingRate !== null && { draw: { ...data.draw, inclusion: data.samplingRate } }),
  };
}

/** Ranges and limits of a reason are numbers again; its names are those of the version that wrote it. */
function reasonOf(reason: VerdictData['reasons'][number]): HoldReason {
  const revived: unknown = JSON.parse(JSON.stringify(reason), (key, value: unknown) =>
    ['value', 'low', 'high', 'hard', 'product'].includes(key) && typeof value !== 'object' ? fromWire(value as WireValue) : value,
  );
  return revived as HoldReason;
}

/** The judged shot of a file; null while its verdict is missing. */
export function judgedShotOf(file: ShotFile): JudgedShot | null {
  const { shot, verdict } = file;
  return verdict && { shot: shotOf(shot.data), verdict: verdictOfRecord(verdict.data, verdict.bundle) };
}

