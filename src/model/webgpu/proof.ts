import { LATENT_COUNT } from '../../domain/bundle.ts';
import { z, type Schema } from '../../domain/zod.ts';

/** What training proved of a bundle's graph for WebGPU (`webgpu/proof.json`, docs/bundle.md); the rest of it is for readers. */
export interface WebGpuProof {
  /** Largest difference of a calibrated probability to float64, outside the rows that the graph doubts. */
  readonly bound: number;
  /** Probabilities this near to a threshold are computed again. */
  readonly band: number;
  /** The same for the distances that hold a shot, relative to their limits; also how far they may lie from float64. */
  readonly limit_band: number;
  /** By latent: how far it may lie from float64. What the graph doubts, and so the whole proof, is in these units. */
  readonly noise: readonly number[];
}

const positive = z.number().check(z.positive());

export const webGpuProofSchema: Schema<WebGpuProof> = z.object({
  schema: z.literal(1),
  bound: positive.check(z.maximum(1e-5)),
  band: positive,
  limit_band: positive,
  noise: z.array(positive).check(z.length(LATENT_COUNT)),
});
