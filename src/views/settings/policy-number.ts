/** A policy as the one number that a person sets: shares as percent, the cost ratio as it is. */
import type { Policy } from '../../domain/policy.ts';
import { POLICY_LIMITS } from '../../state/settings.svelte.ts';

/** Which of the three policies. */
export type PolicyKind = Policy['kind'];

const isShare = (kind: PolicyKind): boolean => kind !== 'cost';

/** Rounded so that 0.15 * 100 reads 15. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

/** The number of a policy as shown. */
export function numberOf(policy: Policy): number {
  switch (policy.kind) {
    case 'budget':
      return rounded(policy.flagged * 100);
    case 'cost':
      return policy.ratio;
    case 'fixed':
      return rounded(policy.threshold * 100);
  }
}

/** What the shown number may be. */
export function limitsOf(kind: PolicyKind): { readonly low: number; readonly high: number } {
  const { low, high } = POLICY_LIMITS[kind];
  return isShare(kind) ? { low: low * 100, high: high * 100 } : { low, high };
}

/** The policy of a shown number; null where it is outside the limits. */
export function policyOf(kind: PolicyKind, shown: number): Policy | null {
  const { low, high } = limitsOf(kind);
  if (!(shown >= low && shown <= high)) return null;
  switch (kind) {
    case 'budget':
      return { kind, flagged: shown / 100 };
    case 'cost':
      return { kind, ratio: shown };
    case 'fixed':
      return { kind, threshold: shown / 100 };
  }
}
