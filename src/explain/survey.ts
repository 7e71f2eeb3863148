/** The global view: what the signals did over many shots of one product. */
import { FEATURE_COUNT, type FeatureName } from '../domain/feature.ts';
import type { ShotExplanation, Unexplained } from './explainer.ts';

/** Effects and values of many shots, one row a shot. */
export interface Survey {
  readonly kind: 'explained';
  /** The input that names each signal. */
  readonly signals: readonly FeatureName[];
  readonly shots: number;
  /** [shots*signals] effect on the probability, as a share of 1. */
  readonly effects: Float64Array;
  /** [shots*signals] value of the naming input, in recorded units. */
  readonly values: Float64Array;
}

/** A signal's mean |effect| with its 95 % interval. */
export interface SignalImportance {
  readonly name: FeatureName;
  /** Position among the survey's signals. */
  readonly index: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** More shots take longer and narrow the intervals little. */
export const MOST_SURVEYED = 400;

type Explanation = ShotExplanation | Unexplained;

/** 97.5 % point of the normal distribution. */
const Z95 = 1.959964;

/** Positions of at most {@link MOST_SURVEYED} of n rows, evenly spread over them. */
export function spreadRows(n: number, most = MOST_SURVEYED): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: most }, (_, k) => Math.floor(((k + 0.5) * n) / most));
}

/**
 * Explains shots one after the other and yields how many are done after each, so that the caller can report progress, let
 * other work in between, or stop. `values` holds n*30 recorded values of shots of one product, which `explain` explains.
 */
export async function* surveyShots(
  explain: (values: Float64Array) => Explanation | Promise<Explanation>,
  values: Float64Array,
): AsyncGenerator<number, Survey | Unexplained> {
  const shots = values.length / FEATURE_COUNT;
  let signals: readonly { readonly name: FeatureName; readonly members: readonly number[] }[] = [];
  let effects = new Float64Array(0);
  let readings = new Float64Array(0);
  for (let shot = 0; shot < shots; shot += 1) {
    const row = values.subarray(shot * FEATURE_COUNT, (shot + 1) * FEATURE_COUNT);
    const explanation = await explain(row);
    if (explanation.kind === 'unexplained') return explanation;
    if (shot === 0) {
      ({ signals } = explanation);
      effects = new Float64Array(shots * signals.length);
      readings = new Float64Array(shots * signals.length);
    }
    effects.set(explanation.probability.effects, shot * signals.length);
    for (const [s, { members }] of signals.entries()) readings[shot * signals.length + s] = row[members[0]!]!;
    yield shot + 1;
  }
  return { kind: 'explained', signals: signals.map(({ name }) => name), shots, effects, values: readings };
}

/** Mean |effect| of each signal, the largest first. The interval treats the shots as a sample: mean +- 1.96 s / sqrt(n). */
export function importanceOf({ signals, shots, effects }: Survey): readonly SignalImportance[] {
  return signals
    .map((name, index) => {
      const sizes = Array.from({ length: shots }, (_, shot) => Math.abs(effects[shot * signals.length + index]!));
      const mean = sizes.reduce((sum, size) => sum + size, 0) / shots;
      const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / Math.max(1, shots - 1);
      const half = Z95 * Math.sqrt(variance / shots);
      return { name, index, mean, low: Math.max(0, mean - half), high: mean + half };
    })
    .sort((a, b) => b.mean - a.mean);
}
