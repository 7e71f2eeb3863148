/**
 * What could be changed to make a shot likely good: a search over the signals that people may change, for the fewest and
 * smallest changes that bring the probability below the threshold.
 *
 * Only levers move, only within the product's usual range, with what follows them. A candidate is refused that would be HOLD,
 * whose T2 or SPE lies above the product's 99 % limit, or that no known shot resembles in the changed signals: the model must
 * not be asked where nothing was seen. It is a beam search: each round adds one more change to the most promising candidates of the round before, and the search ends
 * with the first round that reaches the goal, since more changes are not wanted then.
 *
 * The candidates of a round may be evaluated somewhere else, less exactly. What is suggested in the end is evaluated here once
 * more, and has to hold then as well.
 */
import type { ProductReference } from '../domain/bundle.ts';
import { FEATURE_COUNT, FEATURES, type FeatureName } from '../domain/feature.ts';
import { t2ModelOf, type T2Model } from '../model/hotelling.ts';
import type { Evaluated, Evaluator } from './evaluator.ts';
import { gridOf, setLever, type Lever } from './levers.ts';
import { finish, type Steps } from './steps.ts';

/** One signal that would be set to another value. */
export interface Change {
  readonly name: FeatureName;
  readonly from: number;
  readonly to: number;
}

/** A set of changes and what the pipeline says of the shot with them. */
export interface Suggestion {
  readonly changes: readonly Change[];
  /** [30] the shot with the changes and what follows them: run it again to verify. */
  readonly values: Float64Array;
  readonly probability: number;
  /** Whether the probability falls below the threshold. */
  readonly reachesGoal: boolean;
  readonly t2: number;
  readonly spe: number;
  /** Sum of the changes, each as a share of its usual range's width. */
  readonly effort: number;
  /** Of the known shots of the product, how many hold all changed signals near the proposed values. */
  readonly support: { readonly similar: number; readonly of: number };
}

export interface SearchResult {
  /** Best first; empty when nothing that may be changed helps. */
  readonly suggestions: readonly Suggestion[];
  readonly candidates: number;
  /** Candidates that were refused. */
  readonly refused: number;
}

export interface SearchOptions {
  readonly evaluator: Evaluator;
  readonly product: ProductReference;
  readonly levers: readonly Lever[];
  /** The goal: a probability below it. */
  readonly threshold: number;
  /** Most candidates to evaluate. */
  readonly budget?: number;
  /** [n*30] known shots of the product, to count support among. */
  readonly known: Float64Array;
}

export const DEFAULT_BUDGET = 1000;

const MOST_CHANGES = 3;
const MOST_SUGGESTIONS = 3;
/** A smaller gain is no reason to touch the machine, even where it crosses the threshold. */
const LEAST_GAIN = 0.03;
/** Of changes that miss the goal, the smallest that gains this share of the most that those signals can gain. */
const ENOUGH = 0.9;
/** A known shot is similar when its changed signals lie within this share of the usual range. */
const NEAR = 0.1;

interface Candidate {
  /** Values of the levers changed, in the order of the levers. */
  readonly moves: readonly (readonly [lever: number, value: number])[];
  readonly values: Float64Array;
  readonly probability: number;
  readonly t2: number;
  readonly spe: number;
  readonly effort: number;
  readonly support: Suggestion['support'];
}

/** Searches for changes of a complete shot (30 finite values) whose probability is `probability`, candidates evaluated here. */
export function searchChanges(values: Float64Array, probability: number, options: SearchOptions): SearchResult {
  return finish(searchSteps(values, probability, options));
}

/** The same, round by round. */
export function* searchSteps(values: Float64Array, probability: number, options: SearchOptions): Steps<SearchResult> {
  const { levers, threshold, budget = DEFAULT_BUDGET } = options;
  const search = new Search(values, options);
  let beam: Candidate[] = [{ moves: [], values, probability, t2: 0, spe: 0, effort: 0, support: { similar: 0, of: 0 } }];
  const found: Candidate[] = [];
  const gains = (candidate: Candidate): boolean => probability - candidate.probability >= LEAST_GAIN;
  for (let round = 1; round <= MOST_CHANGES && levers.length > 0; round += 1) {
    const left = budget - search.candidates;
    const moves = levers.reduce((sum, lever) => sum + gridOf(lever).length, 0);
    const width = Math.floor(left / moves);
    if (round > 1 && width < 1) break;
    const fresh = yield* search.extend(promising(beam, width), left);
    const gaining = fresh.filter(gains);
    found.push(...gaining);
    if (gaining.some((candidate) => candidate.probability < threshold)) break;
    beam = fresh;
  }
  const exact = search.exactly(choose(found, probability, threshold)).filter(gains);
  const suggestions = choose(exact, probability, threshold).map((candidate) => search.describe(candidate));
  return { suggestions, candidates: search.candidates, refused: search.refused };
}

class Search {
  candidates = 0;
  refused = 0;
  readonly #shot: Float64Array;
  readonly #options: SearchOptions;
  readonly #t2Model: T2Model;

  constructor(shot: Float64Array, options: SearchOptions) {
    this.#shot = shot;
    this.#options = options;
    this.#t2Model = t2ModelOf(options.product);
  }

