const LEAST = 0.05;
const MOST = 0.95;

/** The 5 % and 95 % quantiles of BetaBinomial(n, a, b), as counts of n. */
export function betaBinomialInterval(n: number, a: number, b: number): readonly [low: number, high: number] {
  let logMass = 0;
  for (let i = 0; i < n; i++) logMass += Math.log(b + i) - Math.log(a + b + i);
  let below = 0;
  let low = -1;
  for (let k = 0; k <= n; k++) {
    below += Math.exp(logMass);
    if (low < 0 && below >= LEAST) low = k;
    if (below >= MOST) return [low, k];
    if (k < n) logMass += Math.log((n - k) / (k + 1)) + Math.log(a + k) - Math.log(b + n - k - 1);
  }
  return [Math.max(low, 0), n];
}
