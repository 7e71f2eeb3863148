import { expect, test } from 'vitest';
import { workSizeOf } from './acceleration.ts';

test('a work counts as the measured size that it is nearest to; only a single shot is one of 1', () => {
  const sizes = [1, 2, 60, 512, 1000, 1900, 2000, 5000, 7535, 100_000].map(workSizeOf);
  expect(sizes).toEqual([1, 512, 512, 512, 512, 512, 7535, 7535, 7535, 7535]);
});
