import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Calibration, ProductReference, Reference } from './bundle.ts';
import { FEATURE_COUNT, FEATURE_INDEX, FEATURE_NAMES, PRODUCT_INDEX } from './feature.ts';
import { conformalPValues, judge, type ShotPrediction } from './judge.ts';

/** Every signal of both products may lie between 0 and 10, the product number on itself; T2 up to 30, SPE up to 5. */
function product(number: number): ProductReference {
  const hard: Record<string, [number, number]> = Object.fromEntries(FEATURE_NAMES.map((name) => [name, [0, 10]]));
  hard[FEATURE_NAMES[PRODUCT_INDEX]!] = [number, number];
  return {
    hard,
    t2: { mean: [], precision: [], limit: 20, hard: 30 },
    spe: { limit: 3, hard: 5 },
  } as unknown as ProductReference;
}

const reference = { products: { '1': product(1), '2': product(2) } } as unknown as Reference;

/** Levels 0, .01 ... 1; good shots spread evenly over [0, .5], defective ones (as 1 - p) over [0, 1]. */
const levels = Array.from({ length: 101 }, (_, k) => k / 100);
const conformal = {
  levels,
  normal: levels.map((level) => (level === 1 ? 1 : level / 2)),
  defect: levels,
  coverage: [],
};
const rules = { reference, calibration: { conformal } as unknown as Calibration, threshold: 0.4 };

const usual: ShotPrediction = { probability: 0.1, t2: 10, spe: 1 };

function shot(changes: Partial<Record<(typeof FEATURE_NAMES)[number], number>> = {}): Float64Array {
  const values = new Float64Array(FEATURE_COUNT).fill(5);
  values[PRODUCT_INDEX] = 1;
  for (const [name, value] of Object.entries(changes)) values[FEATURE_INDEX[name as keyof typeof changes]] = value;
  return values;
}

const kinds = (values: Float64Array, prediction = usual): string[] =>
  judge(values, prediction, rules).reasons.map(({ kind }) => kind);

test('below the threshold is OK, at it and above is NG', () => {
  const classAt = (probability: number): string => judge(shot(), { ...usual, probability }, rules).class;
  expect([classAt(0.399999), classAt(0.4), classAt(1)]).toEqual(['ok', 'ng', 'ng']);
});

describe('a shot is held', () => {
  test('for a product the bundle does not know, without a probability', () => {
    expect(judge(shot({ Process_Product_Type: 3 }), usual, rules)).toEqual({
      class: 'hold',
      probability: null,
      extrapolated: false,
      confidence: 'low',
      confidenceScore: 0,
      reasons: [{ kind: 'unknown_product', product: 3 }],
    });
    expect(kinds(shot({ Process_Product_Type: 1.5 }))).toEqual(['unknown_product']);
  });

  test('for missing and infinite values, each named', () => {
    const held = judge(shot({ Process_Spray_Time: NaN, Process_Shot: NaN, Process_Velocity_1: -Infinity }), usual, rules);
    expect(held.probability).toBeNull();
    expect(held.reasons).toEqual([
      { kind: 'missing', features: ['Process_Shot', 'Process_Spray_Time'] },
      { kind: 'not_finite', features: ['Process_Velocity_1'] },
    ]);
  });

  test('for a missing product number as missing, not as unknown', () => {
    expect(kinds(shot({ Process_Product_Type: NaN }))).toEqual(['missing']);
    expect(kinds(shot({ Process_Product_Type: Infinity }))).toEqual(['not_finite']);
  });

  test('outside the trusted range, whose ends belong to it, and keeps its probability as extrapolated', () => {
    expect(judge(shot({ Process_Cycle_Time: 10.5, Process_Velocity_1: -1 }), usual, rules)).toMatchObject({
      class: 'hold',
      probability: 0.1,
      extrapolated: true,
      reasons: [
        {
          kind: 'out_of_range',
          features: [
            { name: 'Process_Velocity_1', value: -1, low: 0, high: 10 },
            { name: 'Process_Cycle_Time', value: 10.5, low: 0, high: 10 },
          ],
        },
      ],
    });
    expect(kinds(shot({ Process_Cycle_Time: 10, Process_Velocity_1: 0 }))).toEqual([]);
  });

  test('above the hard limits of T2 and SPE, not at them', () => {
    expect(kinds(shot(), { ...usual, t2: 30, spe: 5 })).toEqual([]);
    expect(kinds(shot(), { ...usual, t2: 30.1, spe: 5.1 })).toEqual(['unusual_t2', 'unusual_spe']);
  });

  test('for T2 and SPE only where every input is there', () => {
    expect(kinds(shot({ Process_Shot: NaN }), { ...usual, t2: 99, spe: 99 })).toEqual(['missing']);
    expect(kinds(shot({ Process_Product_Type: 7 }), { probability: 0.1, t2: NaN, spe: 99 })).toEqual(['unknown_product']);
  });

  test('with every reason that applies, in the contract\'s order', () => {
    const values = shot({ Process_Shot: NaN, Process_Velocity_1: Infinity, Process_Velocity_2: 11 });
    expect(kinds(values)).toEqual(['missing', 'not_finite', 'out_of_range']);
  });
});

describe('confidence', () => {
  // At p the p-value of "normal" is 1 - 2p (0 from p = .5 on), that of "defect" is 1 - (1 - p) = p.
  const confidenceAt = (probability: number) => {
    const { confidence, confidenceScore } = judge(shot(), { ...usual, probability }, rules);
    return [confidence, confidenceScore];
  };

  test.each([
    [0.05, 'high', 0.95],
    [0.15, 'medium', 0.85],
    [0.3, 'low', 0.7],
    [0.42, 'medium', 0.84],
    [0.47, 'high', 0.94],
  ])('at probability %d is %s with score %d', (probability, confidence, score) => {
    const [word, number] = confidenceAt(probability);
    expect(word).toBe(confidence);
    expect(number).toBeCloseTo(score, 12);
  });

  test('the non-conformity stands at the lowest level among equal quantiles', () => {
    const flat = { ...conformal, normal: levels.map((level) => (level < 0.3 ? 0 : level < 0.6 ? 0.2 : level === 1 ? 1 : level)) };
    expect(conformalPValues(0.2, flat).normal).toBeCloseTo(1 - 0.3, 12);
    expect(conformalPValues(0, flat).normal).toBe(1);
  });
});

test('no shot with an input that is not a number of the known products in range is ever OK', () => {
  const value = fc.oneof(fc.double({ noNaN: true, min: 0, max: 10 }), fc.double());
  const input = fc.array(value, { minLength: FEATURE_COUNT, maxLength: FEATURE_COUNT });
  fc.assert(
    fc.property(input, fc.double({ min: 0, max: 1, noNaN: true }), (values, probability) => {
      const judged = judge(Float64Array.from(values), { ...usual, probability }, rules);
      const trusted =
        (values[0] === 1 || values[0] === 2) && values.every((v, i) => Number.isFinite(v) && (i === 0 || (v >= 0 && v <= 10)));
      expect(judged.class).toBe(!trusted ? 'hold' : probability >= 0.4 ? 'ng' : 'ok');
      expect(judged.reasons.length > 0).toBe(!trusted);
    }),
  );
});
