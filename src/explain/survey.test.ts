import { describe, expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { Explainer } from './explainer.ts';
import { importanceOf, spreadRows, surveyShots, type Survey } from './survey.ts';

const { scaler, calibration, reference, weights, forest } = readBundleFiles(bundleFolders()[0]!);
const files = {
  scaler,
  calibration,
  reference,
  explanation: { autoencoder: weights, forest: forest.index, forestBytes: new Uint8Array(forest.bytes) },
};
const rows = reference.products['1']!.background.slice(0, 12);
const values = Float64Array.from(rows.flat());

describe('a survey of many shots', () => {
  test('holds the effects and values of each, and their mean size with its interval', async () => {
    const explainer = new Explainer(files);
    const steps = surveyShots((row) => explainer.explain(row), values);
    const done: number[] = [];
    let step = await steps.next();
    for (; !step.done; step = await steps.next()) done.push(step.value);
    const survey = step.value as Survey;
    expect(done).toEqual(rows.map((_, i) => i + 1));

    const speed = survey.signals.indexOf('Process_High_Velocity');
    const alone = rows.map((row) => {
      const explanation = explainer.explain(Float64Array.from(row));
      if (explanation.kind !== 'explained') throw new Error(explanation.why);
      return explanation.probability.effects[speed]!;
    });
    expect(rows.map((_, i) => survey.effects[i * survey.signals.length + speed])).toEqual(alone);
    expect(rows.map((_, i) => survey.values[i * survey.signals.length + speed])).toEqual(rows.map((row) => row[5]));

    const importance = importanceOf(survey);
    const entry = importance.find(({ name }) => name === 'Process_High_Velocity')!;
    const mean = alone.reduce((sum, effect) => sum + Math.abs(effect), 0) / alone.length;
    expect(entry.mean).toBeCloseTo(mean, 12);
    expect(entry.low).toBeLessThan(mean);
    expect(entry.high).toBeGreaterThan(mean);
    expect(importance.map(({ mean: size }) => size)).toEqual(importance.map(({ mean: size }) => size).toSorted((a, b) => b - a));
    expect(importance.at(-1)!.mean).toBe(0);
  });

  test('takes shots evenly from a long file and all of a short one', () => {
    expect(spreadRows(3)).toEqual([0, 1, 2]);
    const chosen = spreadRows(10_000, 100);
    expect(chosen).toHaveLength(100);
    expect(new Set(chosen.slice(1).map((row, i) => row - chosen[i]!))).toEqual(new Set([100]));
    expect(chosen[0]).toBeGreaterThanOrEqual(0);
    expect(chosen.at(-1)).toBeLessThan(10_000);
  });
});
