/** The whole pipeline on many shots, in plain float64 arithmetic: for candidates that are searched by the thousand. */
import { LATENT_COUNT } from '../domain/bundle.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import { AUGMENTED, ForestScorer } from './forest.ts';
import { Chain } from './network.ts';
import { calibrated, scaleShot, type PipelineModel } from './pipeline-model.ts';

/** What the pipeline says of n shots; every array is row by row. */
export interface Evaluation {
  /** [n] calibrated probability. */
  readonly probability: Float64Array;
  /** [n] log-odds. */
  readonly score: Float64Array;
  /** [n*30] */
  readonly scaled: Float64Array;
  /** [n*12] */
  readonly latents: Float64Array;
  /** [n*30] */
  readonly reconstruction: Float64Array;
  /** [n] squared prediction error. */
  readonly spe: Float64Array;
}

/** Evaluates a pipeline. Holds buffers: one a thread. */
export class Evaluator {
  readonly #model: PipelineModel;
  readonly #encoder: Chain;
  readonly #decoder: Chain;
  readonly #scorer: ForestScorer;
  readonly #scaled = new Float64Array(FEATURE_COUNT);

  constructor(model: PipelineModel) {
    this.#model = model;
    this.#encoder = new Chain(model.network.encoder);
    this.#decoder = new Chain(model.network.decoder);
    this.#scorer = new ForestScorer(model.forest);
  }

  /** Evaluates n shots from n*30 recorded values (NaN = missing: the scaler fills in a median). */
  evaluate(values: Float64Array): Evaluation {
    const n = values.length / FEATURE_COUNT;
    const scaled = new Float64Array(n * FEATURE_COUNT);
    const latents = new Float64Array(n * LATENT_COUNT);
    const reconstruction = new Float64Array(n * FEATURE_COUNT);
    const spe = new Float64Array(n);
    const rows = new Float32Array(n * AUGMENTED);
    const z = this.#scaled;
    for (let r = 0; r < n; r += 1) {
      const at = r * FEATURE_COUNT;
      scaleShot(this.#model, values.subarray(at, at + FEATURE_COUNT), z);
      const latent = this.#encoder.run(z);
      const rebuilt = this.#decoder.run(latent);
      scaled.set(z, at);
      latents.set(latent, r * LATENT_COUNT);
      reconstruction.set(rebuilt, at);
      rows.set(z, r * AUGMENTED);
      rows.set(latent, r * AUGMENTED + FEATURE_COUNT);
      let squared = 0;
      for (let i = 0; i < FEATURE_COUNT; i += 1) squared += (z[i]! - rebuilt[i]!) ** 2;
      spe[r] = squared;
    }
    const score = new Float64Array(n);
    this.#scorer.score(rows, n, score);
    return { probability: score.map((each) => calibrated(this.#model, each)), score, scaled, latents, reconstruction, spe };
  }
}
