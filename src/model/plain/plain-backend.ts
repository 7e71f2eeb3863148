import { LATENT_COUNT } from '../../domain/bundle.ts';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import type { BackendOutput, InferenceBackend } from '../backend.ts';
import type { ExplanationFiles } from '../bundle.ts';
import { AUGMENTED, ForestScorer, type Forest } from './forest.ts';
import { Chain, networkOf, type Network } from './network.ts';
import { readForest } from './pipeline-model.ts';

/** Both models as typed arrays. */
export interface PlainModels {
  readonly network: Network;
  readonly forest: Forest;
}

/** Runs both models on scaled shots in float64, row by row, without a run-time. Holds buffers: one a thread. */
export class PlainEngine {
  readonly #encoder: Chain;
  readonly #decoder: Chain;
  readonly #scorer: ForestScorer;

  constructor({ network, forest }: PlainModels) {
    this.#encoder = new Chain(network.encoder);
    this.#decoder = new Chain(network.decoder);
    this.#scorer = new ForestScorer(forest);
  }

  /** `scaled` holds [rows*30]; the result's arrays are new. */
  infer(scaled: Float64Array, rows: number): BackendOutput {
    const latents = new Float64Array(rows * LATENT_COUNT);
    const reconstruction = new Float64Array(rows * FEATURE_COUNT);
    const score = new Float64Array(rows);
    const augmented = new Float32Array(rows * AUGMENTED);
    for (let row = 0; row < rows; row += 1) {
      const z = scaled.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT);
      const latent = this.#encoder.run(z);
      latents.set(latent, row * LATENT_COUNT);
      reconstruction.set(this.#decoder.run(latent), row * FEATURE_COUNT);
      augmented.set(z, row * AUGMENTED);
      augmented.set(latent, row * AUGMENTED + FEATURE_COUNT);
    }
    this.#scorer.score(augmented, rows, score);
    return { latents, reconstruction, score };
  }
}

/**
 * A bundle's numbers as a backend: the first to answer when the app starts, and the run-time's independent check.
 * Throws where the trees are not trees.
 */
export function createPlainBackend({ autoencoder, forest, forestBytes }: ExplanationFiles): InferenceBackend {
  const engine = new PlainEngine({ network: networkOf(autoencoder), forest: readForest(forest, forestBytes) });
  return {
    name: 'typescript',
    runtimeVersion: 'float64',
    infer: (scaled, rows) => Promise.resolve(engine.infer(scaled, rows)),
    heapBytes: () => 0,
    release: () => Promise.resolve(),
  };
}
