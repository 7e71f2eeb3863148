/**
 * Which rows of a prediction in float32 are not to be trusted, because something a person sees could come out otherwise in
 * float64 (docs/adr/0022), and whether a row agrees with the reference.
 */
import { LATENT_COUNT, type Calibration, type Reference } from '../../domain/bundle.ts';
import { FEATURE_COUNT, PRODUCT_INDEX } from '../../domain/feature.ts';
import { confidenceOf, productOf } from '../../domain/judge.ts';
import type { Prediction } from '../prediction.ts';
import type { WebGpuProof } from './proof.ts';

/** Share of the other rows that are computed again all the same. */
export const SAMPLED = 0.01;
/** A work of at least this many rows is never without a sample. */
const SAMPLED_FROM = 64;

/** What rows are judged by. */
export interface TrustRules {
  readonly reference: Reference;
  readonly calibration: Pick<Calibration, 'thresholds' | 'conformal'>;
  /** The threshold in use, if it is known; those of the bundle's table always count, for a file is re-judged by another later. */
  readonly threshold: number | undefined;
  readonly proof: WebGpuProof;
}

/** Rows to compute again, ascending: what is doubtful or near a limit, and a sample of the rest. `random` gives 0 <= x < 1. */
export function rowsToCheck(
  values: Float64Array,
  prediction: Prediction,
  doubtful: ReadonlySet<number>,
  rules: TrustRules,
  random: () => number = Math.random,
): number[] {
  const near = nearness(rules);
  const rows: number[] = [];
  let sampled = false;
  for (let row = 0; row < prediction.rows; row += 1) {
    const sample = random() < SAMPLED;
    sampled ||= sample;
    if (sample || doubtful.has(row) || near(values, prediction, row)) rows.push(row);
  }
  if (sampled || prediction.rows < SAMPLED_FROM) return rows;
  const one = Math.floor(random() * prediction.rows);
  return rows.includes(one) ? rows : [...rows, one].sort((a, b) => a - b);
}

/**
 * Whether a row is as near to the same row of the reference as the proof says. Of a doubtful row only the latents count: another
 * leaf of a tree is what the doubt is about. Not a number never agrees.
 */
export function agrees(got: Prediction, row: number, want: Prediction, at: number, doubtful: boolean, proof: WebGpuProof): boolean {
  for (let k = 0; k < LATENT_COUNT; k += 1) {
    const difference = Math.abs((got.latents[row * LATENT_COUNT + k] ?? NaN) - (want.latents[at * LATENT_COUNT + k] ?? NaN));
    if (!(difference <= (proof.noise[k] ?? NaN))) return false;
  }
  const close = (a: number | undefined, b: number | undefined): boolean =>
    Object.is(a, b) || Math.abs((a ?? NaN) - (b ?? NaN)) <= proof.limit_band * Math.abs(b ?? NaN);
  return (
    close(got.spe[row], want.spe[at]) &&
    close(got.t2[row], want.t2[at]) &&
    (doubtful || Math.abs((got.probability[row] ?? NaN) - (want.probability[at] ?? NaN)) <= proof.bound)
  );
}

function nearness({ reference, calibration, threshold, proof: { band, limit_band } }: TrustRules) {
  const edges = calibration.thresholds.map((row) => row.threshold).concat(threshold ?? []).sort((a, b) => a - b);
  const level = (probability: number, defective: boolean): string => confidenceOf(probability, defective, calibration.conformal).confidence;
  return (values: Float64Array, { probability, spe, t2 }: Prediction, row: number): boolean => {
    const p = probability[row] ?? NaN;
    const product = productOf(values[row * FEATURE_COUNT + PRODUCT_INDEX] ?? NaN, reference);
    const atLimit = (value: number | undefined, limit: number): boolean =>
      !(Math.abs((value ?? NaN) - limit) > limit_band * limit);
    if (Number.isNaN(p) || nearEdge(p, edges, band)) return true;
    if (product && (atLimit(spe[row], product.spe.hard) || atLimit(t2[row], product.t2.hard))) return true;
    // As the probability rises, a confidence only rises (NG) or only falls (OK): equal at both ends is equal in between.
    return [true, false].some((defective) => level(p - band, defective) !== level(p + band, defective));
  };
}

function nearEdge(p: number, edges: readonly number[], band: number): boolean {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((edges[middle] ?? NaN) < p - band) low = middle + 1;
    else high = middle;
  }
  return (edges[low] ?? Infinity) <= p + band;
}
