/**
 * Bernoulli CUSUM (Reynolds & Stoumbos 1999) for a rise of a defect rate from `inControl` to `outOfControl`: C <- max(0, C + y - gamma),
 * alarm at C >= limit. Gamma is rounded to twentieths, so that C moves on a grid and the mean run length is exact.
 */
export interface CusumDesign {
  readonly inControl: number;
  readonly outOfControl: number;
  /** In twentieths: what every label takes away, and the level of the alarm. */
  readonly gamma: number;
  readonly limit: number;
  /** Mean number of inspected shots between false alarms at `inControl`. */
  readonly arl0: number;
  /** Mean number of inspected shots to the alarm at `outOfControl`. */
  readonly arl1: number;
}

const GRID = 20;
const MOST_LIMIT = 8 * GRID;

/** The design whose mean run length in control is at least `arl0`, with the lowest limit that has it. */
export function designCusum(inControl: number, outOfControl: number, arl0: number): CusumDesign {
  const toDefect = Math.log(outOfControl / inControl);
  const toGood = Math.log((1 - inControl) / (1 - outOfControl));
  const gamma = Math.min(GRID - 1, Math.max(1, Math.round((GRID * toGood) / (toDefect + toGood))));
  let low = 1;
  let high = MOST_LIMIT;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (averageRunLength(inControl, gamma, middle) >= arl0) high = middle;
    else low = middle + 1;
  }
  return {
    inControl,
    outOfControl,
    gamma,
    limit: low,
    arl0: averageRunLength(inControl, gamma, low),
    arl1: averageRunLength(outOfControl, gamma, low),
  };
}

/** The next level after a label, in twentieths. */
export function cusumStep(level: number, defective: boolean, design: CusumDesign): number {
  return Math.max(0, level + (defective ? GRID : 0) - design.gamma);
}

/**
 * Mean number of labels until the level reaches `limit`, from 0, at a constant defect rate: the exact solution of the Markov
 * chain on the grid. A good label goes down by `gamma`, so the equations are solved by elimination from the top.
 */
export function averageRunLength(rate: number, gamma: number, limit: number): number {
  const n = limit;
  // E[i] = 1 + rate * E[i + GRID - gamma] + (1 - rate) * E[max(0, i - gamma)], E = 0 from `limit` up.
  const matrix = Array.from({ length: n }, () => new Float64Array(n + 1));
  for (const [i, row] of matrix.entries()) {
    row[i] = 1;
    const up = i + GRID - gamma;
    if (up < n) row[up] = (row[up] ?? 0) - rate;
    const down = Math.max(0, i - gamma);
    row[down] = (row[down] ?? 0) - (1 - rate);
    row[n] = 1;
  }
  return solve(matrix)[0] ?? NaN;
}

/** Gaussian elimination with partial pivoting of rows [n][n + 1]. */
function solve(rows: Float64Array[]): Float64Array {
  const n = rows.length;
  const at = (i: number, j: number): number => rows[i]?.[j] ?? NaN;
  for (let column = 0; column < n; column++) {
    let best = column;
    for (let i = column + 1; i < n; i++) if (Math.abs(at(i, column)) > Math.abs(at(best, column))) best = i;
    const pivot = rows[best];
    const own = rows[column];
    if (!pivot || !own) break;
    rows[best] = own;
    rows[column] = pivot;
    for (let i = column + 1; i < n; i++) {
      const factor = at(i, column) / (pivot[column] ?? NaN);
      const row = rows[i];
      if (factor === 0 || !row) continue;
      for (let j = column; j <= n; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  const x = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = at(i, n);
    for (let j = i + 1; j < n; j++) sum -= at(i, j) * (x[j] ?? 0);
    x[i] = sum / at(i, i);
  }
  return x;
}
