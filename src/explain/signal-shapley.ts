/**
 * Shapley values of the whole pipeline on the real signals: how much each signal moved the calibrated probability (and T2)
 * away from its mean over the product's background.
 *
 * The game of a shot x and a background row b: a coalition S is worth f(x on S, b elsewhere), evaluated through scaler,
 * autoencoder, trees and calibration (interventional; Janzing et al. 2020). The latents follow from the mixed inputs, so
 * their share falls to the signals by itself. 20 signals allow no enumeration, so for every background row permutations
 * are drawn in antithetic pairs, a permutation and its reverse: exact for every game without interactions of three or more
 * signals (Mitchell et al. 2022). Every row is used equally often, hence the parts sum to f(x) - mean f(background)
 * whatever was drawn, and a signal that changes nothing gets exactly 0. The spread between a row's pairs gives the
 * standard error.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { FEATURE_COUNT } from '../domain/feature.ts';
import { hotelling } from '../model/hotelling.ts';
import type { Background } from './background.ts';
import type { Evaluated } from './evaluator.ts';
import { AUGMENTED, ForestScorer } from '../model/plain/forest.ts';
import { activate, affine, Chain, type Layer } from '../model/plain/network.ts';
import { calibrated, type PipelineModel } from '../model/plain/pipeline-model.ts';

/** What moved a value away from its mean over the background; `value - base` is the sum of the effects. */
export interface Attribution {
  /** Mean over the background. */
  readonly base: number;
  /** Of the shot. */
  readonly value: number;
  /** [signals] in the order of the background's signals. */
  readonly effects: Float64Array;
  /** [signals] standard error of each effect, from the sample itself. */
  readonly errors: Float64Array;
}

export interface SignalAttribution {
  /** Of the calibrated probability. */
  readonly probability: Attribution;
  /** Of Hotelling's T2. */
  readonly t2: Attribution;
}

export interface SamplingOptions {
  /** Antithetic pairs of permutations a background row; at least 2, or there is no standard error. */
  readonly pairs?: number;
  /** The same seed gives the same values. */
  readonly seed?: number;
}

const DEFAULT_PAIRS = 2;
const DEFAULT_SEED = 1;

/** Explains shots of one product. Holds buffers: one a thread. */
export class SignalShapley {
  readonly #model: PipelineModel;
  readonly #background: Background;
  readonly #pairs: number;
  readonly #seed: number;
  readonly #first: Layer;
  readonly #rest: Chain;
  readonly #scorer: ForestScorer;
  /** [inputs*hidden] the first layer's weights, one row an input. */
  readonly #columns: Float64Array;
  readonly #hidden: Float64Array;
  readonly #activated: Float64Array;
  readonly #mixed = new Float32Array(FEATURE_COUNT);
  /** [signals*hidden] what taking a signal from the shot adds to the first layer. */
  readonly #steps: Float64Array;
  #rows = new Float32Array(0);
  #probability = new Float64Array(0);
  #t2 = new Float64Array(0);

  constructor(model: PipelineModel, background: Background, { pairs = DEFAULT_PAIRS, seed = DEFAULT_SEED }: SamplingOptions = {}) {
    const [first, ...rest] = model.network.encoder;
    if (!first) throw new RangeError('the encoder has no layer');
    this.#model = model;
    this.#background = background;
    this.#pairs = pairs;
    this.#seed = seed;
    this.#first = first;
    this.#rest = new Chain(rest);
    this.#scorer = new ForestScorer(model.forest);
    this.#columns = new Float64Array(first.inputs * first.outputs);
    for (let o = 0; o < first.outputs; o += 1) {
      for (let i = 0; i < first.inputs; i += 1) this.#columns[i * first.outputs + o] = first.weight[o * first.inputs + i]!;
    }
    this.#hidden = new Float64Array(first.outputs);
    this.#activated = new Float64Array(first.outputs);
    this.#steps = new Float64Array(background.signals.length * first.outputs);
  }

