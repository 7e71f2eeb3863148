import type { ShareEstimate } from '../../domain/share.ts';
import { weightedShare } from './estimates.ts';
import type { FieldPart, FieldVerdict, Population } from './parts.ts';
import { weighParts } from './quality.ts';

/** One bundle on the shots that both have judged. */
export interface ComparedBundle {
  readonly bundle: string;
  /** Weighted as the parts stand for others, with Wilson's interval at the effective sample size. */
  readonly precision: ShareEstimate;
  readonly recall: ShareEstimate;
  /** Mean squared difference between probability and outcome: smaller is better. */
  readonly brier: number | null;
}

/** Two bundles on the same shots. */
export interface BundleComparison {
  readonly inUse: ComparedBundle;
  readonly shadow: ComparedBundle;
  /** Parts that both have judged (neither held). */
  readonly parts: number;
  /** Parts that only one of them got right. */
  readonly onlyInUse: number;
  readonly onlyShadow: number;
  /** McNemar's exact two-sided p value: how often chance alone would split the disagreements so unevenly. */
  readonly pValue: number;
}

/** Every pair of bundles that judged the same inspected parts, the pair with most parts first. */
export function compareBundles(parts: readonly FieldPart[], population: Population): BundleComparison[] {
  const weights = weighParts(parts, population);
  const pairs = new Map<string, Pair[]>();
  for (const [part, weight] of weights) {
    const { verdict, shadow, defective } = part;
    if (!shadow?.bundle || !verdict.bundle || verdict.class === 'hold' || shadow.class === 'hold') continue;
    const key = `${verdict.bundle}\n${shadow.bundle}`;
    const list = pairs.get(key) ?? [];
    list.push({ verdict, shadow, defective, weight });
    pairs.set(key, list);
  }
  return [...pairs.values()].sort((a, b) => b.length - a.length).map(comparisonOf);
}

interface Pair {
  readonly verdict: FieldVerdict;
  readonly shadow: FieldVerdict;
  readonly defective: boolean;
  readonly weight: number;
}

function comparisonOf(pairs: readonly Pair[]): BundleComparison {
  const isRight = (verdict: FieldVerdict, defective: boolean): boolean => (verdict.class === 'ng') === defective;
  const onlyInUse = pairs.filter(({ verdict, shadow, defective }) => isRight(verdict, defective) && !isRight(shadow, defective)).length;
  const onlyShadow = pairs.filter(({ verdict, shadow, defective }) => !isRight(verdict, defective) && isRight(shadow, defective)).length;
  return {
    inUse: figuresOf(pairs, ({ verdict }) => verdict),
    shadow: figuresOf(pairs, ({ shadow }) => shadow),
    parts: pairs.length,
    onlyInUse,
    onlyShadow,
    pValue: mcNemar(onlyInUse, onlyShadow),
  };
}

function figuresOf(pairs: readonly Pair[], of: (pair: Pair) => FieldVerdict): ComparedBundle {
  const flagged = pairs.filter((pair) => of(pair).class === 'ng');
  const defective = pairs.filter((pair) => pair.defective);
  const scored = pairs.filter((pair) => of(pair).probability !== null);
  const weight = scored.reduce((sum, pair) => sum + pair.weight, 0);
  return {
    bundle: of(pairs[0] as Pair).bundle ?? '',
    precision: weightedShare(flagged.map((pair) => ({ weight: pair.weight, hit: pair.defective }))),
    recall: weightedShare(defective.map((pair) => ({ weight: pair.weight, hit: of(pair).class === 'ng' }))),
    brier:
      weight === 0
        ? null
        : scored.reduce((sum, pair) => sum + pair.weight * ((of(pair).probability ?? 0) - Number(pair.defective)) ** 2, 0) / weight,
  };
}

/** Two-sided exact test that disagreements fall to either side alike (McNemar 1947; binomial with p = 1/2). */
export function mcNemar(a: number, b: number): number {
  const n = a + b;
  const fewer = Math.min(a, b);
  let term = Math.exp(-n * Math.LN2);
  // Beyond about a thousand disagreements 2^-n is nothing to a double: sum from the logarithm instead.
  if (term === 0) return Math.min(1, 2 * tailByLog(n, fewer));
  let tail = term;
  for (let k = 1; k <= fewer; k += 1) {
    term *= (n - k + 1) / k;
    tail += term;
  }
  return Math.min(1, 2 * tail);
}

function tailByLog(n: number, fewer: number): number {
  let log = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= fewer; k += 1) {
    if (k > 0) log += Math.log((n - k + 1) / k);
    tail += Math.exp(log);
  }
  return tail;
}
