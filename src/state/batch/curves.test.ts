import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOf } from '../../domain/share.ts';
import { averagePrecision, curvePoints, operatingPoints, pointAt, rocAuc } from './curves.ts';

interface Reference {
  cases: {
    name: string;
    probability: number[];
    defective: number[];
    roc_auc: number;
    average_precision: number;
    roc: { threshold: number[]; fpr: number[]; tpr: number[] };
    pr: { threshold: number[]; precision: number[]; recall: number[] };
    confusion: { threshold: number; matrix: [tn: number, fp: number, fn: number, tp: number] }[];
  }[];
  wilson: { count: number; of: number; low: number; high: number }[];
}

const reference = JSON.parse(
  readFileSync(new URL('../../../tests/corpus/curves.json', import.meta.url), 'utf8'),
) as Reference;
const tally = (probability: number[], defective: number[]) =>
  operatingPoints(Float64Array.from(probability), Uint8Array.from(defective));
const close = (actual: number[], expected: number[]): void => {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 12));
};

describe.each(reference.cases)('curves of $name probabilities, against scikit-learn', (one) => {
  const points = tally(one.probability, one.defective);

  it('have the same areas', () => {
    expect(rocAuc(points)).toBeCloseTo(one.roc_auc, 12);
    expect(averagePrecision(points)).toBeCloseTo(one.average_precision, 12);
  });

  it('have the same points', () => {
    const drawn = curvePoints(points, Infinity);
    close(drawn.map(({ threshold }) => threshold), one.roc.threshold);
    close(drawn.map(({ falseAlarmRate }) => falseAlarmRate), one.roc.fpr);
    close(drawn.map(({ recall }) => recall), one.roc.tpr);
    const known = drawn.slice(0, one.pr.threshold.length);
    close(known.map(({ precision }) => precision), one.pr.precision);
    close(known.map(({ recall }) => recall), one.pr.recall);
  });

  it('count the same confusion at a threshold', () => {
    for (const { threshold, matrix } of one.confusion) {
      const [, falseAlarms, , hits] = matrix;
      const place = pointAt(points, threshold);
      const good = points.shots - points.defective;
      expect((place?.falseAlarmRate ?? 0) * good).toBeCloseTo(falseAlarms, 9);
      expect((place?.recall ?? 0) * points.defective).toBeCloseTo(hits, 9);
    }
  });
});

describe('curves', () => {
  it('have no area where there is only one kind of shot, or none', () => {
    expect(rocAuc(tally([0.1, 0.2], [0, 0]))).toBeNull();
    expect(rocAuc(tally([0.1, 0.2], [1, 1]))).toBeNull();
    expect(averagePrecision(tally([0.1], [0]))).toBeNull();
    expect(curvePoints(tally([], []))).toEqual([]);
  });

  it('do not depend on the order of the shots', () => {
    const shots = fc.array(fc.tuple(fc.nat({ max: 20 }).map((n) => n / 20), fc.nat({ max: 1 })), { minLength: 2 });
    fc.assert(
      fc.property(shots, (some) => {
        const points = tally(some.map(([p]) => p), some.map(([, d]) => d));
        const turned = some.toReversed();
        expect(tally(turned.map(([p]) => p), turned.map(([, d]) => d))).toEqual(points);
      }),
    );
  });

  it('are thinned to what can be drawn, with both ends', () => {
    const probability = Array.from({ length: 10_000 }, (_, i) => i / 10_000);
    const points = tally(probability, probability.map((p) => Number(p > 0.7)));
    const drawn = curvePoints(points, 100);
    expect(drawn.length).toBeLessThanOrEqual(102);
    expect(drawn[0]?.threshold).toBe(0.9999);
    expect(drawn.at(-1)).toMatchObject({ threshold: 0, recall: 1, falseAlarmRate: 1 });
  });
});

describe('a share', () => {
  it.each(reference.wilson)('of $count in $of has the Wilson interval that scipy gives', ({ count, of, low, high }) => {
    const share = shareOf(count, of);
    expect(share.low).toBeCloseTo(low, 12);
    expect(share.high).toBeCloseTo(high, 12);
  });

  it('of nothing is not known', () => {
    expect(shareOf(0, 0)).toEqual({ value: null, low: null, high: null, of: 0 });
  });
});
