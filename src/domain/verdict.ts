import type { AppError } from './app-error.ts';
import type { FeatureName } from './feature.ts';
import type { Policy } from './policy.ts';
import type { Shot } from './shot.ts';

export type VerdictClass = 'ok' | 'ng' | 'hold';

/** How sure: the smallest conformal set that holds one class, 90 % (high) or 80 % (medium); see docs/bundle.md. */
export type Confidence = 'high' | 'medium' | 'low';

/** Why a shot is held. Several may apply; they stand in the order of docs/bundle.md. */
export type HoldReason =
  /** Inference did not answer: no bundle, no worker, a timeout. */
  | { readonly kind: 'unavailable'; readonly error: AppError }
  /** Not a product the bundle knows. A product that is itself missing or not finite is that instead. */
  | { readonly kind: 'unknown_product'; readonly product: number }
  | { readonly kind: 'missing'; readonly features: readonly FeatureName[] }
  | { readonly kind: 'not_finite'; readonly features: readonly FeatureName[] }
  /** Outside the range the model may be trusted with. */
  | { readonly kind: 'out_of_range'; readonly features: readonly OutOfRange[] }
  /** Latents far from anything seen: Hotelling's T2 above the hard limit. */
  | { readonly kind: 'unusual_t2'; readonly value: number; readonly hard: number }
  /** A combination the autoencoder cannot reproduce: squared prediction error above the hard limit. */
  | { readonly kind: 'unusual_spe'; readonly value: number; readonly hard: number };

export interface OutOfRange {
  readonly name: FeatureName;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The judge's part of a verdict: what follows from a prediction, the bundle's limits and the policy. */
export interface Judgement {
  readonly class: VerdictClass;
  /** Calibrated probability of a defect; null where the inputs leave it without meaning. */
  readonly probability: number | null;
  /** The probability comes from inputs the model was not trained for: a HOLD that keeps its number. */
  readonly extrapolated: boolean;
  /** A HOLD has no class to be sure of: `low`. */
  readonly confidence: Confidence;
  /** 1 - conformal p-value of the other class, 0..1; 0 for a HOLD. */
  readonly confidenceScore: number;
  /** Empty unless the class is `hold`. */
  readonly reasons: readonly HoldReason[];
}

/** What is said of a shot, with all that is needed to say later why. */
export interface Verdict extends Judgement {
  /** NG at or above it; null when no bundle was there to take it from. */
  readonly threshold: number | null;
  readonly policy: Policy | null;
  /** 12 latents; null when inference was unavailable, or in a batch without details. */
  readonly latents: Float64Array | null;
  /** The autoencoder's 30 values in scaled units; null as `latents`. */
  readonly reconstruction: Float64Array | null;
  /** Squared prediction error; null when inference was unavailable. */
  readonly spe: number | null;
  /** Hotelling's T2 against the product; null also where the product is unknown. */
  readonly t2: number | null;
  /** Uncalibrated log-odds of the boosting; null when inference was unavailable. */
  readonly score: number | null;
  readonly bundleId: string | null;
  /** Backend that computed it, such as `wasm`; null when none did. */
  readonly backend: string | null;
  /** Time inside the worker for this shot (its share of the chunk), in milliseconds. */
  readonly durationMs: number;
}

/** A shot and what is said of it. */
export interface JudgedShot {
  readonly shot: Shot;
  readonly verdict: Verdict;
}
