import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { FEATURE_COUNT, FEATURE_INDEX, FEATURES, type FeatureName } from '../domain/feature.ts';
import { holdReasons } from '../domain/judge.ts';
import { hotelling, t2ModelOf } from '../model/hotelling.ts';
import { searchChanges, type SearchResult } from './counterfactual.ts';
import { Evaluator } from './evaluator.ts';
import { gridOf, leversOf, setLever, type Lever } from './levers.ts';
import { pipelineModel } from '../model/plain/pipeline-model.ts';

const [folder] = bundleFolders();
const files = readBundleFiles(folder!);
const evaluator = new Evaluator(pipelineModel(files));
const products = Object.values(files.reference.products);
const controlOf = (name: FeatureName) => FEATURES[FEATURE_INDEX[name]]!.control;
const following = (lever: Lever): number[] => lever.followers.map(({ index }) => index);

/** A shot near a background row: some signals moved within or beyond the usual range. */
const shotArbitrary = fc.constantFrom(...products).chain((product) =>
  fc
    .tuple(
      fc.constantFrom(...product.background),
      fc.array(fc.tuple(fc.nat(FEATURE_COUNT - 2), fc.double({ min: -0.1, max: 1.1, noNaN: true })), { maxLength: 5 }),
    )
    .map(([row, moves]) => {
      const values = Float64Array.from(row);
      for (const [i, share] of moves) {
        const name = FEATURES[i + 1]!.name;
        const [low, high] = product.usual[name]!;
        values[i + 1] = low + share * (high - low);
      }
      return { product, values };
    }),
);

function probabilityOf(values: Float64Array): number {
  return evaluator.evaluate(values).probability[0]!;
}

function search(
  product: (typeof products)[number],
  values: Float64Array,
  control: 'S' | 'E',
  threshold: number,
  budget = 300,
): { result: SearchResult; levers: readonly Lever[] } {
  const levers = leversOf(product, controlOf).filter((lever) => lever.control === control);
  const known = Float64Array.from(product.background.flat());
  return { levers, result: searchChanges(values, probabilityOf(values), { evaluator, product, levers, threshold, budget, known }) };
}

const control = fc.constantFrom('S' as const, 'E' as const);
const threshold = fc.double({ min: 0, max: 0.5, noNaN: true });

