/** Everything that is explained of one bundle's shots, wherever it runs. Holds buffers: one a thread. */
import type { Calibration, ProductReference, Reference, Scaler } from '../domain/bundle.ts';
import { FEATURE_COUNT, FEATURES, PRODUCT_INDEX, type ControlClass, type FeatureName } from '../domain/feature.ts';
import { productOf } from '../domain/judge.ts';
import type { ExplanationFiles } from '../model/bundle.ts';
import { hotelling } from '../model/hotelling.ts';
import { prepareBackground, type Background } from './background.ts';
import { DEFAULT_BUDGET, searchSteps, type SearchResult } from './counterfactual.ts';
import { Evaluator, type Evaluation } from './evaluator.ts';
import { AUGMENTED } from '../model/plain/forest.ts';
import { candidatesOf, leversOf } from './levers.ts';
import { pipelineModel, type PipelineModel } from '../model/plain/pipeline-model.ts';
import { SignalShapley, type Attribution, type SignalAttribution } from './signal-shapley.ts';
import type { Signal } from './signals.ts';
import { finish, finishBy, type Elsewhere, type Steps } from './steps.ts';
import { TreeShap, type TreeAttribution } from './tree-shap.ts';

/** What of a bundle explanations need. */
export interface ExplainerFiles {
  readonly scaler: Scaler;
  readonly calibration: Pick<Calibration, 'platt'>;
  readonly reference: Reference;
  readonly explanation: ExplanationFiles | null;
}

/** Why a shot is not explained: nothing is made up in place of what is missing. */
export type UnexplainedReason =
  /** The bundle brings no models as numbers. */
  | 'no_models'
  /** The bundle has no background rows for the product: there is nothing to compare with. */
  | 'no_background'
  | 'unknown_product'
  /** A value is missing or not finite. */
  | 'incomplete';

export interface Unexplained {
  readonly kind: 'unexplained';
  readonly why: UnexplainedReason;
}

export interface ShotExplanation {
  readonly kind: 'explained';
  readonly signals: readonly Signal[];
  /** Of the calibrated probability, by signal. */
  readonly probability: Attribution;
  /** Of Hotelling's T2, by signal. */
  readonly t2: Attribution;
  /** [30] squared residuals in scaled units; their sum is SPE. */
  readonly residuals: Float64Array;
  /** The shot is unlike what the models learned from: the attribution extrapolates. */
  readonly extrapolates: boolean;
}

/** Attribution of the log-odds to what the trees see. */
export interface TreeExplanation extends TreeAttribution {
  readonly kind: 'explained';
}

/** What may be changed, by whom. */
export interface Advice {
  readonly kind: 'explained';
  readonly operator: SearchResult;
  readonly engineer: SearchResult;
}

export interface AdviceOptions {
  /** NG at or above it. */
  readonly threshold: number;
  readonly controls: Readonly<Record<FeatureName, ControlClass>>;
  /** [n*30] shots that the line has seen lately, of any product. */
  readonly past: Float64Array;
}

interface Prepared {
  readonly product: ProductReference;
  readonly background: Background;
  readonly signals: SignalShapley;
  /** Made on first need: only experts ask, and the legacy bundle's trees take a while. */
  trees: TreeShap | null;
}

export class Explainer {
  readonly #files: ExplainerFiles;
  readonly #model: PipelineModel | null;
  readonly #evaluator: Evaluator | null;
  readonly #prepared = new Map<ProductReference, Prepared>();

  /** Throws where the models do not hold together; a loaded bundle has been checked before. */
  constructor(files: ExplainerFiles) {
    this.#files = files;
    const { scaler, calibration, explanation } = files;
    this.#model = explanation
      ? pipelineModel({
          scaler,
          calibration,
          weights: explanation.autoencoder,
          forest: { index: explanation.forest, bytes: explanation.forestBytes },
        })
      : null;
    this.#evaluator = this.#model && new Evaluator(this.#model);
  }

  /** Explains a shot of 30 recorded values (NaN = missing). */
  explain(values: Float64Array): ShotExplanation | Unexplained {
    const ready = this.#ready(values);
    if ('why' in ready) return ready;
    const evaluation = ready.evaluator.evaluate(values);
    return explanation(values, evaluation, ready.prepared, ready.prepared.signals.explain(evaluation.scaled));
  }

  /** The same with the mixtures of the attribution evaluated elsewhere; where that gives nothing, exactly the same. */
  async explainBy(elsewhere: Elsewhere, values: Float64Array): Promise<ShotExplanation | Unexplained> {
    const ready = this.#ready(values);
    if ('why' in ready) return ready;
    const evaluation = ready.evaluator.evaluate(values);
    const { signals } = ready.prepared;
    const evaluated = await elsewhere(signals.mixtures(values, evaluation.scaled));
    const attribution = evaluated ? signals.explainBy(evaluation.scaled, evaluated) : signals.explain(evaluation.scaled);
    return explanation(values, evaluation, ready.prepared, attribution);
  }

