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

/** `weight x + bias`, without the activation. */
export function affine({ inputs, outputs, weight, bias }: Layer, x: Float64Array, result: Float64Array): void {
  for (let o = 0, w = 0; o < outputs; o += 1) {
    let sum = bias[o]!;
    for (let i = 0; i < inputs; i += 1, w += 1) sum += weight[w]! * x[i]!;
    result[o] = sum;
  }
}

/** A chain of layers with its buffers: one an owner. */
export class Chain {
  readonly #layers: readonly Layer[];
  readonly #buffers: readonly Float64Array[];

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
    this.#buffers = layers.map((layer) => new Float64Array(layer.outputs));
  }

  /** Runs the chain. The result is the chain's own and holds until the next call. */
  run(x: Float64Array): Float64Array {
    let values = x;
    for (const [i, layer] of this.#layers.entries()) {
      const buffer = this.#buffers[i]!;
      affine(layer, values, buffer);
      activate(layer.activation, buffer, buffer);
      values = buffer;
    }
    return values;
  }
}
