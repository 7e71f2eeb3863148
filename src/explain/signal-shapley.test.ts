import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixture, fixtureModel, fixtureProduct } from '../../tests/fixtures/explain/load.ts';
import { FEATURE_COUNT, FEATURE_NAMES, type FeatureName } from '../domain/feature.ts';
import { prepareBackground, type Background } from './background.ts';
import { scaleShot, type PipelineModel } from '../model/plain/pipeline-model.ts';
import { Evaluator } from './evaluator.ts';
import { SignalShapley, type Attribution } from './signal-shapley.ts';

const model = fixtureModel();
const { constants } = fixture.scaler;

function backgroundOf(rows: readonly (readonly number[])[], pipeline: PipelineModel = model): Background {
  const background = prepareBackground(pipeline, fixtureProduct(rows), constants);
  if (!background) throw new Error('the fixture has a background');
  return background;
}

function scaledOf(shot: readonly number[]): Float64Array {
  const scaled = new Float64Array(FEATURE_COUNT);
  scaleShot(model, Float64Array.from(shot), scaled);
  return scaled;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

function largestError(got: Attribution, want: readonly number[]): number {
  return Math.max(...want.map((value, s) => Math.abs(value - got.effects[s]!)));
}

/** The largest error in units of the stated standard error. */
function inErrors({ effects, errors }: Attribution, want: readonly number[]): number {
  return Math.max(...want.map((value, s) => (value === 0 ? 0 : Math.abs(value - effects[s]!) / errors[s]!)));
}

describe('against the shap package', () => {
  const { exact, permutation } = fixture;

  test('the signals are the ones shap was given: coupled inputs and the constants are one each', () => {
    const names = backgroundOf(exact.background).signals.map(({ members }) => members.map((i) => FEATURE_NAMES[i]));
    expect(names.map((group) => group.toSorted())).toEqual(fixture.signals.map((group) => group.toSorted()));
  });

  test('with many pairs the values approach shap.ExactExplainer, for the probability and for T2', () => {
    const shap = new SignalShapley(model, backgroundOf(exact.background), { pairs: 300 });
    for (const [k, shot] of exact.shots.entries()) {
      const { probability, t2 } = shap.explain(scaledOf(shot));
      expect(largestError(probability, exact.probability[k]!)).toBeLessThan(2e-3);
      expect(inErrors(probability, exact.probability[k]!)).toBeLessThan(4.5);
      expect(inErrors(t2, exact.t2[k]!)).toBeLessThan(4.5);
    }
  });

  test('as shown on screen the values keep to their stated errors', () => {
    let squaredError = 0;
    let statedSquare = 0;
    let within = 0;
    let count = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const shap = new SignalShapley(model, backgroundOf(exact.background), { seed });
      for (const [k, shot] of exact.shots.entries()) {
        const { effects, errors } = shap.explain(scaledOf(shot)).probability;
        for (const [s, want] of exact.probability[k]!.entries()) {
          const error = Math.abs(effects[s]! - want);
          squaredError += error ** 2;
          statedSquare += errors[s]! ** 2;
          if (want === 0) continue;
          count += 1;
          if (error <= 2 * errors[s]!) within += 1;
        }
      }
    }
    expect(count).toBe(50 * exact.shots.length * 11);
    expect(Math.sqrt(squaredError / statedSquare)).toBeGreaterThan(0.9);
    expect(Math.sqrt(squaredError / statedSquare)).toBeLessThan(1.1);
    // Two pairs for each of 12 rows leave 12 degrees of freedom to an error; a bundle's 48 rows come closer to 95 %.
    expect(within / count).toBeGreaterThan(0.85);
  });

  test('where every signal differs the values agree with shap.PermutationExplainer', () => {
    const shap = new SignalShapley(model, backgroundOf(permutation.background), { pairs: 100 });
    const { effects, errors } = shap.explain(scaledOf(permutation.shot)).probability;
    for (const [s, want] of permutation.probability.entries()) {
      const error = Math.hypot(errors[s]!, permutation.probability_error[s]!);
      expect(Math.abs(effects[s]! - want)).toBeLessThanOrEqual(4.5 * error + 1e-12);
    }
  });
});

