/**
 * Judges a made-up shot on the page's own thread, within the frame in which a slider moves: the plain arithmetic of
 * explanations and the judge's rules. The models that judge real shots confirm it a moment later.
 */
import { LATENT_COUNT } from '../domain/bundle.ts';
import { PRODUCT_INDEX } from '../domain/feature.ts';
import { judge, productOf } from '../domain/judge.ts';
import type { Judgement } from '../domain/verdict.ts';
import { hotelling, t2ModelOf } from '../model/hotelling.ts';
import { Evaluator } from '../explain/evaluator.ts';
import { pipelineModel } from '../model/plain/pipeline-model.ts';
import type { Line } from '../line/line.ts';
import type { LoadedBundle } from '../model/client.ts';

/** A judgement and the threshold it was made at. */
export interface QuickVerdict extends Judgement {
  readonly threshold: number | null;
}

/** Built on first need, again for another bundle. */
export class QuickJudge {
  readonly #line: Pick<Line, 'bundle' | 'policy'>;
  #built: { readonly bundle: LoadedBundle; readonly evaluator: Evaluator } | null = null;

  constructor(line: Pick<Line, 'bundle' | 'policy'>) {
    this.#line = line;
  }

  /** What would be said of 30 values; null where the bundle has no models as numbers. */
  judge(values: Float64Array): QuickVerdict | null {
    const { bundle, policy } = this.#line;
    const evaluator = this.#evaluator(bundle);
    if (!bundle || !policy || !evaluator) return null;
    const { reference, calibration } = bundle;
    const { probability, spe, latents } = evaluator.evaluate(values);
    const product = productOf(values[PRODUCT_INDEX] ?? NaN, reference);
    const t2 = product ? hotelling(latents.subarray(0, LATENT_COUNT), t2ModelOf(product)) : NaN;
    const { threshold } = policy;
    const prediction = { probability: probability[0] ?? NaN, spe: spe[0] ?? NaN, t2 };
    return { ...judge(values, prediction, { reference, calibration, threshold }), threshold };
  }

  #evaluator(bundle: LoadedBundle | null): Evaluator | null {
    if (!bundle?.explanation) return null;
    if (this.#built?.bundle !== bundle) {
      const { scaler, calibration, explanation } = bundle;
      const { autoencoder: weights, forest: index, forestBytes: bytes } = explanation;
      this.#built = { bundle, evaluator: new Evaluator(pipelineModel({ scaler, calibration, weights, forest: { index, bytes } })) };
    }
    return this.#built.evaluator;
  }
}
