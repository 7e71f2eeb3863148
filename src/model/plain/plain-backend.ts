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

/** Runs both models on scaled shots in float64, without a run-time. Holds buffers: one a thread. */
export class PlainEngine {
  readonly #encoder: Chain;
  readonly #decoder: Chain;
  readonly #scorer: ForestScorer;
  #augmented = new Float32Array(0);
  #score = new Float64Array(0);

  constructor({ network, forest }: PlainModels) {
    this.#encoder = new Chain(network.encoder);
    this.#decoder = new Chain(network.decoder);
    this.#scorer = new ForestScorer(forest);
  }

  /** `scaled` holds [rows*30]. The result's arrays are the engine's own and hold until its next call. */
  infer(scaled: Float64Array, rows: number): BackendOutput {
    if (this.#score.length !== rows) {
      this.#augmented = new Float32Array(rows * AUGMENTED);
      this.#score = new Float64Array(rows);
    }
    const augmented = this.#augmented;
    const latents = this.#encoder.run(scaled, rows);
    const reconstruction = this.#decoder.run(latents, rows);
    for (let row = 0, to = 0, from = 0, latent = 0; row < rows; row += 1) {
      for (let i = 0; i < FEATURE_COUNT; i += 1) augmented[to++] = scaled[from++]!;
      for (let i = 0; i < LATENT_COUNT; i += 1) augmented[to++] = latents[latent++]!;
    }
    this.#scorer.score(augmented, rows, this.#score);
    return { latents, reconstruction, score: this.#score };
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
