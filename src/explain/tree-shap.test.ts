import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixture, fixtureModel, treeCases } from '../../tests/fixtures/explain/load.ts';
import {
  augmentedArbitrary,
  forestOf,
  gridArbitrary,
  scoreByTree,
  treeArbitrary,
  type Tree,
} from '../../tests/fixtures/explain/random-model.ts';
import { AUGMENTED } from '../model/plain/forest.ts';
import { TreeShap } from './tree-shap.ts';

const FEATURES = [0, 3, 7, 31, 41];
const trees = fc.array(treeArbitrary(FEATURES, 4), { minLength: 1, maxLength: 6 });
const rows = fc.array(augmentedArbitrary, { minLength: 1, maxLength: 40 });

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

const packed = (background: readonly Float64Array[]): Float32Array => Float32Array.from(background.flatMap((row) => [...row]));

describe('against the shap package', () => {
  const { full, enumerated } = treeCases();
  const { forest } = fixtureModel();

  test('512 rows equal shap.ExactExplainer to 1e-9', () => {
    const shap = new TreeShap(forest, enumerated.background);
    const differences = enumerated.rows.map((row, r) => largestDifference(shap.explain(row).effects, enumerated.values[r]!));
    expect(differences).toHaveLength(512);
    expect(Math.max(...differences)).toBeLessThan(1e-9);
    expect(enumerated.values.some((values) => values.some((value) => Math.abs(value) > 0.1))).toBe(true);
  });

  test('rows that differ in every input equal shap.TreeExplainer within its float32 arithmetic', () => {
    const shap = new TreeShap(forest, full.background);
    const differences = full.rows.map((row, r) => largestDifference(shap.explain(row).effects, full.values[r]!));
    expect(Math.max(...differences)).toBeLessThan(1e-7);
    expect(shap.explain(full.rows[0]!).base).toBeCloseTo(fixture.trees.base, 12);
  });
});

describe('Shapley axioms on any forest', () => {
  test('the parts sum to the log-odds minus their mean over the background', () => {
    fc.assert(
      fc.property(trees, augmentedArbitrary, rows, (model, row, background) => {
        const { base, value, effects } = new TreeShap(forestOf(model), packed(background)).explain(row);
        const mean = background.reduce((sum, each) => sum + scoreByTree(model, each), 0) / background.length;
        expect(value).toBeCloseTo(scoreByTree(model, row), 10);
        expect(base).toBeCloseTo(mean, 10);
        expect(effects.reduce((sum, effect) => sum + effect, 0)).toBeCloseTo(value - mean, 9);
      }),
    );
  });

  test('an input that no tree asks for gets exactly 0', () => {
    fc.assert(
      fc.property(trees, augmentedArbitrary, rows, (model, row, background) => {
        const { effects } = new TreeShap(forestOf(model), packed(background)).explain(row);
        for (let f = 0; f < AUGMENTED; f += 1) if (!FEATURES.includes(f)) expect(effects[f]).toBe(0);
      }),
    );
  });

  test('inputs that play the same part get the same', () => {
    const [a, b] = [3, 31];
    const swap = (tree: Tree): Tree =>
      'leaf' in tree
        ? tree
        : {
            ...tree,
            feature: tree.feature === a ? b : tree.feature === b ? a : tree.feature,
            left: swap(tree.left),
            right: swap(tree.right),
          };
    const twins = (row: Float64Array): Float64Array => row.with(b, row[a]!);
    fc.assert(
      fc.property(trees, augmentedArbitrary, rows, (model, row, background) => {
        const forest = forestOf([...model, ...model.map(swap)]);
        const { effects } = new TreeShap(forest, packed(background.map(twins))).explain(twins(row));
        expect(effects[a]).toBeCloseTo(effects[b]!, 10);
      }),
    );
  });

  test('the values are the mean over all orders, here enumerated', () => {
    const three = [0, 7, 41];
    const orders = [
      [0, 7, 41],
      [0, 41, 7],
      [7, 0, 41],
      [7, 41, 0],
      [41, 0, 7],
      [41, 7, 0],
    ];
    const model = fc.array(treeArbitrary(three, 3), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(model, fc.array(gridArbitrary, { minLength: 6, maxLength: 6 }), (forest, values) => {
        const place = (from: number): Float64Array =>
          three.reduce((row, f, i) => row.with(f, values[from + i]!), new Float64Array(AUGMENTED));
        const [shot, usual] = [place(0), place(3)];
        const expected = new Float64Array(AUGMENTED);
        for (const order of orders) {
          let mixed = usual;
          for (const f of order) {
            const next = mixed.with(f, shot[f]!);
            expected[f]! += (scoreByTree(forest, next) - scoreByTree(forest, mixed)) / orders.length;
            mixed = next;
          }
        }
        const { effects } = new TreeShap(forestOf(forest), packed([usual])).explain(shot);
        expect(largestDifference(effects, expected)).toBeLessThan(1e-12);
      }),
    );
  });
});

test('a background of no rows or of more than 64 is refused', () => {
  const forest = forestOf([{ leaf: 1 }]);
  expect(() => new TreeShap(forest, new Float32Array(0))).toThrow(RangeError);
  expect(() => new TreeShap(forest, new Float32Array(65 * AUGMENTED))).toThrow(RangeError);
});
