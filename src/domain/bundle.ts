import type { Defect } from './defect.ts';
import type { Policy } from './policy.ts';

/**
 * The JSON files of a bundle as types. Keys are spelled as in the files, so that docs/bundle.md, which says what each
 * means, can be searched for them. `model/bundle-schema.ts` checks a file against its type here.
 */

/** What the models are made of: the boosting sees the scaled inputs and this many latents. */
export const LATENT_COUNT = 12;

export type BundleKind = 'field' | 'legacy';

export interface Scaler {
  readonly schema: 1;
  readonly features: readonly string[];
  readonly impute: readonly number[];
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly clip: number;
  readonly constants: readonly string[];
}

export interface ThresholdRow {
  readonly threshold: number;
  /** Share of all shots at or above the threshold. */
  readonly flagged: number;
  /** Null where nothing is flagged. */
  readonly precision: number | null;
  readonly recall: number;
  readonly f1: number;
  /** Share of all shots. */
  readonly false_alarms: number;
  /** Share of all shots. */
  readonly misses: number;
}

/** Conformal quantiles of the non-conformity per class, and what they covered. */
export interface Conformal {
  readonly levels: readonly number[];
  readonly normal: readonly number[];
  readonly defect: readonly number[];
  readonly coverage: readonly { readonly level: number; readonly normal: number; readonly defect: number; readonly single: number }[];
}

/** Of the shots given a probability in [from, to): the share that was defective, with its Wilson 95 % interval. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly shots: number;
  readonly mean_probability: number;
  readonly defective: number;
  readonly low: number;
  readonly high: number;
}

/** How the predictors share the line's trust: fixed-share exponential weights under log-loss. */
export interface ExpertMixture {
  /** How strongly a label weighs: the exponent of the likelihood, above 0 and at most 1. */
  readonly rate: number;
  /** What each label gives back to the start weights. */
  readonly share: number;
  /** The weights a product begins with, by predictor; they sum to 1. */
  readonly start: Readonly<Record<string, number>>;
}

/** Constants of the line memory: the run-rate tracker and the mixture of predictors. */
export interface LineMemory {
  readonly prior: number;
  readonly prior_strength: number;
  readonly decay: number;
  readonly weight_cap_concentration: number;
  readonly horizon: number;
  readonly tilt: number;
  readonly tilt_clip: number;
  /** Lowest and highest defect rate of a past run. */
  readonly past_rates: { readonly low: number; readonly high: number };
  /** Null in bundles released before it was measured. */
  readonly mixture: ExpertMixture | null;
}

export interface Calibration {
  readonly schema: 1;
  readonly protocol: string;
  readonly samples: number;
  readonly defects: number;
  readonly platt: { readonly a: number; readonly b: number };
  readonly thresholds: readonly ThresholdRow[];
  readonly default_policy: Policy;
  readonly conformal: Conformal;
  readonly reliability: readonly ReliabilityBin[];
  readonly line_memory: LineMemory;
}

export type Range = readonly [low: number, high: number];

/** The generative description that the demo line draws shots from. */
export interface DemoProcess {
  readonly varying: readonly string[];
  readonly levels: readonly number[];
  readonly marginals: Readonly<Record<string, readonly number[]>>;
  readonly ar: Readonly<Record<string, number>>;
  readonly cholesky: readonly (readonly number[])[];
  readonly campaign_factors: Readonly<Record<string, readonly number[]>>;
  readonly coupled: readonly { readonly target: string; readonly source: string; readonly factor: number }[];
  readonly run_rate: { readonly alpha: number; readonly beta: number };
  readonly slope: number;
}

export interface ProductReference {
  readonly shots: number;
  readonly quantiles: Readonly<Record<string, readonly number[]>>;
  readonly usual: Readonly<Record<string, Range>>;
  readonly hard: Readonly<Record<string, Range>>;
  readonly resolution: Readonly<Record<string, number>>;
  /** Median of good shots. */
  readonly golden_shot: readonly number[];
  readonly t2: {
    readonly mean: readonly number[];
    readonly precision: readonly (readonly number[])[];
    readonly limit: number;
    readonly hard: number;
  };
  readonly spe: { readonly limit: number; readonly hard: number };
  readonly background: readonly (readonly number[])[];
  readonly defects: Readonly<Partial<Record<Defect, number>>>;
  readonly demo: DemoProcess;
}

export interface Reference {
  readonly schema: 1;
  readonly quantile_levels: readonly number[];
  /** By product number as text. */
  readonly products: Readonly<Record<string, ProductReference>>;
}

export interface GoldenRow {
  readonly kind: 'typical' | 'threshold' | 'range' | 'missing';
  /** Null = missing. */
  readonly input: readonly (number | null)[];
  readonly scaled: readonly number[];
  readonly latent: readonly number[];
  readonly spe: number;
  /** Null where the product is unknown. */
  readonly t2: number | null;
  readonly score: number;
  readonly probability: number;
  readonly calibrated: number;
}

export interface Golden {
  readonly schema: 1;
  readonly seed: number;
  readonly rows: readonly GoldenRow[];
}

