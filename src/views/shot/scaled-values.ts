/** What the autoencoder was given: docs/bundle.md, steps 1 and 2. */
import type { Scaler } from '../../domain/bundle.ts';

/** The 30 recorded values in scaled units; a missing value stands at its median. */
export function scaledValues(values: Float64Array, scaler: Scaler): Float64Array {
  return values.map((value, index) => {
    const recorded = Number.isFinite(value) ? value : (scaler.impute[index] ?? Number.NaN);
    const scaled = (recorded - (scaler.mean[index] ?? Number.NaN)) / (scaler.scale[index] ?? Number.NaN);
    return Math.min(scaler.clip, Math.max(-scaler.clip, scaled));
  });
}
