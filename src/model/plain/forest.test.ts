import fc from 'fast-check';
import { expect, test } from 'vitest';
import { augmentedArbitrary, forestOf, scoreByTree, treeArbitrary } from '../../../tests/fixtures/explain/random-model.ts';
import { AUGMENTED, ForestScorer } from './forest.ts';

const trees = fc.array(treeArbitrary([0, 3, 7, 31, 41], 5), { minLength: 1, maxLength: 8 });

test('rows that walk a forest together score as each alone, in blocks of any size', () => {
  fc.assert(
    fc.property(trees, fc.array(augmentedArbitrary, { minLength: 1, maxLength: 70 }), (model, rows) => {
      const scores = new Float64Array(rows.length);
      new ForestScorer(forestOf(model)).score(Float32Array.from(rows.flatMap((row) => [...row])), rows.length, scores);
      expect([...scores]).toEqual(rows.map((row) => scoreByTree(model, row)));
    }),
  );
});

test('an input on a threshold goes left after it was rounded to float32', () => {
  // 0.1 as float32 is larger than 0.1 as float64: against a threshold of 0.1 it goes right, as in training.
  const scorer = new ForestScorer(
    forestOf([{ feature: 0, threshold: 0.1, left: { leaf: -1 }, right: { leaf: 1 } }], 0),
  );
  const scores = new Float64Array(1);
  const row = new Float32Array(AUGMENTED);
  row[0] = 0.1;
  scorer.score(row, 1, scores);
  expect(scores[0]).toBe(1);
});
