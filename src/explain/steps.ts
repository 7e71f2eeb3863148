/** Computations that leave it to others where their rows are evaluated. */
import type { Evaluated } from './evaluator.ts';

/** Evaluates n shots of one product from n*30 recorded values, which it takes, somewhere else; null: evaluate them here. */
export type Elsewhere = (values: Float64Array<ArrayBuffer>) => Promise<Evaluated | null>;

/** Yields n*30 recorded values to evaluate, and goes on with what was made of them; given null it evaluates them itself. */
export type Steps<T> = Generator<Float64Array<ArrayBuffer>, T, Evaluated | null>;

/** Runs a computation to its end, everything evaluated by itself. */
export function finish<T>(steps: Steps<T>): T {
  let step = steps.next(null);
  while (!step.done) step = steps.next(null);
  return step.value;
}

/** Runs a computation to its end, everything evaluated elsewhere where that works. */
export async function finishBy<T>(elsewhere: Elsewhere, steps: Steps<T>): Promise<T> {
  let step = steps.next(null);
  while (!step.done) step = steps.next(await elsewhere(step.value));
  return step.value;
}
