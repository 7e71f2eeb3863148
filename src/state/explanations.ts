/** Why a shot was judged so, and what to do about it: asked of the explanation worker, checked against the verdict's own pipeline. */
import type { AppError } from '../domain/app-error.ts';
import type { ProductReference } from '../domain/bundle.ts';
import { FEATURE_COUNT, PRODUCT_INDEX } from '../domain/feature.ts';
import { holdReasons, productOf } from '../domain/judge.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import type { SearchResult, Suggestion } from '../explain/counterfactual.ts';
import type { ExplainClient } from '../explain/explain-client.ts';
import type { ShotExplanation, TreeExplanation, UnexplainedReason } from '../explain/explainer.ts';
import { likelyCauses, type LikelyCause } from '../explain/knowledge.ts';
import { allReasons, topReasons, type Reason } from '../explain/reasons.ts';
import type { Line } from '../line/line.ts';
import type { CallOptions, LoadedBundle, PredictionClient } from '../model/client.ts';
import type { DomainTableStore } from './domain-table.svelte.ts';

/** Why there is no explanation of a shot, in addition to what the bundle and the shot themselves lack. */
export type NoExplanation =
  | UnexplainedReason
  /** No verdict was computed: inference was unavailable. */
  | 'unavailable'
  /** The verdict is another bundle's than the one in use. */
  | 'other_bundle'
  /** The two implementations of the pipeline do not agree on the probability: no reason is better than a wrong one. */
  | 'disagrees';

export type Outcome<T> =
  | ({ readonly kind: 'explained' } & T)
  | { readonly kind: 'unexplained'; readonly why: NoExplanation }
  | { readonly kind: 'failed'; readonly error: AppError };

/** A shot's explanation and what follows from it. */
export type Explained = Outcome<{
  readonly explanation: ShotExplanation;
  readonly product: ProductReference;
  /** Every signal, the largest effect first. */
  readonly reasons: readonly Reason[];
  /** At most three for the line view. */
  readonly top: readonly Reason[];
}>;

/** What could be changed, verified by the models that judge. */
export interface CheckedSearch extends SearchResult {
  /** Suggestions that the models which judge did not confirm, and which are therefore not shown. */
  readonly unconfirmed: number;
}

export type Advised = Outcome<{ readonly operator: CheckedSearch; readonly engineer: CheckedSearch }>;
export type TreesExplained = Outcome<{ readonly trees: TreeExplanation }>;

/** What explanations need of the line, the models and the past. */
export interface ExplanationSources {
  readonly explainer: Pick<ExplainClient, 'explain' | 'advise' | 'trees' | 'use'>;
  readonly predictions: Pick<PredictionClient, 'predict'>;
  readonly table: Pick<DomainTableStore, 'controls' | 'table'>;
  /** Live shots of this session, oldest first. */
  readonly past: () => readonly JudgedShot[];
}

/** How far a probability that explains may lie from the one that was judged: engines in float64 differ by rounding alone, WebGPU by what its proof allows. */
const toleranceOf = (backend: string | null): number => (backend === 'webgpu' ? 1e-5 : 1e-9);

/** Explains shots by the bundle in use. */
export class Explanations {
  readonly #sources: ExplanationSources;
  #bundle: LoadedBundle | null = null;

  constructor(sources: ExplanationSources) {
    this.#sources = sources;
  }

  /** Explains by the line's bundle from now on; returns the way to stop. */
  start(line: Pick<Line, 'bundle' | 'on'>): () => void {
    const use = (bundle: LoadedBundle): void => {
      this.#bundle = bundle;
      this.#sources.explainer.use(bundle);
    };
    if (line.bundle) use(line.bundle);
    return line.on('bundle', use);
  }

  /** Why a shot got its probability. */
  async explain({ shot, verdict }: JudgedShot, options: CallOptions = {}): Promise<Explained> {
    const ready = this.#ready(shot, verdict);
    if (ready.kind === 'unexplained') return ready;
    const answer = await this.#sources.explainer.explain(shot.values, options);
    if (!answer.ok) return { kind: 'failed', error: answer.error };
    const explanation = answer.value;
    if (explanation.kind === 'unexplained') return explanation;
    const { probability } = explanation;
    if (Math.abs(probability.value - ready.probability) > toleranceOf(verdict.backend)) return { kind: 'unexplained', why: 'disagrees' };
    const reasons = allReasons(explanation.signals, probability, shot.values, ready.product);
    return {
      kind: 'explained',
      explanation,
      product: ready.product,
      reasons,
      top: topReasons(reasons, verdict.class !== 'ok'),
    };
  }

