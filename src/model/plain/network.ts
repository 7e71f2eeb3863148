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
 * `weight x + bias` of each row, without the activation. Two outputs of four rows side by side, for an addition waits for the
 * one before it; each sum has its own order.
 *
 * @param x [rows*inputs]
 * @param result [rows*outputs]
 */
export function affine(layer: Layer, x: Float64Array, result: Float64Array, rows = 1): void {
  const { inputs, outputs, weight, bias } = layer;
  const whole = rows - (rows % 4);
  for (let row = 0; row < whole; row += 4) {
    const p = row * inputs;
    const q = p + inputs;
    const r = q + inputs;
    const s = r + inputs;
    for (let o = 0; o < outputs; o += 2) {
      // An output without another is computed twice.
      const second = o + 1 < outputs ? o + 1 : o;
      const w = o * inputs;
      const v = second * inputs;
      let pw = bias[o]!;
      let pv = bias[second]!;
      let qw = pw;
      let qv = pv;
      let rw = pw;
      let rv = pv;
      let sw = pw;
      let sv = pv;
      for (let i = 0; i < inputs; i += 1) {
        const a = weight[w + i]!;
        const b = weight[v + i]!;
        const xp = x[p + i]!;
        const xq = x[q + i]!;
        const xr = x[r + i]!;
        const xs = x[s + i]!;
        pw += a * xp;
        pv += b * xp;
        qw += a * xq;
        qv += b * xq;
        rw += a * xr;
        rv += b * xr;
        sw += a * xs;
        sv += b * xs;
      }
      const to = row * outputs;
      result[to + o] = pw;
      result[to + second] = pv;
      result[to + outputs + o] = qw;
      result[to + outputs + second] = qv;
      result[to + 2 * outputs + o] = rw;
      result[to + 2 * outputs + second] = rv;
      result[to + 3 * outputs + o] = sw;
      result[to + 3 * outputs + second] = sv;
    }
  }
  for (let row = whole; row < rows; row += 1) affineRow(layer, x, row * inputs, result, row * outputs);
}

/** The same of the row at `from`. */
function affineRow({ inputs, outputs, weight, bias }: Layer, x: Float64Array, from: number, result: Float64Array, to: number): void {
  for (let o = 0; o < outputs; o += 2) {
    const second = o + 1 < outputs ? o + 1 : o;
    const w = o * inputs;
    const v = second * inputs;
    let a = bias[o]!;
    let b = bias[second]!;
    for (let i = 0; i < inputs; i += 1) {
      a += weight[w + i]! * x[from + i]!;
      b += weight[v + i]! * x[from + i]!;
    }
    result[to + o] = a;
    result[to + second] = b;
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