  /** Explains the log-odds by what the trees see. */
  explainTrees(values: Float64Array): TreeExplanation | Unexplained {
    const ready = this.#ready(values);
    if ('why' in ready) return ready;
    const { evaluator, prepared, model } = ready;
    const { scaled, latents } = evaluator.evaluate(values);
    const augmented = new Float64Array(AUGMENTED);
    augmented.set(scaled);
    augmented.set(latents, FEATURE_COUNT);
    prepared.trees ??= new TreeShap(model.forest, prepared.background.augmented);
    return { kind: 'explained', ...prepared.trees.explain(augmented) };
  }

  /** Searches what an operator, and what an engineer, could change. */
  advise(values: Float64Array, options: AdviceOptions): Advice | Unexplained {
    return finish(this.#adviceSteps(values, options));
  }

  /** The same with candidates evaluated elsewhere; what is suggested in the end is evaluated here. */
  async adviseBy(elsewhere: Elsewhere, values: Float64Array, options: AdviceOptions): Promise<Advice | Unexplained> {
    return finishBy(elsewhere, this.#adviceSteps(values, options));
  }

  /**
   * Evaluates candidates of one shot as an advice does at most: two lists of {@link DEFAULT_BUDGET}, here where `elsewhere` is null.
   * Says whether they could be.
   */
  async evaluateCandidates(elsewhere: Elsewhere | null, values: Float64Array): Promise<boolean> {
    const ready = this.#ready(values);
    if ('why' in ready) return false;
    const { product, background } = ready.prepared;
    const levers = leversOf(product, () => 'E');
    for (const first of [0, DEFAULT_BUDGET]) {
      const rows = candidatesOf(levers, values, first, DEFAULT_BUDGET);
      const evaluated = elsewhere ? await elsewhere(rows) : ready.evaluator.evaluateMany(rows, background.t2Model);
      if (!evaluated) return false;
    }
    return true;
  }

  *#adviceSteps(values: Float64Array, { threshold, controls, past }: AdviceOptions): Steps<Advice | Unexplained> {
    const ready = this.#ready(values);
    if ('why' in ready) return ready;
    const { evaluator, prepared } = ready;
    const { product } = prepared;
    const probability = evaluator.evaluate(values).probability[0]!;
    const levers = leversOf(product, (name) => controls[name]);
    const known = knownShots(product, values[PRODUCT_INDEX]!, past);
    const search = (control: 'S' | 'E'): Steps<SearchResult> =>
      searchSteps(values, probability, {
        evaluator,
        product,
        levers: levers.filter((lever) => lever.control === control),
        threshold,
        known,
      });
    return { kind: 'explained', operator: yield* search('S'), engineer: yield* search('E') };
  }

  #ready(values: Float64Array): { model: PipelineModel; evaluator: Evaluator; prepared: Prepared } | Unexplained {
    const unexplained = (why: UnexplainedReason): Unexplained => ({ kind: 'unexplained', why });
    if (!this.#model || !this.#evaluator) return unexplained('no_models');
    if (!values.every(Number.isFinite)) return unexplained('incomplete');
    const product = productOf(values[PRODUCT_INDEX]!, this.#files.reference);
    if (!product) return unexplained('unknown_product');
    const prepared = this.#prepare(this.#model, product);
    return prepared ? { model: this.#model, evaluator: this.#evaluator, prepared } : unexplained('no_background');
  }

  #prepare(model: PipelineModel, product: ProductReference): Prepared | null {
    const known = this.#prepared.get(product);
    if (known) return known;
    const background = prepareBackground(model, product, this.#files.scaler.constants);
    if (!background) return null;
    const prepared = { product, background, signals: new SignalShapley(model, background), trees: null };
    this.#prepared.set(product, prepared);
    return prepared;
  }
}

function explanation(
  values: Float64Array,
  { scaled, reconstruction, latents, spe }: Evaluation,
  { product, background }: Prepared,
  { probability, t2 }: SignalAttribution,
): ShotExplanation {
  return {
    kind: 'explained',
    signals: background.signals,
    probability,
    t2,
    residuals: scaled.map((z, i) => (z - reconstruction[i]!) ** 2),
    extrapolates:
      hotelling(latents, background.t2Model) > product.t2.limit ||
      spe[0]! > product.spe.limit ||
      FEATURES.some(({ name }, i) => {
        const range = product.hard[name];
        return range !== undefined && (values[i]! < range[0] || values[i]! > range[1]);
      }),
  };
}

/** The background and the complete past shots of the product. */
function knownShots(product: ProductReference, number: number, past: Float64Array): Float64Array {
  const rows: Float64Array[] = product.background.map((row) => Float64Array.from(row));
  for (let at = 0; at < past.length; at += FEATURE_COUNT) {
    const row = past.subarray(at, at + FEATURE_COUNT);
    if (row[PRODUCT_INDEX] === number && row.every(Number.isFinite)) rows.push(row);
  }
  const known = new Float64Array(rows.length * FEATURE_COUNT);
  for (const [r, row] of rows.entries()) known.set(row, r * FEATURE_COUNT);
  return known;
}
