import type { ThresholdRow } from './bundle.ts';

/**
 * How the plant chooses the threshold: by an inspection budget (share of shots it can look at), by what a miss costs in
 * false alarms, or as a fixed probability.
 */
export type Policy =
  | { readonly kind: 'budget'; readonly flagged: number }
  | { readonly kind: 'cost'; readonly ratio: number }
  | { readonly kind: 'fixed'; readonly threshold: number };

/** A policy's threshold and what it is expected to do, leak-free, from the bundle's table. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  /** NG when the calibrated probability is at or above it. */
  readonly threshold: number;
  /** The table's row at the threshold: precision, recall and flagged share under the grouped protocol. */
  readonly expected: ThresholdRow;
}

/** Cost per shot of a row, in false alarms, when a miss costs as much as `ratio` false alarms. */
export function costPerShot(row: ThresholdRow, ratio: number): number {
  return ratio * row.misses + row.false_alarms;
}

/**
 * The threshold of a policy. `table` ascends by threshold and has at least one row (the schema sees to it).
 * Budget: the lowest threshold whose flagged share does not exceed the budget, else the highest there is.
 * Cost: the threshold of least cost, the lower of equals. Fixed: the number itself, with the figures of the next row up.
 */
export function resolvePolicy(policy: Policy, table: readonly ThresholdRow[]): ResolvedPolicy {
  const last = table.at(-1);
  if (!last) throw new RangeError('the threshold table is empty');
  switch (policy.kind) {
    case 'budget': {
      const row = table.find((candidate) => candidate.flagged <= policy.flagged) ?? last;
      return { policy, threshold: row.threshold, expected: row };
    }
    case 'cost': {
      const row = table.reduce((best, candidate) =>
        costPerShot(candidate, policy.ratio) < costPerShot(best, policy.ratio) ? candidate : best,
      );
      return { policy, threshold: row.threshold, expected: row };
    }
    case 'fixed': {
      const row = table.find((candidate) => candidate.threshold >= policy.threshold) ?? last;
      return { policy, threshold: policy.threshold, expected: row };
    }
  }
}
