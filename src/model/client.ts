import type { AppError } from '../domain/app-error.ts';
import type { Calibration, Card, Manifest, ManifestBundle, Reference, Scaler } from '../domain/bundle.ts';
import type { Result } from '../domain/result.ts';
import type { ExplanationFiles } from './bundle.ts';
import type { Prediction } from './prediction.ts';
import type { SelfTestReport } from './self-test.ts';

/** A bundle in use: what the screens and the judge need of it. The models themselves stay in the worker. */
export interface LoadedBundle {
  readonly entry: ManifestBundle;
  /** Backend that runs it, such as `wasm`; early in a load `typescript`. */
  readonly backend: string;
  readonly scaler: Scaler;
  readonly calibration: Calibration;
  readonly reference: Reference;
  readonly card: Card;
  /** Both models as numbers, for explanations; null in a bundle without them. */
  readonly explanation: ExplanationFiles | null;
}

/** How far a download is, in bytes of the bundle's files. */
export interface LoadProgress {
  readonly bundleId: string;
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** What inference is up to. */
export type ClientStatus =
  | { readonly state: 'idle' }
  | { readonly state: 'loading'; readonly progress: LoadProgress | null }
  /** `bundleId` is the one loaded last. */
  | { readonly state: 'ready'; readonly bundleId: string; readonly backend: string }
  /** The worker died; a new one loads what was loaded. */
  | { readonly state: 'restarting'; readonly cause: AppError }
  | { readonly state: 'unavailable'; readonly error: AppError };

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 10 s, for a load 120 s. A worker that lets any call but a load run out of time is replaced. */
  readonly timeoutMs?: number;
}

export interface LoadOptions extends CallOptions {
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /**
   * The bundle answers already, from its numbers in plain arithmetic, which have proved themselves on the golden vectors; its
   * run-time is still starting. Only the end of the load says whether the bundle stays.
   */
  readonly onEarly?: ((bundle: LoadedBundle) => void) | undefined;
}

export interface PredictOptions extends CallOptions {
  /** The threshold that the shots are judged by: what lies near it is computed with particular care. */
  readonly threshold?: number;
  /** Shots of the whole work that this call is a part of; by default those of the call. */
  readonly total?: number;
  /** The values may be taken: they move to the worker instead of being copied, and the caller has them no more. Default false. */
  readonly take?: boolean;
  /** Without them nothing but scores, probabilities and distances crosses between the threads. Default true. */
  readonly details?: boolean;
}

/** What the diagnostics show about inference. */
export interface ModelDiagnostics {
  readonly backend: string;
  readonly runtimeVersion: string;
  readonly crossOriginIsolated: boolean;
  /** Memory the backend has taken for good. */
  readonly heapBytes: number;
  /** Times of the last load, in milliseconds; the first `sessions` includes the start of the run-time. */
  readonly timings: { readonly download: number; readonly sessions: number; readonly selfTest: number };
}

/** Inference, seen from the page: a worker behind a typed protocol. Several bundles may be loaded at a time. */
export interface PredictionClient {
  readonly status: ClientStatus;
  /** The signed list of bundles. */
  manifest(options?: CallOptions): Promise<Result<Manifest>>;
  /** The card of a bundle in the manifest, without its models. */
  card(entry: ManifestBundle, options?: CallOptions): Promise<Result<Card>>;
  /** Loads a bundle (null: the manifest's current one) and proves it on its golden vectors. Loads of one id are shared. */
  load(bundleId: string | null, options?: LoadOptions): Promise<Result<LoadedBundle>>;
  /** Frees a bundle that is not needed any more. */
  unload(bundleId: string): Promise<Result<null>>;
  /** Predicts n shots with a loaded bundle from n*30 recorded values (NaN = missing), row by row. */
  predict(bundleId: string, values: Float64Array, options?: PredictOptions): Promise<Result<Prediction>>;
  /** Runs the golden vectors of a loaded bundle again, on both engines; the report is that of the run-time. */
  selfTest(bundleId: string, options?: CallOptions): Promise<Result<SelfTestReport>>;
  diagnostics(bundleId: string, options?: CallOptions): Promise<Result<ModelDiagnostics>>;
  /** Asks the worker for a sign of life; one that stays silent for `patienceMs` is replaced. Does nothing before the first worker. */
  beat(patienceMs: number): Promise<Result<null>>;
  /** Replaces an idle worker by a fresh one with the same bundles, to give its memory back. Whether it did: not while it works. */
  recycle(): boolean;
  /** Calls the listener on every change of status; returns the way to stop. */
  onStatus(listener: (status: ClientStatus) => void): () => void;
  /** Ends the worker; pending calls come back as `aborted`. */
  dispose(): void;
}