/** A figure with its interval; null where it is not defined. */
export interface Metric {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** The figures of one model under one protocol. */
export interface Metrics {
  readonly f1: Metric;
  /** F1 at a threshold chosen without the test rows. */
  readonly f1_tuned: Metric;
  readonly roc_auc: Metric;
  readonly pr_auc: Metric;
  readonly accuracy: Metric;
  readonly precision: Metric;
  readonly recall: Metric;
  readonly brier: Metric;
  readonly ece: Metric;
}

export type Protocol = 'legacy' | 'grouped' | 'forward' | 'blocks' | 'campaign';

export interface Figure {
  readonly protocol: Protocol;
  readonly model: string;
  readonly rows: number;
  readonly defective: number;
  readonly threshold_rule: string;
  readonly metrics: Metrics;
}

/** Reconstruction error of a feature for a product, in scaled units: RMSE and share of variance explained. */
export interface ReconstructionRow {
  readonly feature: string;
  readonly product: string;
  readonly rmse: number;
  readonly explained: number | null;
}

/** The same sentences in each language of the app, in the same order. */
export interface Sentences {
  readonly ko: readonly string[];
  readonly en: readonly string[];
  readonly vi: readonly string[];
}

/** What the models learned from. */
export interface CardData {
  readonly name: string;
  readonly sha256: string;
  readonly rows: number;
  readonly distinct: number;
  readonly twins: number;
  /** Rows with a missing value. */
  readonly incomplete: number;
  readonly defective: number;
  readonly defective_distinct: number;
  readonly campaigns: number;
  readonly campaign_rates: readonly number[];
  /** Distinct shots by product number. */
  readonly products: Readonly<Record<string, number>>;
  readonly training_rows: number;
  readonly training_protocol: string;
}

/** What the models of a campaign were made from: all other campaigns, or the earlier ones alone. */
export type OnlineTraining = 'others' | 'earlier';

/** One setting of the protocol `online`. */
export interface OnlineSetting {
  readonly training: OnlineTraining;
  /** Share of the shots that are inspected, at random. */
  readonly inspected: number;
  /** How many shots later a finding is known. */
  readonly delay: number;
}

/** One predictor, shot by shot through every campaign, learning from inspections that come late. Figures of all shots. */
export interface OnlineFigure extends OnlineSetting {
  readonly predictor: string;
  readonly shots: number;
  readonly defective: number;
  readonly log_loss: Metric;
  readonly brier: Metric;
  readonly roc_auc: Metric;
  /** Difference in log-loss to the run-rate tracker; below 0 is better than it. */
  readonly against_run_rate: Metric;
}

/** The protocol `online`. */
export interface OnlineStudy {
  /** Shots that are resampled together. */
  readonly block: number;
  readonly resamples: number;
  /** Draws of the inspected shots. */
  readonly draws: number;
  readonly figures: readonly OnlineFigure[];
  /** How often the 90 % interval held the number of defects of the next shots. */
  readonly coverage: readonly (OnlineSetting & { readonly intervals: number; readonly coverage: Metric })[];
  /** Log-loss beside that with the labels shuffled within each run (their middle 95 %, and the share at least as good). */
  readonly null: readonly (OnlineSetting & {
    readonly predictor: string;
    readonly shuffles: number;
    readonly log_loss: number;
    readonly shuffled: number;
    readonly low: number;
    readonly high: number;
    readonly p: number;
  })[];
}

/** The model card: data facts, recipe and every protocol's figures beside the baselines. */
export interface Card {
  readonly schema: 1;
  readonly id: string;
  readonly kind: BundleKind;
  readonly version: string;
  readonly date: string;
  readonly purpose: { readonly for: Sentences; readonly not_for: Sentences };
  readonly data: CardData;
  /** Nested objects of plain values. */
  readonly recipe: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly licence: Sentences;
  readonly figures: readonly Figure[];
  readonly reconstruction: readonly ReconstructionRow[];
  readonly calibration_plot: readonly ReliabilityBin[];
  /** Null in bundles released before it was measured. */
  readonly online: OnlineStudy | null;
}

/** One layer of the autoencoder: `activation(weight x + bias)` in float64. */
export interface AutoencoderLayer {
  /** One row an output. */
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly activation: 'identity' | 'tanh' | 'relu' | 'sigmoid';
}

/** The weights of `autoencoder.onnx` as numbers, for explanations. */
export interface AutoencoderWeights {
  readonly schema: 1;
  readonly encoder: readonly AutoencoderLayer[];
  readonly decoder: readonly AutoencoderLayer[];
}

/** `activation(weight x + bias)`; one row of `weight` an output. */
export interface LayerWeights {
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly activation: 'identity' | 'tanh' | 'relu' | 'sigmoid';
}

/** The layers of `autoencoder.onnx` as numbers. */
export interface AutoencoderWeights {
  readonly schema: 1;
  readonly encoder: readonly LayerWeights[];
  readonly decoder: readonly LayerWeights[];
}

/** Where one array lies in `forest.bin`. */
export interface ForestArray {
  readonly name: 'value' | 'right' | 'cover' | 'feature';
  readonly dtype: 'float64' | 'int32' | 'int8';
  readonly offset: number;
  readonly length: number;
}

export interface ForestIndex {
  readonly schema: 1;
  readonly trees: number;
  readonly nodes: number;
  readonly base_score: number;
  readonly features: 42;
  readonly offsets: readonly number[];
  readonly arrays: readonly ForestArray[];
}

export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface ManifestBundle {
  readonly id: string;
  readonly kind: BundleKind;
  readonly version: string;
  readonly date: string;
  readonly files: readonly ManifestFile[];
  /** What WebGPU needs beside them; absent in bundles without it. */
  readonly webgpu?: { readonly files: readonly ManifestFile[] } | undefined;
}

export interface Manifest {
  readonly schema: 1;
  readonly sequence: number;
  readonly current: string;
  readonly bundles: readonly ManifestBundle[];
}