  /** Evaluates every candidate with one more change, at most `limit` of them; returns those that are not refused. */
  *extend(beam: readonly Candidate[], limit: number): Steps<Candidate[]> {
    const { levers } = this.#options;
    const drafts: Pick<Candidate, 'moves' | 'values'>[] = [];
    const seen = new Set<string>();
    for (const candidate of beam) {
      for (const [l, lever] of levers.entries()) {
        if (candidate.moves.some(([other]) => other === l)) continue;
        for (const value of gridOf(lever)) {
          if (value === this.#shot[lever.index] || drafts.length >= limit) continue;
          const moves = [...candidate.moves, [l, value] as const].sort(([a], [b]) => a - b);
          const key = moves.join(';');
          if (seen.has(key)) continue;
          seen.add(key);
          const values = candidate.values.slice();
          setLever(values, lever, value);
          drafts.push({ moves, values });
        }
      }
    }
    this.candidates += drafts.length;
    const { probability, t2, spe } = (yield rowsOf(drafts)) ?? this.#evaluate(drafts);
    const candidates = drafts.map(
      (draft, r): Candidate => ({
        ...draft,
        probability: probability[r]!,
        t2: t2[r]!,
        spe: spe[r]!,
        effort: this.#effort(draft.moves),
        support: this.#support(draft.moves),
      }),
    );
    const accepted = candidates.filter((candidate) => this.#isKnownGround(candidate));
    this.refused += candidates.length - accepted.length;
    return accepted;
  }

  /** The same candidates as evaluated here, without those that are refused then. */
  exactly(candidates: readonly Candidate[]): Candidate[] {
    const { probability, t2, spe } = this.#evaluate(candidates);
    return candidates
      .map((candidate, r) => ({ ...candidate, probability: probability[r]!, t2: t2[r]!, spe: spe[r]! }))
      .filter((candidate) => this.#isKnownGround(candidate));
  }

  describe({ moves, ...candidate }: Candidate): Suggestion {
    const { levers, threshold } = this.#options;
    return {
      ...candidate,
      changes: moves.map(([l, to]) => ({ name: levers[l]!.name, from: this.#shot[levers[l]!.index]!, to })),
      reachesGoal: candidate.probability < threshold,
    };
  }

  #evaluate(drafts: readonly Pick<Candidate, 'values'>[]): Evaluated {
    return this.#options.evaluator.evaluateMany(rowsOf(drafts), this.#t2Model);
  }

  #isKnownGround({ values, t2, spe, support }: Candidate): boolean {
    const { product } = this.#options;
    return (
      support.similar > 0 &&
      t2 <= product.t2.limit &&
      spe <= product.spe.limit &&
      FEATURES.every(({ name }, i) => {
        const range = product.hard[name];
        return !range || (values[i]! >= range[0] && values[i]! <= range[1]);
      })
    );
  }

  #effort(moves: Candidate['moves']): number {
    return moves.reduce((sum, [l, value]) => {
      const { index, range } = this.#options.levers[l]!;
      return sum + Math.abs(value - this.#shot[index]!) / (range[1] - range[0]);
    }, 0);
  }

  #support(moves: Candidate['moves']): Suggestion['support'] {
    const { known, levers } = this.#options;
    const of = known.length / FEATURE_COUNT;
    let similar = 0;
    for (let at = 0; at < known.length; at += FEATURE_COUNT) {
      const near = moves.every(([l, value]) => {
        const { index, range, resolution } = levers[l]!;
        return Math.abs(known[at + index]! - value) <= Math.max(1.5 * resolution, NEAR * (range[1] - range[0]));
      });
      if (near) similar += 1;
    }
    return { similar, of };
  }
}

function rowsOf(drafts: readonly Pick<Candidate, 'values'>[]): Float64Array<ArrayBuffer> {
  const rows = new Float64Array(drafts.length * FEATURE_COUNT);
  for (const [r, { values }] of drafts.entries()) rows.set(values, r * FEATURE_COUNT);
  return rows;
}

/** The candidates to build on: the likeliest to be good, at most two for each set of levers, so that the beam stays broad. */
function promising(candidates: readonly Candidate[], width: number): Candidate[] {
  const taken = new Map<string, number>();
  return candidates
    .toSorted((a, b) => a.probability - b.probability)
    .filter((candidate) => {
      const set = leverSet(candidate);
      const count = taken.get(set) ?? 0;
      taken.set(set, count + 1);
      return count < 2;
    })
    .slice(0, Math.max(1, width));
}

/** One candidate a set of levers; those that reach the goal first, then fewest changes, smallest effort, lowest probability. */
function choose(found: readonly Candidate[], probability: number, threshold: number): Candidate[] {
  const bySet = new Map<string, Candidate[]>();
  for (const candidate of found) {
    const set = leverSet(candidate);
    bySet.set(set, [...(bySet.get(set) ?? []), candidate]);
  }
  const chosen = [...bySet.values()].flatMap((candidates) => {
    const reaching = candidates.filter((candidate) => candidate.probability < threshold);
    if (reaching.length > 0) return [least(reaching)];
    const most = probability - Math.min(...candidates.map((candidate) => candidate.probability));
    return [least(candidates.filter((candidate) => probability - candidate.probability >= ENOUGH * most))];
  });
  const goal = (candidate: Candidate): number => (candidate.probability < threshold ? 0 : 1);
  const better = (a: Candidate, b: Candidate): number =>
    goal(a) - goal(b) ||
    a.moves.length - b.moves.length ||
    (goal(a) === 0 ? a.effort - b.effort : a.probability - b.probability);
  return chosen.toSorted(better).slice(0, MOST_SUGGESTIONS);
}

function least(candidates: readonly Candidate[]): Candidate {
  return candidates.reduce((best, candidate) =>
    candidate.effort < best.effort || (candidate.effort === best.effort && candidate.probability < best.probability)
      ? candidate
      : best,
  );
}

function leverSet({ moves }: Candidate): string {
  return moves.map(([lever]) => lever).join(',');
}
