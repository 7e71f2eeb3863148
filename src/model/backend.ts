/** Rows of one call: more would grow the wasm heap for good (7,535 rows: to 115 MB). */
export const CHUNK_ROWS = 512;

/** What a backend makes of scaled shots. The arrays are the backend's own and hold until its next call. */
export interface BackendOutput {
  /** [rows*12] */
  readonly latents: Float64Array;
  /** [rows*30] in scaled units. */
  readonly reconstruction: Float64Array;
  /** [rows] log-odds of the boosting. */
  readonly score: Float64Array;
  /** [rows] 1 where rounding may have led to another leaf of a tree. Absent or null: the backend computes in float64, or cannot tell. */
  readonly doubtful?: Uint8Array | null;
}

/**
 * The two models on some hardware: autoencoder, concatenation, boosting. Calls never overlap; the pipeline sees to it.
 * Throws when the hardware or run-time fails: the worker is then of no more use.
 */
export interface InferenceBackend {
  readonly name: string;
  readonly runtimeVersion: string;
  /** `scaled` holds [rows*30], `rows` from 1 to {@link CHUNK_ROWS}. */
  infer(scaled: Float64Array, rows: number): Promise<BackendOutput>;
  /** Bytes the backend has taken for good. */
  heapBytes(): number;
  release(): Promise<void>;
}

/** Makes a backend from the bytes of the two models. */
export type BackendFactory = (models: { autoencoder: Uint8Array; boosting: Uint8Array }) => Promise<InferenceBackend>;
