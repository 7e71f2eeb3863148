/** What the pipeline says of n shots; every array is row by row. Scaled inputs, latents and reconstruction are empty where nobody wanted details. */
export interface Prediction {
  readonly rows: number;
  /** Backend that computed it, such as `wasm`. */
  readonly backend: string;
  /** [n*30] scaled inputs. */
  readonly scaled: Float64Array;
  /** [n*12] */
  readonly latents: Float64Array;
  /** [n*30] in scaled units. */
  readonly reconstruction: Float64Array;
  /** [n] log-odds of the boosting, uncalibrated. */
  readonly score: Float64Array;
  /** [n] calibrated probability of a defect: the only one a person sees. */
  readonly probability: Float64Array;
  /** [n] squared prediction error in scaled units. */
  readonly spe: Float64Array;
  /** [n] Hotelling's T2 against the shot's product; NaN where the product is unknown. */
  readonly t2: Float64Array;
  /** Time inside the worker for all rows, in milliseconds. */
  readonly durationMs: number;
}
