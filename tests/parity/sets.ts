/** How one set of rows compared. */
export interface SetResult {
  readonly rows: number;
  /** Largest |difference| of a calibrated probability. */
  readonly max_dp: number;
  /** Rows with another verdict. */
  readonly verdict_flips: number;
}

/** Sets by name: `golden`, `data` (where the data set is), `off_sample`. */
export type SetName = 'golden' | 'data' | 'off_sample';
