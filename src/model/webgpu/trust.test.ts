import { beforeAll, expect, test } from 'vitest';
import { createNodeClient } from '../../../scripts/node-models.ts';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { judge } from '../../domain/judge.ts';
import type { LoadedBundle } from '../client.ts';
import type { Prediction } from '../prediction.ts';
import { agrees, rowsToCheck, type TrustRules } from './trust.ts';

const proof = { bound: 1e-5, band: 1e-4, limit_band: 1e-3, noise: new Array<number>(12).fill(1e-5) };
const ROWS = 500;
let bundle: LoadedBundle;
let values: Float64Array;
let rules: TrustRules;
let prediction: Prediction;

/** Nothing is sampled. */
const never = () => 0.999999;

beforeAll(async () => {
  const client = createNodeClient();
  const loaded = await client.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  bundle = loaded.value;
  const shot = Object.values(bundle.reference.products)[0]!.golden_shot;
  values = Float64Array.from({ length: ROWS * FEATURE_COUNT }, (_, i) => shot[i % FEATURE_COUNT]!);
  const predicted = await client.predict(bundle.entry.id, values);
  if (!predicted.ok) throw new Error(predicted.error.code);
  // The same shot with every probability there is, evenly.
  prediction = { ...predicted.value, probability: predicted.value.probability.map((_, row) => (row + 0.5) / ROWS) };
  client.dispose();
  rules = { reference: bundle.reference, calibration: bundle.calibration, threshold: 0.321, proof };
});

test('whatever is not computed again has the same class and confidence anywhere within the band, for every threshold of the table', () => {
  const checked = new Set(rowsToCheck(values, prediction, new Set(), rules, never));
  expect(checked.size).toBeGreaterThan(0);
  expect(checked.size).toBeLessThan(ROWS / 2);
  const shot = values.subarray(0, FEATURE_COUNT);
  const thresholds = bundle.calibration.thresholds.map(({ threshold }) => threshold).concat(0.321);
  for (let row = 0; row < ROWS; row += 1) {
    if (checked.has(row)) continue;
    const p = prediction.probability[row]!;
    for (const threshold of thresholds) {
      const [low, high] = [p - 1e-5, p + 1e-5].map((probability) =>
        judge(shot, { probability, spe: prediction.spe[row]!, t2: prediction.t2[row]! }, { ...bundle, threshold }),
      );
      expect([row, threshold, low!.class, low!.confidence]).toEqual([row, threshold, high!.class, high!.confidence]);
    }
  }
});

test('rows at a limit that holds a shot, doubtful rows and rows that are no number are computed again', () => {
  const product = Object.values(bundle.reference.products)[0]!;
  const changed = { ...prediction, probability: prediction.probability.slice(), spe: prediction.spe.slice(), t2: prediction.t2.slice() };
  const before = rowsToCheck(values, prediction, new Set(), rules, never);
  const free = Array.from({ length: ROWS }, (_, row) => row).filter((row) => !before.includes(row));
  const [a, b, c, d] = free;
  changed.spe[a!] = product.spe.hard * 1.0005;
  changed.t2[b!] = product.t2.hard * 0.9995;
  changed.probability[c!] = NaN;
  expect(rowsToCheck(values, changed, new Set([d!]), rules, never)).toEqual([...before, a!, b!, c!, d!].sort((x, y) => x - y));
});

test('a hundredth of the rest is sampled, and no large work is without a sample', () => {
  let seed = 0;
  const random = () => (seed = (seed + 0.38196601125) % 1);
  const quiet = { ...prediction, probability: prediction.probability.map(() => 0.5) };
  const far = { ...rules, threshold: 0.9, calibration: { ...bundle.calibration, thresholds: [] } };
  const rows = rowsToCheck(values, quiet, new Set(), far, random);
  expect(rows.length).toBeGreaterThanOrEqual(3);
  expect(rows.length).toBeLessThanOrEqual(8);
  expect(rowsToCheck(values, quiet, new Set(), far, never)).toHaveLength(1);
});

test('agreement: within the proof, doubtful rows by their latents alone, and never what is no number', () => {
  const nudge = (list: 'probability' | 'latents' | 'spe' | 't2', by: number): Prediction => {
    const copy = prediction[list].slice();
    copy[0]! += by;
    return { ...prediction, [list]: copy };
  };
  const agree = (got: Prediction, doubtful = false) => agrees(got, 0, prediction, 0, doubtful, proof);
  expect(agree(prediction)).toBe(true);
  expect(agree(nudge('probability', 9e-6))).toBe(true);
  expect(agree(nudge('probability', 1.1e-5))).toBe(false);
  expect(agree(nudge('probability', 1.1e-5), true)).toBe(true);
  expect(agree(nudge('probability', NaN))).toBe(false);
  expect(agree(nudge('latents', 2e-5), true)).toBe(false);
  expect(agree(nudge('spe', prediction.spe[0]! * 0.002))).toBe(false);
  expect(agree(nudge('t2', NaN))).toBe(false);
});