  /** The log-odds by what the trees see, for experts. */
  async trees({ shot, verdict }: JudgedShot, options: CallOptions = {}): Promise<TreesExplained> {
    const ready = this.#ready(shot, verdict);
    if (ready.kind === 'unexplained') return ready;
    const answer = await this.#sources.explainer.trees(shot.values, options);
    if (!answer.ok) return { kind: 'failed', error: answer.error };
    return answer.value.kind === 'unexplained' ? answer.value : { kind: 'explained', trees: answer.value };
  }

  /**
   * What could be changed to bring the probability below the threshold. Every suggestion is run again by the models that
   * judge; one that they do not confirm is dropped.
   */
  async advise({ shot, verdict }: JudgedShot, options: CallOptions = {}): Promise<Advised> {
    const ready = this.#ready(shot, verdict);
    if (ready.kind === 'unexplained') return ready;
    const { table } = this.#sources;
    const answer = await this.#sources.explainer.advise(
      shot.values,
      { threshold: verdict.threshold ?? 0, controls: table.controls, past: this.#past(shot) },
      options,
    );
    if (!answer.ok) return { kind: 'failed', error: answer.error };
    if (answer.value.kind === 'unexplained') return answer.value;
    const { operator, engineer } = answer.value;
    const confirmed = await this.#confirm(ready.bundle, [...operator.suggestions, ...engineer.suggestions], options);
    if (!confirmed.ok) return { kind: 'failed', error: confirmed.error };
    const checked = (search: SearchResult): CheckedSearch => {
      const suggestions = search.suggestions.filter((suggestion) => confirmed.value.has(suggestion));
      return { ...search, suggestions, unconfirmed: search.suggestions.length - suggestions.length };
    };
    return { kind: 'explained', operator: checked(operator), engineer: checked(engineer) };
  }

  /** What is generally known to cause the product's usual defects, for the signals that raised the probability. */
  causes({ shot }: JudgedShot, product: ProductReference, reasons: readonly Reason[]): readonly LikelyCause[] {
    return likelyCauses(this.#sources.table.table, product, shot.values, topReasons(reasons, true, reasons.length));
  }

  #ready(
    shot: Shot,
    { probability, bundleId, reasons }: Verdict,
  ):
    | { readonly kind: 'ready'; readonly bundle: LoadedBundle; readonly product: ProductReference; readonly probability: number }
    | { readonly kind: 'unexplained'; readonly why: NoExplanation } {
    const no = (why: NoExplanation): { readonly kind: 'unexplained'; readonly why: NoExplanation } => ({ kind: 'unexplained', why });
    const held = new Set(reasons.map(({ kind }) => kind));
    if (held.has('unavailable') || bundleId === null || this.#bundle === null) return no('unavailable');
    if (held.has('missing') || held.has('not_finite')) return no('incomplete');
    if (bundleId !== this.#bundle.entry.id) return no('other_bundle');
    const product = productOf(shot.values[PRODUCT_INDEX] ?? NaN, this.#bundle.reference);
    if (!product || probability === null) return no('unknown_product');
    return { kind: 'ready', bundle: this.#bundle, product, probability };
  }

  async #confirm(bundle: LoadedBundle, suggestions: readonly Suggestion[], options: CallOptions) {
    const values = new Float64Array(suggestions.length * FEATURE_COUNT);
    for (const [row, suggestion] of suggestions.entries()) values.set(suggestion.values, row * FEATURE_COUNT);
    if (suggestions.length === 0) return { ok: true, value: new Set<Suggestion>() } as const;
    const predicted = await this.#sources.predictions.predict(bundle.entry.id, values, options);
    if (!predicted.ok) return predicted;
    const { backend, probability, spe, t2 } = predicted.value;
    const confirmed = suggestions.filter((suggestion, row) => {
      const prediction = { probability: probability[row] ?? NaN, spe: spe[row] ?? NaN, t2: t2[row] ?? NaN };
      return (
        Math.abs(prediction.probability - suggestion.probability) <= toleranceOf(backend) &&
        holdReasons(suggestion.values, prediction, bundle.reference).length === 0
      );
    });
    return { ok: true, value: new Set(confirmed) } as const;
  }

  /** The values of the other shots that were judged, not held. */
  #past(shot: Shot): Float64Array {
    const others = this.#sources.past().filter(
      (other) => other.shot.id !== shot.id && !other.shot.repeat && other.verdict.class !== 'hold',
    );
    const values = new Float64Array(others.length * FEATURE_COUNT);
    for (const [row, other] of others.entries()) values.set(other.shot.values, row * FEATURE_COUNT);
    return values;
  }
}
