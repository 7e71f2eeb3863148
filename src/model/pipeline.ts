import { LATENT_COUNT, type Calibration, type Reference, type Scaler } from '../domain/bundle.ts';
import { FEATURE_COUNT, PRODUCT_INDEX } from '../domain/feature.ts';
import { CHUNK_ROWS, type InferenceBackend } from './backend.ts';
import { hotelling, t2ModelOf, type T2Model } from './hotelling.ts';
import type { Prediction } from './prediction.ts';

/** What the pipeline needs of a bundle beside the models. */
export interface PipelineParameters {
  readonly scaler: Scaler;
  readonly calibration: Pick<Calibration, 'platt'>;
  readonly reference: Reference;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** Keep scaled inputs, latents and reconstruction. Default true. */
  readonly details?: boolean | undefined;
  /** Awaited between chunks, so that a live shot may go between two chunks of a file. */
  readonly between?: () => Promise<void>;
  /** Hears of every row that the backend says to have its doubts about. */
  readonly onDoubtful?: (row: number) => void;
}

/**
 * The pipeline of docs/bundle.md, steps 1 to 6: scale, autoencoder, boosting, calibration, SPE and T2.
 * Chunks of concurrent calls take turns: the backend runs one at a time.
 */
export class Pipeline {
  readonly #backend: InferenceBackend;
  readonly #impute: Float64Array;
  readonly #mean: Float64Array;
  readonly #scale: Float64Array;
  readonly #clip: number;
  readonly #platt: { readonly a: number; readonly b: number };
  /** By number of the product. */
  readonly #t2Models: ReadonlyMap<number, T2Model>;
  /** Scaled inputs of a chunk that nobody keeps. */
  readonly #scratch = new Float64Array(CHUNK_ROWS * FEATURE_COUNT);
  #turn: Promise<unknown> = Promise.resolve();

  constructor(backend: InferenceBackend, { scaler, calibration, reference }: PipelineParameters) {
    this.#backend = backend;
    this.#impute = Float64Array.from(scaler.impute);
    this.#mean = Float64Array.from(scaler.mean);
    this.#scale = Float64Array.from(scaler.scale);
    this.#clip = scaler.clip;
    this.#platt = calibration.platt;
    this.#t2Models = new Map(Object.entries(reference.products).map(([number, product]) => [Number(number), t2ModelOf(product)]));
  }

  get backend(): InferenceBackend {
    return this.#backend;
  }

  /**
   * Predicts n shots from n*30 recorded values (NaN = missing). Rejects with the signal's reason when aborted, and with
   * what the backend threw.
   */
  async run(values: Float64Array, { signal, details = true, between, onDoubtful }: RunOptions = {}): Promise<Prediction> {
    const rows = values.length / FEATURE_COUNT;
    if (!Number.isInteger(rows)) throw new RangeError(`${values.length} values are not rows of ${FEATURE_COUNT}`);
    const started = performance.now();
    const kept = details ? rows : 0;
    const out = {
      rows,
      backend: this.#backend.name,
      scaled: new Float64Array(kept * FEATURE_COUNT),
      latents: new Float64Array(kept * LATENT_COUNT),
      reconstruction: new Float64Array(kept * FEATURE_COUNT),
      score: new Float64Array(rows),
      probability: new Float64Array(rows),
      spe: new Float64Array(rows),
      t2: new Float64Array(rows),
    };
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      if (from > 0) await between?.();
      signal?.throwIfAborted();
      const turn = this.#turn.then(() => this.#runChunk(values, out, from, Math.min(CHUNK_ROWS, rows - from), onDoubtful));
      this.#turn = turn.catch(() => undefined);
      await turn;
    }
    return { ...out, durationMs: performance.now() - started };
  }

  /** Frees the models once the chunk that is running has ended; what is called afterwards rejects. */
  async release(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#backend.release());
    await this.#turn;
  }

  async #runChunk(
    values: Float64Array,
    out: Omit<Prediction, 'durationMs'>,
    from: number,
    rows: number,
    onDoubtful: RunOptions['onDoubtful'],
  ): Promise<void> {
    const details = out.scaled.length > 0;
    const scaled = details ? out.scaled.subarray(from * FEATURE_COUNT, (from + rows) * FEATURE_COUNT) : this.#scratch.subarray(0, rows * FEATURE_COUNT);
    this.#scaleRows(values, from, scaled);
    const { latents, reconstruction, score, doubtful } = await this.#backend.infer(scaled, rows);
    if (details) {
      out.latents.set(latents, from * LATENT_COUNT);
      out.reconstruction.set(reconstruction, from * FEATURE_COUNT);
    }
    out.score.set(score, from);
    const { a, b } = this.#platt;
    for (let row = 0; row < rows; row += 1) {
      if (doubtful?.[row]) onDoubtful?.(from + row);
      out.probability[from + row] = 1 / (1 + Math.exp(-(a * score[row]! + b)));
      out.spe[from + row] = squaredError(scaled, reconstruction, row * FEATURE_COUNT);
      const t2Model = this.#t2Models.get(values[(from + row) * FEATURE_COUNT + PRODUCT_INDEX]!);
      out.t2[from + row] = t2Model ? hotelling(latents, t2Model, row * LATENT_COUNT) : NaN;
    }
  }

  /** Steps 1 and 2, in exactly the contract's order of operations: the trees compare the result bit by bit. */
  #scaleRows(values: Float64Array, from: number, scaled: Float64Array): void {
    const [clip, impute, mean, scale] = [this.#clip, this.#impute, this.#mean, this.#scale];
    for (let k = 0, at = from * FEATURE_COUNT, i = 0; k < scaled.length; k += 1, at += 1, i = i + 1 === FEATURE_COUNT ? 0 : i + 1) {
      const value = values[at]!;
      const known = Number.isFinite(value) ? value : impute[i]!;
      scaled[k] = Math.min(clip, Math.max(-clip, (known - mean[i]!) / scale[i]!));
    }
  }
}

function squaredError(scaled: Float64Array, reconstruction: Float64Array, offset: number): number {
  let sum = 0;
  for (let i = offset; i < offset + FEATURE_COUNT; i += 1) {
    const difference = scaled[i]! - reconstruction[i]!;
    sum += difference * difference;
  }
  return sum;
}
