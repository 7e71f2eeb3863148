import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import type { Golden } from '../domain/bundle.ts';
import { judge } from '../domain/judge.ts';
import type { Line } from '../line/line.ts';
import { QuickJudge } from './quick-judge.ts';

const [folder] = bundleFolders();
const { weights, forest, ...files } = readBundleFiles(folder!);
const explanation = { autoencoder: weights, forest: forest.index, forestBytes: forest.bytes };
const golden = JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8')) as Golden;
const lineWith = (change: object) => ({ bundle: { ...files, explanation, ...change }, policy: { threshold: 0.4 } }) as unknown as Line;

test('says of every golden shot what the judge says of the golden prediction', () => {
  const quick = new QuickJudge(lineWith({}));
  for (const { input, calibrated: probability, spe, t2 } of golden.rows) {
    const values = Float64Array.from(input, (value) => value ?? NaN);
    const expected = judge(values, { probability, spe, t2: t2 ?? NaN }, { ...files, threshold: 0.4 });
    const got = quick.judge(values);
    expect(got?.class).toBe(expected.class);
    expect(got?.reasons.map(({ kind }) => kind)).toEqual(expected.reasons.map(({ kind }) => kind));
    if (expected.probability !== null) expect(Math.abs(got!.probability! - expected.probability)).toBeLessThan(1e-12);
    else expect(got?.probability).toBeNull();
  }
});

test('says nothing where the bundle has no models as numbers', () => {
  expect(new QuickJudge(lineWith({ explanation: null })).judge(new Float64Array(30))).toBeNull();
});
