import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeScale } from './range-scale.ts';

describe('the layout of a range bar', () => {
  it('puts the usual range in the middle half', () => {
    const scale = rangeScale(15, [10, 20], [5, 25]);
    expect(scale).toEqual({ usual: [0.25, 0.75], hard: [0, 1], value: 0.5, beyond: null });
    expect(rangeScale(10, [10, 20], null).value).toBe(0.25);
    expect(rangeScale(20, [10, 20], null).value).toBe(0.75);
  });

  it('draws what is beyond at the end and says so', () => {
    expect(rangeScale(0, [10, 20], null)).toMatchObject({ value: 0, beyond: 'left' });
    expect(rangeScale(99, [10, 20], null)).toMatchObject({ value: 1, beyond: 'right' });
    expect(rangeScale(4, [3, 3], [2.5, 3.5])).toMatchObject({ value: 1, beyond: 'right' });
    expect(rangeScale(3, [3, 3], [2.5, 3.5])).toMatchObject({ value: 0.5, beyond: null });
  });

  it('draws no mark without a value', () => {
    for (const value of [null, Number.NaN, Number.POSITIVE_INFINITY]) expect(rangeScale(value, [1, 2], null).value).toBeNull();
  });

  it('stays on the bar and keeps the order, whatever comes', () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(finite, finite, finite, finite, (a, b, x, y) => {
        const usual = [Math.min(a, b), Math.max(a, b)] as const;
        const [less, more] = [Math.min(x, y), Math.max(x, y)];
        const low = rangeScale(less, usual, null).value ?? Number.NaN;
        const high = rangeScale(more, usual, null).value ?? Number.NaN;
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
  });
});
