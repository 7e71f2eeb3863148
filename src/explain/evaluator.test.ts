import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Golden } from '../domain/bundle.ts';
import { PRODUCT_INDEX } from '../domain/feature.ts';
import { hotelling, t2ModelOf } from '../model/hotelling.ts';
import { Evaluator } from './evaluator.ts';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { pipelineModel } from '../model/plain/pipeline-model.ts';

// The golden vectors come from torch, scikit-learn and onnxruntime in Python.
describe.each(bundleFolders())('golden vectors of %s', (folder) => {
  const files = readBundleFiles(folder);
  const golden = JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8')) as Golden;

  test('the plain arithmetic reaches what the models say', () => {
    const model = pipelineModel(files);
    const evaluation = new Evaluator(model).evaluate(
      Float64Array.from(golden.rows.flatMap((row) => row.input.map((value) => value ?? NaN))),
    );
    const close = (got: number | undefined, want: number): boolean => Math.abs(got! - want) <= 1e-12 * Math.max(1, Math.abs(want));
    const wrong = golden.rows.flatMap((row, r) => {
      const fits =
        row.scaled.every((value, i) => evaluation.scaled[r * 30 + i] === value) &&
        row.latent.every((value, i) => close(evaluation.latents[r * 12 + i], value)) &&
        close(evaluation.spe[r], row.spe) &&
        close(evaluation.score[r], row.score) &&
        close(evaluation.probability[r], row.calibrated);
      return fits ? [] : [r];
    });
    expect(wrong).toEqual([]);
  });

  test('T2 is that of the product', () => {
    const differences = golden.rows.flatMap(({ input, latent, t2 }) => {
      const product = files.reference.products[String(input[PRODUCT_INDEX])];
      if (t2 === null || !product) return [];
      return [Math.abs(hotelling(Float64Array.from(latent), t2ModelOf(product)) - t2) / Math.max(1, t2)];
    });
    expect(differences.length).toBeGreaterThan(200);
    expect(Math.max(...differences)).toBeLessThan(1e-9);
  });
});

test('there is a released bundle to compare with', () => {
  expect(readdirSync(new URL('../../public/models/', import.meta.url))).toContain('manifest.json');
});
