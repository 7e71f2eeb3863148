/** The autoencoder in plain float64 arithmetic (`autoencoder.json`; docs/bundle.md). */
import type { AutoencoderWeights, LayerWeights } from '../../domain/bundle.ts';

/** `activation(weight x + bias)`. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  /** [outputs*inputs], one row an output. */
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  readonly activation: LayerWeights['activation'];
}

export interface Network {
  /** 30 scaled values to 12 latents. */
  readonly encoder: readonly Layer[];
  /** 12 latents to 30 reconstructed values. */
  readonly decoder: readonly Layer[];
}

/** The network of a bundle's weights (already checked against their schema). */
export function networkOf(weights: AutoencoderWeights): Network {
  const layer = ({ weight, bias, activation }: LayerWeights): Layer => ({
    inputs: weight[0]?.length ?? 0,
    outputs: weight.length,
    weight: Float64Array.from(weight.flat()),
    bias: Float64Array.from(bias),
    activation,
  });
  return { encoder: weights.encoder.map(layer), decoder: weights.decoder.map(layer) };
}

/** Applies an activation to `source` into `target`, which may be the same array. */
export function activate(activation: Layer['activation'], source: Float64Array, target: Float64Array): void {
  const n = target.length;
  switch (activation) {
    case 'identity':
      if (source !== target) target.set(source);
      return;
    case 'tanh':
      for (let i = 0; i < n; i += 1) target[i] = Math.tanh(source[i]!);
      return;
    case 'relu':
      for (let i = 0; i < n; i += 1) target[i] = Math.max(0, source[i]!);
      return;
    case 'sigmoid':
      for (let i = 0; i < n; i += 1) target[i] = 1 / (1 + Math.exp(-source[i]!));
      return;
  }
}

/**
 * `weight x + bias` of each row, without the activation. Two rows and two outputs side by side, for an addition waits for the
 * one before it.
 *
 * @param x [rows*inputs]
 * @param result [rows*outputs]
 */
export function affine({ inputs, outputs, weight, bias }: Layer, x: Float64Array, result: Float64Array, rows = 1): void {
  for (let o = 0; o < outputs; o += 2) {
    const paired = o + 1 < outputs;
    const w = o * inputs;
    // An output without another is computed twice and kept once.
    const v = paired ? w + inputs : w;
    const first = bias[o]!;
    const second = paired ? bias[o + 1]! : first;
    for (let row = 0; row < rows; row += 2) {
      const p = row * inputs;
      const q = row + 1 < rows ? p + inputs : p;
      let a = first;
      let b = second;
      let c = first;
      let d = second;
      for (let i = 0; i < inputs; i += 1) {
        a += weight[w + i]! * x[p + i]!;
        b += weight[v + i]! * x[p + i]!;
        c += weight[w + i]! * x[q + i]!;
        d += weight[v + i]! * x[q + i]!;
      }
      const to = row * outputs + o;
      result[to] = a;
      if (paired) result[to + 1] = b;
      if (q === p) continue;
      result[to + outputs] = c;
      if (paired) result[to + outputs + 1] = d;
    }
  }
}

/** A chain of layers with its buffers: one an owner. */
export class Chain {
  readonly #layers: readonly Layer[];
  #buffers: readonly Float64Array[] = [];
  #rows = 0;

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  /** Runs the chain on rows of inputs. The result, a row of outputs each, is the chain's own and holds until the next call. */
  run(x: Float64Array, rows = 1): Float64Array {
    if (this.#rows !== rows) {
      this.#buffers = this.#layers.map(({ outputs }) => new Float64Array(rows * outputs));
      this.#rows = rows;
    }
    let values = x;
    for (const [i, layer] of this.#layers.entries()) {
      const buffer = this.#buffers[i]!;
      affine(layer, values, buffer, rows);
      activate(layer.activation, buffer, buffer);
      values = buffer;
    }
    return values;
  }
}
