import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Chain, type Layer } from './network.ts';

const weights = fc.double({ min: -2, max: 2, noNaN: true });

/** Layers that fit one another, of odd and even sizes. */
const layers: fc.Arbitrary<Layer[]> = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 4 }).chain((sizes) =>
  fc.tuple(
    ...sizes.slice(1).map((outputs, i) => {
      const inputs = sizes[i]!;
      return fc.record({
        inputs: fc.constant(inputs),
        outputs: fc.constant(outputs),
        weight: fc.array(weights, { minLength: inputs * outputs, maxLength: inputs * outputs }).map((list) => Float64Array.from(list)),
        bias: fc.array(weights, { minLength: outputs, maxLength: outputs }).map((list) => Float64Array.from(list)),
        activation: fc.constantFrom<Layer['activation'][]>('identity', 'tanh', 'relu', 'sigmoid'),
      });
    }),
  ),
);

/** The sum as it is written down, output by output. */
function byHand(chain: readonly Layer[], x: readonly number[]): number[] {
  const activations = { identity: (v: number) => v, tanh: Math.tanh, relu: (v: number) => Math.max(0, v), sigmoid: (v: number) => 1 / (1 + Math.exp(-v)) };
  return chain.reduce<number[]>(
    (values, { inputs, outputs, weight, bias, activation }) =>
      Array.from({ length: outputs }, (_, o) => activations[activation](values.reduce((sum, value, i) => sum + weight[o * inputs + i]! * value, bias[o]!))),
    [...x],
  );
}

test('rows that go through a network together come out as each by itself, bit by bit', () => {
  fc.assert(
    fc.property(layers, fc.integer({ min: 1, max: 11 }), fc.infiniteStream(weights), (chain, rows, numbers) => {
      const inputs = chain[0]!.inputs;
      const x = Array.from({ length: rows }, () => [...numbers.take(inputs)]);
      const together = [...new Chain(chain).run(Float64Array.from(x.flat()), rows)];
      expect(together).toEqual(x.flatMap((row) => byHand(chain, row)));
    }),
  );
});
