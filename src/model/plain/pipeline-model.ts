/**
 * A bundle's pipeline as typed arrays: a second implementation beside the ONNX graphs. Explanations evaluate it on thousands
 * of mixtures of shots; its models are also the first to answer when the app starts, and check the graphs on every live shot
 * (plain-backend.ts).
 */
import type { AutoencoderWeights, Calibration, ForestIndex, Scaler } from '../../domain/bundle.ts';
import { AUGMENTED, type Forest } from './forest.ts';
import { networkOf, type Network } from './network.ts';

export interface PipelineModel {
  /** [30] each; see docs/bundle.md. */
  readonly scaler: {
    readonly impute: Float64Array;
    readonly mean: Float64Array;
    readonly scale: Float64Array;
    readonly clip: number;
  };
  readonly network: Network;
  readonly forest: Forest;
  readonly platt: { readonly a: number; readonly b: number };
}

/** The parts of a bundle that its pipeline is built from, each already checked against its schema. */
export interface PipelineFiles {
  readonly scaler: Scaler;
  readonly weights: AutoencoderWeights;
  readonly forest: { readonly index: ForestIndex; readonly bytes: Uint8Array };
  readonly calibration: Pick<Calibration, 'platt'>;
}

/** Builds the pipeline. Throws where the trees are not trees: a bundle's hashes and golden vectors have been checked before. */
export function pipelineModel({ scaler, weights, forest, calibration }: PipelineFiles): PipelineModel {
  return {
    scaler: {
      impute: Float64Array.from(scaler.impute),
      mean: Float64Array.from(scaler.mean),
      scale: Float64Array.from(scaler.scale),
      clip: scaler.clip,
    },
    network: networkOf(weights),
    forest: readForest(forest.index, forest.bytes),
    platt: calibration.platt,
  };
}

/** Scales one shot: 30 recorded values (NaN = missing) to 30 scaled ones, operation by operation as docs/bundle.md says. */
export function scaleShot({ scaler }: PipelineModel, values: Float64Array, scaled: Float64Array): void {
  const { impute, mean, scale, clip } = scaler;
  for (let i = 0; i < scaled.length; i += 1) {
    const value = values[i]!;
    const known = Number.isFinite(value) ? value : impute[i]!;
    scaled[i] = Math.min(clip, Math.max(-clip, (known - mean[i]!) / scale[i]!));
  }
}

/** The calibrated probability of log-odds. */
export function calibrated({ platt }: PipelineModel, score: number): number {
  return 1 / (1 + Math.exp(-(platt.a * score + platt.b)));
}

const WIDTH = { float64: 8, int32: 4, int8: 1 } as const;

/** The trees of `forest.json` and `forest.bin`. Every walk from a root ends at a leaf, or this throws a RangeError. */
export function readForest(index: ForestIndex, bytes: Uint8Array): Forest {
  const arrays = {
    value: new Float64Array(slice(index, bytes, 'value', 'float64')),
    right: new Int32Array(slice(index, bytes, 'right', 'int32')),
    feature: new Int8Array(slice(index, bytes, 'feature', 'int8')),
  };
  const offsets = Int32Array.from(index.offsets);
  for (let tree = 0; tree < index.trees; tree += 1) {
    const end = offsets[tree + 1]!;
    for (let node = offsets[tree]!; node < end; node += 1) {
      const feature = arrays.feature[node]!;
      const right = arrays.right[node]!;
      const fits = feature < 0 ? right === -1 : feature < AUGMENTED && right > node + 1 && right < end;
      if (!fits || !Number.isFinite(arrays.value[node])) throw new RangeError(`forest.bin: node ${node} is not part of a tree`);
    }
  }
  return { baseScore: index.base_score, offsets, ...arrays };
}

/** The bytes of one array, copied so that they are aligned wherever the file lies in memory. */
function slice(index: ForestIndex, bytes: Uint8Array, name: string, dtype: keyof typeof WIDTH): ArrayBuffer {
  const array = index.arrays.find((candidate) => candidate.name === name);
  const length = index.nodes * WIDTH[dtype];
  if (array?.dtype !== dtype || array.length !== index.nodes || array.offset + length > bytes.length) {
    throw new RangeError(`forest.json: array ${name} does not fit forest.bin`);
  }
  return bytes.slice(array.offset, array.offset + length).buffer;
}
