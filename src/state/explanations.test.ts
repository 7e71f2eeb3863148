import { describe, expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { appError } from '../domain/app-error.ts';
import { DEFAULT_DOMAIN_TABLE } from '../domain/domain-table-default.ts';
import { FEATURE_COUNT, FEATURE_INDEX, type ControlClass, type FeatureName } from '../domain/feature.ts';
import { err, ok } from '../domain/result.ts';
import { createShot } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import { hotelling, t2ModelOf } from '../model/hotelling.ts';
import { Evaluator } from '../explain/evaluator.ts';
import { Explainer } from '../explain/explainer.ts';
import { pipelineModel } from '../model/plain/pipeline-model.ts';
import type { LoadedBundle } from '../model/client.ts';
import type { Prediction } from '../model/prediction.ts';
import { Explanations, type ExplanationSources } from './explanations.ts';

const files = readBundleFiles(bundleFolders()[0]!);
const { weights, forest, ...rest } = files;
const bundle = {
  ...rest,
  entry: { id: 'field-1' },
  explanation: { autoencoder: weights, forest: forest.index, forestBytes: new Uint8Array(forest.bytes) },
} as unknown as LoadedBundle;
const explainer = new Explainer(bundle);
const evaluator = new Evaluator(pipelineModel(files));
const product = files.reference.products['2']!;
const controls = Object.fromEntries(
  Object.entries(DEFAULT_DOMAIN_TABLE.signals).map(([name, { control }]) => [name, control]),
) as Record<FeatureName, ControlClass>;

function predict(values: Float64Array): Prediction {
  const rows = values.length / FEATURE_COUNT;
  const { probability, score, scaled, latents, reconstruction, spe } = evaluator.evaluate(values);
  const t2 = Float64Array.from({ length: rows }, (_, r) => hotelling(latents.slice(r * 12, r * 12 + 12), t2ModelOf(product)));
  return { rows, backend: 'typescript', probability, score, scaled, latents, reconstruction, spe, t2, durationMs: 0 };
}

const row = product.background.toSorted((a, b) => predict(Float64Array.from(b)).probability[0]! - predict(Float64Array.from(a)).probability[0]!)[0]!;

function judged(change: Partial<Verdict> = {}, values = Float64Array.from(row)): JudgedShot {
  const probability = predict(values).probability[0]!;
  return {
    shot: createShot(values, { id: 'shot', source: 'api', receivedAt: 0 }),
    verdict: { class: 'ng', probability, threshold: probability - 0.05, bundleId: 'field-1', reasons: [], ...change } as Verdict,
  };
}

function explanations(change: Partial<ExplanationSources> = {}): { explanations: Explanations; asked: string[] } {
  const asked: string[] = [];
  const created = new Explanations({
    explainer: {
      use: () => undefined,
      explain: (values) => {
        asked.push('explain');
        return Promise.resolve(ok(explainer.explain(values)));
      },
      trees: (values) => Promise.resolve(ok(explainer.explainTrees(values))),
      advise: (values, question) => Promise.resolve(ok(explainer.advise(values, question))),
    },
    predictions: { predict: (_, values) => Promise.resolve(ok(predict(values))) },
    table: { table: DEFAULT_DOMAIN_TABLE, controls },
    past: () => [],
    ...change,
  });
  created.start({ bundle, on: () => () => undefined });
  return { explanations: created, asked };
}

describe('why', () => {
  test('a suspect shot has its reasons, those that raised it on top', async () => {
    const explained = await explanations().explanations.explain(judged());
    if (explained.kind !== 'explained') throw new Error(explained.kind);
    expect(explained.reasons).toHaveLength(22);
    expect(explained.top.length).toBeGreaterThan(0);
    expect(explained.top.every(({ effect }) => effect > 0)).toBe(true);
    const sum = explained.reasons.reduce((total, { effect }) => total + effect, 0);
    const { base, value } = explained.explanation.probability;
    expect(sum).toBeCloseTo(value - base, 9);
  });

  test.each<[string, Partial<Verdict>, string]>([
    ['for a missing value', { class: 'hold', probability: null, reasons: [{ kind: 'missing', features: ['Process_Shot'] }] }, 'incomplete'],
    ['for a product that is unknown', { class: 'hold', probability: null, reasons: [{ kind: 'unknown_product', product: 9 }] }, 'unknown_product'],
    ['while nothing could be judged', { class: 'hold', probability: null, bundleId: null, reasons: [{ kind: 'unavailable', error: appError('not_ready', {}) }] }, 'unavailable'],
    ['for another bundle’s verdict', { bundleId: 'legacy-1' }, 'other_bundle'],
  ])('is not made up %s', async (_, verdict, why) => {
    const { explanations: state, asked } = explanations();
    expect(await state.explain(judged(verdict))).toEqual({ kind: 'unexplained', why });
    expect(await state.advise(judged(verdict))).toEqual({ kind: 'unexplained', why });
    expect(asked).toEqual([]);
  });

  test('is withheld when the explaining computation does not reach the probability that was judged', async () => {
    const { probability } = judged().verdict;
    expect(await explanations().explanations.explain(judged({ probability: probability! + 1e-6 }))).toEqual({
      kind: 'unexplained',
      why: 'disagrees',
    });
  });

  test('is given of what WebGPU judged, within its proof and no further', async () => {
    const { probability } = judged().verdict;
    const { explanations: state } = explanations();
    expect(await state.explain(judged({ backend: 'webgpu', probability: probability! + 1e-6 }))).toMatchObject({ kind: 'explained' });
    expect(await state.explain(judged({ backend: 'webgpu', probability: probability! + 1e-4 }))).toMatchObject({ why: 'disagrees' });
  });

  test('says that it failed', async () => {
    const error = appError('worker_died', { detail: '' });
    const { explanations: state } = explanations({
      explainer: {
        use: () => undefined,
        explain: () => Promise.resolve(err(error)),
        trees: () => Promise.resolve(err(error)),
        advise: () => Promise.resolve(err(error)),
      },
    });
    for (const outcome of [await state.explain(judged()), await state.trees(judged()), await state.advise(judged())]) {
      expect(outcome).toEqual({ kind: 'failed', error });
    }
  });
});

describe('what to change', () => {
  test('is what the models that judge confirm', async () => {
    const advised = await explanations().explanations.advise(judged());
    if (advised.kind !== 'explained') throw new Error(advised.kind);
    const suggestions = [...advised.operator.suggestions, ...advised.engineer.suggestions];
    expect(suggestions.length).toBeGreaterThan(0);
    expect(advised.operator.unconfirmed + advised.engineer.unconfirmed).toBe(0);
    for (const { values, probability } of suggestions) expect(predict(values).probability[0]).toBeCloseTo(probability, 9);
  });

  test('leaves out what they say otherwise of, or would hold', async () => {
    for (const spoil of [
      (prediction: Prediction) => ({ ...prediction, probability: prediction.probability.map((p) => p + 1e-6) }),
      (prediction: Prediction) => ({ ...prediction, spe: prediction.spe.map(() => product.spe.hard + 1) }),
    ]) {
      const { explanations: state } = explanations({
        predictions: { predict: (_, values) => Promise.resolve(ok(spoil(predict(values)))) },
      });
      const advised = await state.advise(judged());
      if (advised.kind !== 'explained') throw new Error(advised.kind);
      expect([...advised.operator.suggestions, ...advised.engineer.suggestions]).toEqual([]);
      expect(advised.operator.unconfirmed + advised.engineer.unconfirmed).toBeGreaterThan(0);
    }
  });

  test('counts other good or suspect shots of the session as known, not repeats, holds or the shot itself', async () => {
    const own = judged();
    const other = (id: string, change: Partial<JudgedShot['shot']>, verdict: Partial<Verdict> = {}): JudgedShot => ({
      shot: { ...own.shot, id, ...change },
      verdict: { ...own.verdict, ...verdict },
    });
    const past = [own, other('a', {}), other('b', { repeat: true }), other('c', {}, { class: 'hold' })];
    const advised = await explanations({ past: () => past }).explanations.advise(own);
    if (advised.kind !== 'explained') throw new Error(advised.kind);
    const [suggestion] = [...advised.operator.suggestions, ...advised.engineer.suggestions];
    expect(suggestion!.support.of).toBe(product.background.length + 1);
  });
});

test('likely causes follow from the signals that raised the probability', () => {
  const values = Float64Array.from(row);
  values[FEATURE_INDEX.Process_Biscuit_Thickness] = product.usual['Process_Biscuit_Thickness']![0];
  const shot = judged({}, values);
  const { explanations: state } = explanations();
  const reason = {
    name: 'Process_Biscuit_Thickness' as const,
    index: FEATURE_INDEX.Process_Biscuit_Thickness,
    value: 13,
    standing: 'lowish' as const,
    usual: null,
    error: 0,
  };
  expect(state.causes(shot, product, [{ ...reason, effect: 0.1 }]).map(({ defect }) => defect)).toContain('Blow_Hole');
  expect(state.causes(shot, product, [{ ...reason, effect: -0.1 }])).toEqual([]);
});
