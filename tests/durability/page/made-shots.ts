import { createShot, type Shot } from '../../../src/domain/shot.ts';
import type { InspectionDraw, Verdict, VerdictMemory } from '../../../src/domain/verdict.ts';

/** A shot whose values follow from its number, so that what is read back can be checked without having kept it. */
export function valuesOf(n: number): Float64Array {
  return Float64Array.from({ length: 30 }, (_, i) => (i === 0 ? 1 + (Math.floor(n / 1000) % 2) : i === 1 ? n % 1000 : Math.round(n * (i + 1) * 7.31) / 100));
}

/** The shot of a number. */
export function makeShot(n: number, receivedAt = Date.now()): Shot {
  return createShot(valuesOf(n), { id: `s${n}`, source: 'api', receivedAt });
}

/** What the line memory and the inspection plan say of a shot, as large as the app writes it: numbers of all digits. */
function saidOf(n: number, receivedAt: number): { memory: VerdictMemory; draw: InspectionDraw } {
  const share = (k: number): number => 0.1 + 0.8 * Math.abs(Math.sin(n * k));
  const inRun = n % 1000;
  const weights = { run_rate: share(1), run_rate_recent: share(2), run_rate_tilt: share(3), field: share(4), legacy: share(5) };
  const said = { run_rate: share(6), run_rate_recent: share(7), run_rate_tilt: share(8), field: share(9) };
  return {
    memory: {
      run: receivedAt - inRun * 30_000, shots: inRun + 1, labels: Math.floor(inRun / 4), odds: { sum: -inRun * share(10), count: inRun + 1 },
      said, weights, mixture: share(11), shown: share(11), pinned: null,
    },
    draw: { reason: n % 4 === 0 ? 'regular' : null, inclusion: 0.25, weight: 1, risky: Math.floor(inRun / 20) },
  };
}

/** The verdict of that shot. */
export function makeVerdict(n: number, receivedAt = Date.now()): Verdict {
  const probability = ((n * 7919) % 1000) / 1000;
  return {
    ...saidOf(n, receivedAt),
    class: n % 101 === 0 ? 'hold' : probability >= 0.85 ? 'ng' : 'ok', probability, extrapolated: false, confidence: 'medium', confidenceScore: 0.8,
    reasons: [], threshold: 0.85, policy: { kind: 'budget', flagged: 0.15 }, latents: null, reconstruction: null,
    spe: n / 7, t2: n / 11, score: probability * 4 - 2, bundleId: 'field-1.0.0', backend: 'wasm', durationMs: 0.271,
  };
}
