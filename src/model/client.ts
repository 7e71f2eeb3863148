import type { AppError } from '../domain/app-error.ts';
import type { Calibration, Card, Manifest, ManifestBundle, Reference, Scaler } from '../domain/bundle.ts';
import type { Result } from '../domain/result.ts';
import type { Prediction } from './prediction.ts';

/** A bundle in use: what the screens and the judge need of it. The models themselves stay in the worker. */
export interface LoadedBundle {
  readonly entry: ManifestBundle;
  readonly scaler: Scaler;
  readonly calibration: Calibration;
  readonly reference: Reference;
  readonly card: Card;
  /** Whether the bundle brought its trees for explanations. */
  readonly hasForest: boolean;
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
  | { readonly state: 'ready'; readonly bundleId: string; readonly backend: string }
  | { readonly state: 'restarting'; readonly cause: AppError }
  | { readonly state: 'unavailable'; readonly error: AppError };

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Default 10 s for a prediction. */
  readonly timeoutMs?: number;
}

/** Outcome of the golden vectors. */
export interface SelfTestReport {
  readonly rows: number;
  /** Largest |difference| of a calibrated probability. */
  readonly maxDifference: number;
  readonly durationMs: number;
}

/** What the diagnostics show about inference. */
export interface ModelDiagnostics {
  readonly backend: string;
  readonly runtimeVersion: string;
  readonly crossOriginIsolated: boolean;
  readonly wasmHeapBytes: number;
  /** Times of the last load, in milliseconds. */
  readonly timings: { readonly download: number; readonly runtime: number; readonly sessions: number; readonly selfTest: number };
}

/** Inference, seen from the page: a worker behind a typed protocol. */
export interface PredictionClient {
  readonly status: ClientStatus;
  /** The signed list of bundles. */
  manifest(options?: CallOptions): Promise<Result<Manifest>>;
  /**
   * Loads a bundle (null: the manifest's current one), proves it on its golden vectors and switches to it. On failure the
   * bundle that was in use stays in use.
   */
  load(
    bundleId: string | null,
    options?: CallOptions & { onProgress?: (progress: LoadProgress) => void },
  ): Promise<Result<LoadedBundle>>;
  /** Predicts n shots from n*30 recorded values (NaN = missing), row by row. */
  predict(values: Float64Array, options?: CallOptions): Promise<Result<Prediction>>;
  /** Runs the golden vectors of the bundle in use again. */
  selfTest(options?: CallOptions): Promise<Result<SelfTestReport>>;
  diagnostics(options?: CallOptions): Promise<Result<ModelDiagnostics>>;
  /** Calls the listener on every change of status; returns the way to stop. */
  onStatus(listener: (status: ClientStatus) => void): () => void;
  /** Ends the worker; pending calls come back as `aborted`. */
  dispose(): void;
}
