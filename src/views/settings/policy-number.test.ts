import { describe, expect, it } from 'vitest';
import { limitsOf, numberOf, policyOf } from './policy-number.ts';

describe('a policy as one number', () => {
  it('shows shares as percent and reads them back', () => {
    expect(numberOf({ kind: 'budget', flagged: 0.15 })).toBe(15);
    expect(numberOf({ kind: 'fixed', threshold: 0.29 })).toBe(29);
    expect(policyOf('budget', 15)).toEqual({ kind: 'budget', flagged: 0.15 });
    expect(policyOf('cost', 8)).toEqual({ kind: 'cost', ratio: 8 });
    expect(policyOf('fixed', 37)).toEqual({ kind: 'fixed', threshold: 0.37 });
  });

  it('refuses what is outside its limits or no number', () => {
    for (const value of [0, 101, -5, Number.NaN]) expect(policyOf('budget', value)).toBeNull();
    expect(policyOf('cost', 0)).toBeNull();
    expect(policyOf('budget', limitsOf('budget').low)).not.toBeNull();
    expect(policyOf('budget', limitsOf('budget').high)).not.toBeNull();
  });
});
