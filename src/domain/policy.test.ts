import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ThresholdRow } from './bundle.ts';
import { costPerShot, resolvePolicy } from './policy.ts';

/** Of 100 shots 20 are defective; the table flags 40, 20, 10 or none of them. */
const row = (threshold: number, flagged: number, hits: number): ThresholdRow => ({
  threshold,
  flagged: flagged / 100,
  precision: flagged === 0 ? null : hits / flagged,
  recall: hits / 20,
  f1: (2 * hits) / (flagged + 20),
  false_alarms: (flagged - hits) / 100,
  misses: (20 - hits) / 100,
});
const table = [row(0.1, 40, 18), row(0.3, 20, 12), row(0.5, 10, 8), row(1, 0, 0)];

test.each([
  [0.4, 0.1],
  [0.2, 0.3],
  [0.19, 0.5],
  [0.05, 1],
])('a budget of %d takes the lowest threshold that keeps it', (flagged, threshold) => {
  expect(resolvePolicy({ kind: 'budget', flagged }, table).threshold).toBe(threshold);
});

describe('a cost ratio', () => {
  test.each([
    [10, 0.1],
    [1, 0.5],
    [0.1, 1],
  ])('of %d takes the cheapest threshold', (ratio, threshold) => {
    expect(resolvePolicy({ kind: 'cost', ratio }, table).threshold).toBe(threshold);
  });

  test('is never beaten by another row', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1000, noNaN: true }), (ratio) => {
        const { expected } = resolvePolicy({ kind: 'cost', ratio }, table);
        for (const other of table) expect(costPerShot(expected, ratio)).toBeLessThanOrEqual(costPerShot(other, ratio));
      }),
    );
  });
});

test('a fixed threshold is itself, with the figures of the next row up', () => {
  expect(resolvePolicy({ kind: 'fixed', threshold: 0.35 }, table)).toMatchObject({
    threshold: 0.35,
    expected: { threshold: 0.5, flagged: 0.1 },
  });
});