describe('properties for any shot', () => {
  const value = (name: FeatureName) => {
    const i = FEATURE_NAMES.indexOf(name);
    const step = fixture.scaler.scale[i]!;
    return fc.integer({ min: -3, max: 3 }).map((k) => fixture.scaler.mean[i]! + k * step);
  };
  const shot = fc.tuple(...FEATURE_NAMES.map(value));
  const rows = fc.array(shot, { minLength: 1, maxLength: 6 });

  test('the parts sum to f(x) - mean f(background), whatever was drawn', () => {
    fc.assert(
      fc.property(shot, rows, fc.integer(), (x, usual, seed) => {
        const { probability, t2 } = new SignalShapley(model, backgroundOf(usual), { seed }).explain(scaledOf(x));
        expect(Math.abs(sum(probability.effects) - (probability.value - probability.base))).toBeLessThan(1e-9);
        expect(Math.abs(sum(t2.effects) - (t2.value - t2.base))).toBeLessThan(1e-9 * Math.max(1, t2.value));
      }),
      { numRuns: 40 },
    );
  });

  test('a signal that equals the background everywhere, and one the models do not use, get exactly 0', () => {
    const constant = FEATURE_NAMES.findIndex((name) => constants.includes(name));
    fc.assert(
      fc.property(shot, rows, (x, usual) => {
        const product = usual.map((row) => row.with(0, x[0]!));
        const changed = x.with(constant, x[constant]! + 1);
        const background = backgroundOf(product);
        const { probability } = new SignalShapley(model, background).explain(scaledOf(changed));
        for (const [s, { name }] of background.signals.entries()) {
          if (name === 'Process_Product_Type' || constants.includes(name)) {
            expect(probability.effects[s]).toBe(0);
            expect(probability.errors[s]).toBe(0);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('signals that play the same part get the same within their errors', () => {
    // Two inputs that the network and the trees treat alike: the second takes over the first one's weights.
    const [a, b] = [FEATURE_NAMES.indexOf('Process_Velocity_1'), FEATURE_NAMES.indexOf('Process_Velocity_2')];
    const [first, ...rest] = model.network.encoder;
    const weight = first!.weight.slice();
    for (let o = 0; o < first!.outputs; o += 1) weight[o * first!.inputs + b] = weight[o * first!.inputs + a]!;
    const unused = model.forest.feature.map((f) => (f === a || f === b ? 30 : f));
    const alike: PipelineModel = {
      ...model,
      network: { ...model.network, encoder: [{ ...first!, weight }, ...rest] },
      forest: { ...model.forest, feature: unused },
    };
    const twin = (row: readonly number[]): number[] => {
      const z = (row[a]! - fixture.scaler.mean[a]!) / fixture.scaler.scale[a]!;
      return row.with(b, fixture.scaler.mean[b]! + z * fixture.scaler.scale[b]!);
    };
    const differences: number[] = [];
    fc.assert(
      fc.property(shot, fc.array(shot, { minLength: 6, maxLength: 6 }), (x, usual) => {
        const background = backgroundOf(usual.map(twin), alike);
        const at = (name: FeatureName): number => background.signals.findIndex((signal) => signal.name === name);
        const { effects, errors } = new SignalShapley(alike, background, { pairs: 20 }).explain(scaledOf(twin(x))).probability;
        const [i, j] = [at('Process_Velocity_1'), at('Process_Velocity_2')];
        const error = Math.hypot(errors[i]!, errors[j]!);
        if (error > 0) differences.push((effects[i]! - effects[j]!) / error);
      }),
      { numRuns: 60, seed: 5 },
    );
    expect(differences.length).toBeGreaterThan(20);
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(4.5);
  });
});

describe('with its mixtures evaluated elsewhere', () => {
  const { exact } = fixture;
  const background = backgroundOf(exact.background);
  const shap = new SignalShapley(model, background);
  const evaluator = new Evaluator(model);
  const shots = exact.shots.map((shot) => ({ values: Float64Array.from(shot), scaled: scaledOf(shot) }));
  const apart = (a: Attribution, b: Attribution): number => Math.max(...a.effects.map((effect, s) => Math.abs(effect - b.effects[s]!)));

  test('a shot has the same effects: exactly with float64, nearly with float32', () => {
    for (const { values, scaled } of shots) {
      const evaluated = evaluator.evaluateMany(shap.mixtures(values, scaled), background.t2Model);
      const here = shap.explain(scaled);
      const exactly = shap.explainBy(scaled, evaluated);
      expect(apart(exactly.probability, here.probability)).toBeLessThan(1e-12);
      expect(apart(exactly.t2, here.t2)).toBeLessThan(1e-12 * Math.max(1, here.t2.value));
      const nearly = shap.explainBy(scaled, { probability: evaluated.probability.map(Math.fround), t2: evaluated.t2.map(Math.fround) });
      expect(apart(nearly.probability, here.probability)).toBeLessThan(1e-5);
      expect(apart(nearly.t2, here.t2)).toBeLessThan(1e-5 * Math.max(1, here.t2.value));
    }
  });

  test('the parts sum to the same, whatever was said of the mixtures', () => {
    for (const { values, scaled } of shots) {
      const rows = shap.mixtures(values, scaled).length / FEATURE_COUNT;
      const { probability, t2 } = shap.explainBy(scaled, { probability: new Float64Array(rows).fill(0.3), t2: new Float64Array(rows) });
      const here = shap.explain(scaled);
      expect([probability.base, probability.value, t2.base, t2.value]).toEqual([here.probability.base, here.probability.value, here.t2.base, here.t2.value]);
      expect(Math.abs(sum(probability.effects) - (probability.value - probability.base))).toBeLessThan(1e-9);
    }
  });
});

test('a bundle without background rows has nothing to explain against', () => {
  expect(prepareBackground(model, fixtureProduct([]), constants)).toBeNull();
});