describe('every suggestion, for any shot, goal and list', () => {
  test('moves only levers of its list and what follows them, within the usual range and on the recording grid', () => {
    fc.assert(
      fc.property(shotArbitrary, control, threshold, ({ product, values }, list, goal) => {
        const { result, levers } = search(product, values, list, goal);
        for (const { changes, values: changed } of result.suggestions) {
          const allowed = new Set<number>();
          expect(changes.length).toBeGreaterThan(0);
          for (const { name, from, to } of changes) {
            const lever = levers.find((each) => each.name === name)!;
            expect(controlOf(name)).toBe(list);
            const [low, high] = product.usual[name]!;
            expect(to).toBeGreaterThanOrEqual(low);
            expect(to).toBeLessThanOrEqual(high);
            expect(to).not.toBe(from);
            expect(to / lever.resolution).toBeCloseTo(Math.round(to / lever.resolution), 6);
            expect(from).toBe(values[lever.index]);
            expect(changed[lever.index]).toBe(to);
            for (const index of [lever.index, ...following(lever)]) allowed.add(index);
          }
          for (let i = 0; i < FEATURE_COUNT; i += 1) if (!allowed.has(i)) expect(changed[i]).toBe(values[i]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('says what the pipeline says when it is run again, on known ground', () => {
    fc.assert(
      fc.property(shotArbitrary, control, threshold, ({ product, values }, list, goal) => {
        for (const suggestion of search(product, values, list, goal).result.suggestions) {
          const again = evaluator.evaluate(suggestion.values);
          const t2 = hotelling(again.latents, t2ModelOf(product));
          expect(again.probability[0]).toBe(suggestion.probability);
          expect(suggestion.reachesGoal).toBe(suggestion.probability < goal);
          expect(suggestion.probability).toBeLessThanOrEqual(probabilityOf(values) - 0.03);
          expect(t2).toBeLessThanOrEqual(product.t2.limit);
          expect(again.spe[0]).toBeLessThanOrEqual(product.spe.limit);
          const prediction = { probability: suggestion.probability, t2, spe: again.spe[0]! };
          expect(holdReasons(suggestion.values, prediction, files.reference)).toEqual([]);
          expect(suggestion.support.similar).toBeGreaterThan(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('stands in order: what reaches the goal, then fewest changes, then least effort', () => {
    fc.assert(
      fc.property(shotArbitrary, control, threshold, ({ product, values }, list, goal) => {
        const { suggestions } = search(product, values, list, goal).result;
        for (const [i, after] of suggestions.entries()) {
          const before = suggestions[i - 1];
          if (!before) continue;
          expect(Number(before.reachesGoal)).toBeGreaterThanOrEqual(Number(after.reachesGoal));
          if (before.reachesGoal !== after.reachesGoal) continue;
          expect(before.changes.length).toBeLessThanOrEqual(after.changes.length);
          if (before.changes.length === after.changes.length && before.reachesGoal) expect(before.effort).toBeLessThanOrEqual(after.effort);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('comes out of no more candidates than allowed', () => {
    fc.assert(
      fc.property(shotArbitrary, control, fc.integer({ min: 1, max: 2000 }), ({ product, values }, list, budget) => {
        expect(search(product, values, list, 0, budget).result.candidates).toBeLessThanOrEqual(budget);
      }),
      { numRuns: 20 },
    );
  });
});

test('one change that reaches the goal is enough: no further ones are searched', () => {
  const suspects = products.flatMap((product) =>
    product.background.map((row) => ({ product, values: Float64Array.from(row) })),
  );
  const outcomes = suspects.map(({ product, values }) => {
    const p = probabilityOf(values);
    return search(product, values, 'E', p - 0.04, 1000).result.suggestions;
  });
  const byOne = outcomes.filter((suggestions) => suggestions.some(({ reachesGoal, changes }) => reachesGoal && changes.length === 1));
  expect(byOne.length).toBeGreaterThan(10);
  expect(byOne.flat().every(({ changes }) => changes.length === 1)).toBe(true);
});

test('without anything that may be changed there is nothing to suggest', () => {
  const [product] = products;
  const values = Float64Array.from(product!.background[0]!);
  const result = searchChanges(values, 0.9, { evaluator, product: product!, levers: [], threshold: 0.1, known: new Float64Array(0) });
  expect(result).toEqual({ suggestions: [], candidates: 0, refused: 0 });
});

describe('levers', () => {
  test('are the signals of class S and E, without what follows another', () => {
    for (const product of products) {
      const levers = leversOf(product, controlOf);
      expect(levers.every(({ name }) => ['S', 'E'].includes(controlOf(name)))).toBe(true);
      expect(levers.map(({ name }) => name)).toContain('Process_Cylinder_Pressure');
      // Even if the plant called the casting pressure changeable, it would move with its source alone.
      expect(leversOf(product, () => 'E').map(({ name }) => name)).not.toContain('Process_Casting_Pressure');
    }
  });

  test('move the casting pressure with the cylinder pressure', () => {
    const product = files.reference.products['1']!;
    const lever = leversOf(product, controlOf).find(({ name }) => name === 'Process_Cylinder_Pressure')!;
    const values = Float64Array.from(product.golden_shot);
    setLever(values, lever, 220);
    expect(values[FEATURE_INDEX.Process_Cylinder_Pressure]).toBe(220);
    expect(values[FEATURE_INDEX.Process_Casting_Pressure]).toBe(Math.round(220 * product.demo.coupled[0]!.factor));
  });

  test('are tried at values of the grid from one end of the range to the other', () => {
    for (const lever of products.flatMap((product) => leversOf(product, controlOf))) {
      const grid = gridOf(lever, 24);
      expect(grid.length).toBeLessThanOrEqual(24);
      expect(grid[0]).toBeCloseTo(lever.range[0], 9);
      expect(grid.at(-1)).toBeCloseTo(lever.range[1], 9);
      expect(grid).toEqual(grid.toSorted((a, b) => a - b));
    }
  });
});
