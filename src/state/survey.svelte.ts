/** What the signals did over the shots of the loaded file: computed on this device, in the explanation worker. */
import type { AppError } from '../domain/app-error.ts';
import { FEATURE_COUNT, PRODUCT_INDEX } from '../domain/feature.ts';
import type { ExplainClient } from '../explain/explain-client.ts';
import type { UnexplainedReason } from '../explain/explainer.ts';
import { spreadRows, type Survey } from '../explain/survey.ts';
import type { Batch } from './batch/batch.svelte.ts';

/** How far a survey is, in shots. */
export interface SurveyProgress {
  readonly done: number;
  readonly total: number;
}

/** A finished survey and what it is of. */
export interface SurveyResult {
  readonly product: number;
  readonly bundleId: string;
  readonly batch: Batch;
  /** Shots of the product in the file that could be explained; the survey takes some of them evenly. */
  readonly available: number;
  readonly survey: Survey;
}

/** Why a survey came to nothing. */
export type SurveyFailure =
  | { readonly kind: 'failed'; readonly error: AppError }
  | { readonly kind: 'unexplained'; readonly why: UnexplainedReason }
  | { readonly kind: 'no_shots' };

/** One survey at a time: a new one ends the old. */
export class SurveyState {
  progress = $state.raw<SurveyProgress | null>(null);
  result = $state.raw<SurveyResult | null>(null);
  failure = $state.raw<SurveyFailure | null>(null);
  readonly #explainer: Pick<ExplainClient, 'survey'>;
  #running: AbortController | null = null;

  constructor(explainer: Pick<ExplainClient, 'survey'>) {
    this.#explainer = explainer;
  }

  /** Surveys the shots of a product in a file, by the bundle in use. What was shown stays until it is complete. */
  async start(batch: Batch, product: number, bundleId: string): Promise<void> {
    this.cancel();
    this.failure = null;
    const rows = explainable(batch, product);
    const chosen = spreadRows(rows.length).map((place) => rows[place]!);
    if (chosen.length === 0) {
      this.failure = { kind: 'no_shots' };
      return;
    }
    const controller = new AbortController();
    this.#running = controller;
    this.progress = { done: 0, total: chosen.length };
    const answer = await this.#explainer.survey(valuesOf(batch, chosen), {
      signal: controller.signal,
      onProgress: (done) => {
        if (this.#running === controller) this.progress = { done, total: chosen.length };
      },
    });
    if (this.#running !== controller) return;
    this.#running = null;
    this.progress = null;
    if (!answer.ok) this.failure = { kind: 'failed', error: answer.error };
    else if (answer.value.kind === 'unexplained') this.failure = answer.value;
    else this.result = { product, bundleId, batch, available: rows.length, survey: answer.value };
  }

  /** Ends the survey that runs; what was shown before it is still shown. */
  cancel(): void {
    this.#running?.abort();
    this.#running = null;
    this.progress = null;
  }
}

/** Positions of the shots of a product that nothing holds, each once. */
function explainable({ columns }: Batch, product: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < columns.count; i += 1) {
    const own = columns.values[i * FEATURE_COUNT + PRODUCT_INDEX] === product;
    if (own && columns.hold[i] === 0 && columns.repeat[i] === 0) rows.push(i);
  }
  return rows;
}

function valuesOf({ columns }: Batch, rows: readonly number[]): Float64Array {
  const values = new Float64Array(rows.length * FEATURE_COUNT);
  for (const [k, i] of rows.entries()) {
    values.set(columns.values.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT), k * FEATURE_COUNT);
  }
  return values;
}
