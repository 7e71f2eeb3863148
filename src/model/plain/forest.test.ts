import fc from 'fast-check';
import { expect, test } from 'vitest';
import { augmentedArbitrary, forestOf, scoreByTree, treeArbitrary } from '../../../tests/fixtures/explain/random-model.ts';
import { AUGMENTED, ForestScorer } from './forest.ts';

const trees = fc.array(treeArbitrary([0, 3, 7, 31, 41], 5), { minLength: 1, maxLength: 8 });

/** More rows than go down a tree in one turn. */
const repeated = fc.array(augmentedArbitrary, { minLength: 1, maxLength: 7 }).map((rows) => Array.from({ length: 600 }, (_, i) => rows[i % rows.length]!));

test('rows that walk a forest together score as each alone, however many there are', () => {
  fc.assert(
    fc.property(trees, fc.oneof(fc.array(augmentedArbitrary, { minLength: 1, maxLength: 9 }), repeated), (model, rows) => {
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

test('an input goes left exactly when it is at most the threshold, whatever double that is', () => {
  const double = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(double, fc.float({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), (threshold, other, near) => {
      const row = new Float32Array(AUGMENTED).fill(near ? threshold : other);
      // What rounds to infinity is no input.
      fc.pre(Number.isFinite(row[0]));
      const scores = new Float64Array(1);
      new ForestScorer(forestOf([{ feature: 0, threshold, left: { leaf: -1 }, right: { leaf: 1 } }], 0)).score(row, 1, scores);
      expect(scores[0]).toBe(row[0]! <= threshold ? -1 : 1);
    }),
  );
});

test('a node with two parents is refused', () => {
  // Node 4 is the right child of node 1 and the left one of node 3.
  const forest = {
    baseScore: 0,
    offsets: Int32Array.of(0, 6),
    value: Float64Array.of(0, 0, 1, 0, 2, 3),
    right: Int32Array.of(3, 4, -1, 5, -1, -1),
    feature: Int8Array.of(0, 1, -1, 2, -1, -1),
  };
  expect(() => new ForestScorer(forest)).toThrow(RangeError);
});
