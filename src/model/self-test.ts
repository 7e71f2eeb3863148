import { LATENT_COUNT, type Golden } from '../domain/bundle.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import type { Pipeline } from './pipeline.ts';

/** Outcome of the golden vectors. */
export interface SelfTestReport {
  readonly rows: number;
  /** Rows that did not come out as the bundle says. */
  readonly failures: number;
  /** Largest |difference| of a calibrated probability. */
  readonly maxDifference: number;
  readonly durationMs: number;
}

/** Allowed |difference| of a probability: rounding in another order of additions, never another leaf of a tree. */
const PROBABILITY_TOLERANCE = 1e-12;
/** Allowed difference of everything else, relative to values above 1. */
const TOLERANCE = 1e-9;

/** The recorded values of the golden vectors, [n*30]. */
export function goldenInputs({ rows }: Golden): Float64Array {
  return Float64Array.from(rows.flatMap(({ input }) => input.map((value) => value ?? NaN)));
}

/** Runs a bundle's golden vectors and compares every intermediate value. */
export async function selfTest(pipeline: Pick<Pipeline, 'run'>, golden: Golden): Promise<SelfTestReport> {
  const inputs = goldenInputs(golden);
  const got = await pipeline.run(inputs);
  let failures = 0;
  let maxDifference = 0;
  for (const [row, want] of golden.rows.entries()) {
    const difference = Math.abs((got.probability[row] ?? NaN) - want.calibrated);
    if (!(difference <= maxDifference)) maxDifference = difference;
    const fits =
      difference <= PROBABILITY_TOLERANCE &&
      closeAll(got.scaled, row * FEATURE_COUNT, want.scaled) &&
      closeAll(got.latents, row * LATENT_COUNT, want.latent) &&
      close(got.score[row], want.score) &&
      close(got.spe[row], want.spe) &&
      (want.t2 === null ? Number.isNaN(got.t2[row]) : close(got.t2[row], want.t2));
    if (!fits) failures += 1;
  }
  return { rows: golden.rows.length, failures, maxDifference, durationMs: got.durationMs };
}

function closeAll(values: Float64Array, offset: number, want: readonly number[]): boolean {
  return want.every((value, i) => close(values[offset + i], value));
}

function close(value: number | undefined, want: number): boolean {
  return value !== undefined && Math.abs(value - want) <= TOLERANCE * Math.max(1, Math.abs(want));
}
