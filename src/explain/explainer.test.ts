import { describe, expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { DEFAULT_DOMAIN_TABLE } from '../domain/domain-table-default.ts';
import { FEATURE_INDEX, FEATURES, type ControlClass, type FeatureName } from '../domain/feature.ts';
import { pipelineModel } from '../model/plain/pipeline-model.ts';
import { t2ModelOf } from '../model/hotelling.ts';
import { Evaluator } from './evaluator.ts';
import { Explainer, type ExplainerFiles } from './explainer.ts';
import type { Elsewhere } from './steps.ts';

const { scaler, calibration, reference, weights, forest } = readBundleFiles(bundleFolders()[0]!);
const files: ExplainerFiles = {
  scaler,
  calibration,
  reference,
  explanation: { autoencoder: weights, forest: forest.index, forestBytes: new Uint8Array(forest.bytes) },
};
const explainer = new Explainer(files);
const product = reference.products['2']!;
const shot = (): Float64Array => Float64Array.from(product.golden_shot);
const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
const controls = Object.fromEntries(
  Object.entries(DEFAULT_DOMAIN_TABLE.signals).map(([name, { control }]) => [name, control]),
) as Record<FeatureName, ControlClass>;

describe('a shot like those the models learned from', () => {
  test('is explained in full: probability and T2 by signal, SPE by input', () => {
    const explanation = explainer.explain(shot());
    if (explanation.kind !== 'explained') throw new Error(explanation.why);
    expect(explanation.extrapolates).toBe(false);
    for (const { base, value, effects } of [explanation.probability, explanation.t2]) {
      expect(Math.abs(sum(effects) - (value - base))).toBeLessThan(1e-9);
    }
    expect(explanation.signals).toHaveLength(22);
    expect(sum(explanation.residuals)).toBeLessThan(product.spe.limit);
  });

  test('is explained the same every time', () => {
    expect(explainer.explain(shot())).toEqual(explainer.explain(shot()));
  });

  test('gets constants and its product number exactly 0', () => {
    const explanation = explainer.explain(shot());
    if (explanation.kind !== 'explained') throw new Error(explanation.why);
    for (const [s, { members }] of explanation.signals.entries()) {
      const facts = members.map((i) => FEATURES[i]!);
      if (facts.some(({ constant, name }) => constant || name === 'Process_Product_Type')) {
        expect(explanation.probability.effects[s]).toBe(0);
      }
    }
  });

  test('has its log-odds explained by what the trees see', () => {
    const trees = explainer.explainTrees(shot());
    if (trees.kind !== 'explained') throw new Error(trees.why);
    expect(trees.effects).toHaveLength(42);
    expect(Math.abs(sum(trees.effects) - (trees.value - trees.base))).toBeLessThan(1e-9);
  });
});

describe('where there is nothing to explain with', () => {
  const without = (change: Partial<ExplainerFiles>): Explainer => new Explainer({ ...files, ...change });
  const emptied = { ...reference, products: { ...reference.products, 2: { ...product, background: [] } } };

  test.each([
    ['no_models', without({ explanation: null }), shot()],
    ['no_background', without({ reference: emptied }), shot()],
    ['unknown_product', explainer, shot().with(0, 7)],
    ['incomplete', explainer, shot().with(FEATURE_INDEX.Sensor_Coolant_Temp, NaN)],
    ['incomplete', explainer, shot().with(FEATURE_INDEX.Sensor_Coolant_Temp, Infinity)],
    ['incomplete', explainer, shot().with(0, NaN)],
  ] as const)('it says so: %s', (why, by, values) => {
    const options = { threshold: 0.4, controls, past: new Float64Array(0) };
    expect(by.explain(values)).toEqual({ kind: 'unexplained', why });
    expect(by.explainTrees(values)).toEqual({ kind: 'unexplained', why });
    expect(by.advise(values, options)).toEqual({ kind: 'unexplained', why });
  });
});

describe('with its rows evaluated elsewhere', () => {
  const evaluator = new Evaluator(pipelineModel({ scaler, calibration, weights, forest }));
  const t2Model = t2ModelOf(product);
  const nowhere: Elsewhere = () => Promise.resolve(null);
  /** As a device with float32 would. */
  const roughly: Elsewhere = (values) => {
    const { probability, t2, spe } = evaluator.evaluateMany(values, t2Model);
    return Promise.resolve({ probability: probability.map(Math.fround), t2: t2.map(Math.fround), spe: spe.map(Math.fround) });
  };
  const options = { threshold: 0, controls, past: new Float64Array(0) };
  const suspect = Float64Array.from(product.background[3]!);

  test('a shot is explained and advised on exactly the same where that gives nothing', async () => {
    expect(await explainer.explainBy(nowhere, shot())).toEqual(explainer.explain(shot()));
    expect(await explainer.adviseBy(nowhere, suspect, options)).toEqual(explainer.advise(suspect, options));
    const unknown = shot().with(0, 7);
    expect(await explainer.explainBy(roughly, unknown)).toEqual({ kind: 'unexplained', why: 'unknown_product' });
    expect(await explainer.adviseBy(roughly, unknown, options)).toEqual({ kind: 'unexplained', why: 'unknown_product' });
  });

  test('the shot’s own probability is exact, and its effects are nearly so', async () => {
    const [by, here] = [await explainer.explainBy(roughly, shot()), explainer.explain(shot())];
    if (by.kind !== 'explained' || here.kind !== 'explained') throw new Error('unexplained');
    expect([by.probability.value, by.probability.base, by.residuals]).toEqual([here.probability.value, here.probability.base, here.residuals]);
    for (const [s, effect] of here.probability.effects.entries()) expect(by.probability.effects[s]).toBeCloseTo(effect, 5);
  });

  test('suggestions are the same to the last bit, for what is suggested is evaluated here', async () => {
    expect(await explainer.adviseBy(roughly, suspect, options)).toEqual(explainer.advise(suspect, options));
  });

  test('what was promised elsewhere is not suggested when it does not hold here', async () => {
    const tooGood: Elsewhere = async (values) => {
      const evaluated = await roughly(values);
      return evaluated && { ...evaluated, probability: evaluated.probability.map(() => 0), t2: evaluated.t2.map(() => 0), spe: evaluated.spe.map(() => 0) };
    };
    const advice = await explainer.adviseBy(tooGood, suspect, { ...options, threshold: 1e-6 });
    if (advice.kind !== 'explained') throw new Error(advice.why);
    const before = evaluator.evaluate(suspect).probability[0]!;
    for (const suggestion of [...advice.operator.suggestions, ...advice.engineer.suggestions]) {
      const { probability, t2, spe } = evaluator.evaluateMany(suggestion.values, t2Model);
      expect([suggestion.probability, suggestion.t2, suggestion.spe]).toEqual([probability[0], t2[0], spe[0]]);
      expect(suggestion.probability).toBeLessThanOrEqual(before - 0.03);
      expect(suggestion.reachesGoal).toBe(false);
      expect(suggestion.t2).toBeLessThanOrEqual(product.t2.limit);
      expect(suggestion.spe).toBeLessThanOrEqual(product.spe.limit);
    }
  });
});

test('an unusual shot is explained with a warning that this extrapolates', () => {
  const outside = shot().with(FEATURE_INDEX.Process_Cycle_Time, 219);
  expect(explainer.explain(outside)).toMatchObject({ kind: 'explained', extrapolates: true });
});

describe('advice', () => {
  const advise = (change: Partial<Record<FeatureName, ControlClass>>, past = new Float64Array(0), threshold = 0) => {
    const advice = explainer.advise(Float64Array.from(product.background[3]!), { threshold, controls: { ...controls, ...change }, past });
    if (advice.kind !== 'explained') throw new Error(advice.why);
    return advice;
  };
  const namesIn = (list: ReturnType<typeof advise>['operator']): string[] => list.suggestions.flatMap(({ changes }) => changes.map(({ name }) => name));

  test('follows the control classes of the domain table', () => {
    const { operator, engineer } = advise({});
    expect(namesIn(operator).every((name) => controls[name as FeatureName] === 'S')).toBe(true);
    expect(namesIn(engineer).every((name) => controls[name as FeatureName] === 'E')).toBe(true);
    expect(namesIn(engineer).length + namesIn(operator).length).toBeGreaterThan(0);

    const nobody = Object.fromEntries(Object.keys(controls).map((name) => [name, 'O'])) as Record<FeatureName, ControlClass>;
    expect(advise(nobody)).toMatchObject({ operator: { candidates: 0 }, engineer: { candidates: 0 } });
  });

  test('counts past shots of the same product among its support, and no others', () => {
    const { of } = [...advise({}).engineer.suggestions, ...advise({}).operator.suggestions][0]!.support;
    const past = new Float64Array(90);
    past.set(product.golden_shot);
    past.set(reference.products['1']!.golden_shot, 30);
    past.set(shot().with(5, NaN), 60);
    const more = advise({}, past);
    expect([...more.engineer.suggestions, ...more.operator.suggestions][0]!.support.of).toBe(of + 1);
    expect(of).toBe(product.background.length);
  });
});
