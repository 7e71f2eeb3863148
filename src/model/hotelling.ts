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

const deviation = new Float64Array(LATENT_COUNT);

/** Hotelling's T2 of the 12 latents from `at` on: `(l - mean)^T P (l - mean)`. */
export function hotelling(latents: Float64Array, { mean, precision }: T2Model, at = 0): number {
  for (let i = 0; i < LATENT_COUNT; i += 1) deviation[i] = latents[at + i]! - mean[i]!;
  let sum = 0;
  // Two rows of the matrix side by side, for an addition waits for the one before it.
  for (let i = 0, p = 0; i < LATENT_COUNT; i += 2, p += 2 * LATENT_COUNT) {
    let row = 0;
    let next = 0;
    for (let j = 0; j < LATENT_COUNT; j += 1) {
      row += precision[p + j]! * deviation[j]!;
      next += precision[p + LATENT_COUNT + j]! * deviation[j]!;
    }
    sum += row * deviation[i]!;
    sum += next * deviation[i + 1]!;
  }
  return sum;
}
