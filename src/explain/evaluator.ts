/** The whole pipeline on many shots, in plain float64 arithmetic: for candidates that are searched by the thousand. */
import { LATENT_COUNT } from '../domain/bundle.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import { hotelling, type T2Model } from '../model/hotelling.ts';
import { PlainEngine } from '../model/plain/plain-backend.ts';
import { calibrated, scaleShot, type PipelineModel } from '../model/plain/pipeline-model.ts';

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

/** What searches and attributions ask of n shots; every array is row by row. */
export interface Evaluated {
  /** [n] calibrated probability. */
  readonly probability: Float64Array;
  /** [n] Hotelling's T2. */
  readonly t2: Float64Array;
  /** [n] squared prediction error. */
  readonly spe: Float64Array;
}

/** Evaluates a pipeline. Holds buffers: one a thread. */
export class Evaluator {
  readonly #model: PipelineModel;
  readonly #engine: PlainEngine;

  constructor(model: PipelineModel) {
    this.#model = model;
    this.#engine = new PlainEngine(model);
  }

  /** Evaluates n shots from n*30 recorded values (NaN = missing: the scaler fills in a median). */
  evaluate(values: Float64Array): Evaluation {
    const n = values.length / FEATURE_COUNT;
    const scaled = new Float64Array(n * FEATURE_COUNT);
    for (let at = 0; at < values.length; at += FEATURE_COUNT) {
      scaleShot(this.#model, values.subarray(at, at + FEATURE_COUNT), scaled.subarray(at, at + FEATURE_COUNT));
    }
    const { latents, reconstruction, score } = this.#engine.infer(scaled, n);
    const spe = new Float64Array(n);
    for (let k = 0; k < scaled.length; k += 1) spe[Math.trunc(k / FEATURE_COUNT)]! += (scaled[k]! - reconstruction[k]!) ** 2;
    return {
      probability: score.map((each) => calibrated(this.#model, each)),
      score: score.slice(),
      scaled,
      latents: latents.slice(),
      reconstruction: reconstruction.slice(),
      spe,
    };
  }

  /** What is asked of many shots of one product, whose T2 it is. */
  evaluateMany(values: Float64Array, t2Model: T2Model): Evaluated {
    const { probability, latents, spe } = this.evaluate(values);
    return { probability, t2: probability.map((_, row) => hotelling(latents, t2Model, row * LATENT_COUNT)), spe };
  }
}
