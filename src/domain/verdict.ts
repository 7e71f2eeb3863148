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
  /** Absent for what is not the machine's, for repeats, and while the line memory is not there. */
  readonly memory?: VerdictMemory | undefined;
  readonly draw?: InspectionDraw | undefined;
}

/** What the line memory said of a shot when it was judged: enough to learn from its label later, and to go on from after a restart. */
export interface VerdictMemory {
  /** When the first shot of its run was made, ms since the epoch: the run's name. */
  readonly run: number;
  /** Shots of the run so far, this one included. */
  readonly shots: number;
  /** Labels of the run that were known. */
  readonly labels: number;
  /** Log-odds of the field model over the run's shots so far: their sum, and of how many. */
  readonly odds: { readonly sum: number; readonly count: number };
  /** What every predictor said; who had nothing to say is absent. */
  readonly said: Readonly<Record<string, number>>;
  /** The weights of the predictors. */
  readonly weights: Readonly<Record<string, number>>;
  /** Null where nobody spoke; so below. */
  readonly mixture: number | null;
  /** What is displayed: the mixture, or the predictor that is pinned. */
  readonly shown: number | null;
  readonly pinned: string | null;
}

/** Whether inspection of a part is asked for, and with what chance parts like it are. */
export interface InspectionDraw {
  /** Why; null where it is not asked for. */
  readonly reason: 'first' | 'regular' | 'riskiest' | null;
  /** The chance that a part like this one is asked for, given what was known before it. */
  readonly inclusion: number;
  /** What its label weighs when the run's rate is learned. */
  readonly weight: number;
  /** Riskiest parts asked for in the run so far, this one included. */
  readonly risky: number;
}

/** A shot and what is said of it. */
export interface JudgedShot {
  readonly shot: Shot;
  readonly verdict: Verdict;
}
