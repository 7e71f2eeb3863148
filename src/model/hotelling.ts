import { LATENT_COUNT, type ProductReference } from '../domain/bundle.ts';

/** A product's distribution of latents, for {@link hotelling}. */
export interface T2Model {
  readonly mean: Float64Array;
  /** [12*12] */
  readonly precision: Float64Array;
}

/** The T2 of a product. */
export function t2ModelOf({ t2 }: Pick<ProductReference, 't2'>): T2Model {
  return { mean: Float64Array.from(t2.mean), precision: Float64Array.from(t2.precision.flat()) };
}

/** Hotelling's T2 of the 12 latents from `at` on: `(l - mean)^T P (l - mean)`. */
export function hotelling(latents: Float64Array, { mean, precision }: T2Model, at = 0): number {
  let sum = 0;
  for (let i = 0, p = 0; i < LATENT_COUNT; i += 1) {
    let row = 0;
    for (let j = 0; j < LATENT_COUNT; j += 1, p += 1) row += precision[p]! * (latents[at + j]! - mean[j]!);
    sum += row * (latents[at + i]! - mean[i]!);
  }
  return sum;
}