  /** Explains a shot given by its 30 scaled values. */
  explain(scaled: Float64Array): SignalAttribution {
    const walks = this.#draw(scaled);
    this.#reserve(1 + mixturesOn(walks));
    this.#encodeShot(scaled);
    let at = 1;
    for (const walk of walks) at = this.#walk(walk, scaled, at);
    this.#score(at);
    return this.#attributeBoth(walks);
  }

  /** [n*30] the mixtures that {@link explain} evaluates, as recorded values. `values` and `scaled` are the shot's. */
  mixtures(values: Float64Array, scaled: Float64Array): Float64Array<ArrayBuffer> {
    const { signals, values: usual } = this.#background;
    const walks = this.#draw(scaled);
    const rows = new Float64Array(mixturesOn(walks) * FEATURE_COUNT);
    const mixed = new Float64Array(FEATURE_COUNT);
    let at = 0;
    for (const { row, order } of walks) {
      mixed.set(usual.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT));
      for (const s of order.subarray(0, -1)) {
        for (const i of signals[s]!.members) mixed[i] = values[i]!;
        rows.set(mixed, at);
        at += FEATURE_COUNT;
      }
    }
    return rows;
  }

  /**
   * The same from what was said elsewhere of the {@link mixtures}, in their order. The shot and the background are evaluated
   * here, so that the parts sum to the difference between them all the same.
   */
  explainBy(scaled: Float64Array, { probability, t2 }: Pick<Evaluated, 'probability' | 't2'>): SignalAttribution {
    const walks = this.#draw(scaled);
    this.#reserve(1 + probability.length);
    this.#encodeShot(scaled);
    this.#score(1);
    this.#probability.set(probability, 1);
    this.#t2.set(t2, 1);
    return this.#attributeBoth(walks);
  }

  /** Writes the shot itself as the first row. */
  #encodeShot(scaled: Float64Array): void {
    affine(this.#first, scaled, this.#hidden);
    this.#mixed.set(scaled);
    this.#encode(0);
  }

  /** The probabilities of the first so many rows. */
  #score(rows: number): void {
    this.#scorer.score(this.#rows, rows, this.#probability);
    for (let r = 0; r < rows; r += 1) this.#probability[r] = calibrated(this.#model, this.#probability[r]!);
  }

  #attributeBoth(walks: readonly Walk[]): SignalAttribution {
    return {
      probability: this.#attribute(walks, this.#probability, this.#background.probability),
      t2: this.#attribute(walks, this.#t2, this.#background.t2),
    };
  }

  /** The walks from each background row to the shot: for every pair a random order of the signals that differ, and its reverse. */
  #draw(scaled: Float64Array): Walk[] {
    const { signals, rows, scaled: usual } = this.#background;
    const generator = xoroshiro128plus(this.#seed);
    const walks: Walk[] = [];
    for (let row = 0; row < rows; row += 1) {
      const differing = signals.flatMap(({ members }, s) =>
        members.some((i) => scaled[i] !== usual[row * FEATURE_COUNT + i]) ? [s] : [],
      );
      for (let pair = 0; pair < this.#pairs; pair += 1) {
        const order = Int32Array.from(differing);
        for (let k = order.length - 1; k > 0; k -= 1) {
          const other = uniformInt(generator, 0, k);
          const moved = order[k]!;
          order[k] = order[other]!;
          order[other] = moved;
        }
        walks.push({ row, order }, { row, order: order.toReversed() });
      }
    }
    return walks;
  }

  /** Writes the mixtures strictly between a background row and the shot; returns where the next row goes. */
  #walk({ row, order }: Walk, scaled: Float64Array, from: number): number {
    const { signals, scaled: usual, hidden } = this.#background;
    const width = this.#first.outputs;
    const steps = this.#steps;
    const sum = this.#hidden;
    this.#mixed.set(usual.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT));
    sum.set(hidden.subarray(row * width, (row + 1) * width));
    for (const s of order) this.#stepOf(s, row, scaled);
    let at = from;
    for (const s of order.subarray(0, -1)) {
      for (const i of signals[s]!.members) this.#mixed[i] = scaled[i]!;
      for (let h = 0, k = s * width; h < width; h += 1, k += 1) sum[h]! += steps[k]!;
      this.#encode(at);
      at += 1;
    }
    return at;
  }

  #stepOf(s: number, row: number, scaled: Float64Array): void {
    const { signals, scaled: usual } = this.#background;
    const width = this.#first.outputs;
    const step = this.#steps;
    const to = s * width;
    step.fill(0, to, to + width);
    for (const i of signals[s]!.members) {
      const difference = scaled[i]! - usual[row * FEATURE_COUNT + i]!;
      if (difference === 0) continue;
      for (let h = 0, w = i * width; h < width; h += 1, w += 1) step[to + h]! += difference * this.#columns[w]!;
    }
  }

  /** Writes the row of the current mixture: its inputs and the latents that follow from them. */
  #encode(at: number): void {
    activate(this.#first.activation, this.#hidden, this.#activated);
    const latents = this.#rest.run(this.#activated);
    this.#rows.set(this.#mixed, at * AUGMENTED);
    this.#rows.set(latents, at * AUGMENTED + FEATURE_COUNT);
    this.#t2[at] = hotelling(latents, this.#background.t2Model);
  }

  /** The effects: what each step of the walks changed, averaged over the pairs of a row, then over the rows. */
  #attribute(walks: readonly Walk[], values: Float64Array, usual: Float64Array): Attribution {
    const { signals, rows } = this.#background;
    const pairs = this.#pairs;
    const effects = new Float64Array(signals.length);
    const errors = new Float64Array(signals.length);
    const changes = new Float64Array(pairs * signals.length);
    const value = values[0]!;
    let at = 1;
    for (const [w, { row, order }] of walks.entries()) {
      const pair = (w >> 1) % pairs;
      if (pair === 0 && w % 2 === 0) changes.fill(0);
      let before = usual[row]!;
      for (const [k, s] of order.entries()) {
        const after = k === order.length - 1 ? value : values[at++]!;
        changes[pair * signals.length + s]! += (after - before) / 2;
        before = after;
      }
      if (w % 2 === 1 && pair === pairs - 1) this.#collect(changes, effects, errors);
    }
    for (let s = 0; s < signals.length; s += 1) {
      effects[s]! /= rows;
      errors[s] = Math.sqrt(errors[s]!) / rows;
    }
    return { base: usual.reduce((sum, each) => sum + each, 0) / rows, value, effects, errors };
  }

  /** Adds one background row: the mean over its pairs, and the variance of that mean. */
  #collect(changes: Float64Array, effects: Float64Array, variances: Float64Array): void {
    const pairs = this.#pairs;
    const signals = effects.length;
    for (let s = 0; s < signals; s += 1) {
      let sum = 0;
      for (let pair = 0; pair < pairs; pair += 1) sum += changes[pair * signals + s]!;
      const mean = sum / pairs;
      effects[s]! += mean;
      let squares = 0;
      for (let pair = 0; pair < pairs; pair += 1) squares += (changes[pair * signals + s]! - mean) ** 2;
      variances[s]! += squares / (pairs - 1) / pairs;
    }
  }

  #reserve(rows: number): void {
    if (this.#t2.length >= rows) return;
    this.#rows = new Float32Array(rows * AUGMENTED);
    this.#probability = new Float64Array(rows);
    this.#t2 = new Float64Array(rows);
  }
}

/** A way from a background row to the shot: the signals in the order in which they are taken from the shot. */
interface Walk {
  readonly row: number;
  readonly order: Int32Array;
}

/** Rows strictly between the ends of all walks. */
function mixturesOn(walks: readonly Walk[]): number {
  return walks.reduce((sum, { order }) => sum + Math.max(0, order.length - 1), 0);
}
