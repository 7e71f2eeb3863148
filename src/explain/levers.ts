/** What may be changed on the machine, and how far: the moves of counterfactuals and of the what-if sliders. */
import type { ProductReference, Range } from '../domain/bundle.ts';
import { FEATURE_COUNT, FEATURE_INDEX, FEATURE_NAMES, isFeatureName, type ControlClass, type FeatureName } from '../domain/feature.ts';

/** An input that follows another: it is moved with it. */
export interface Follower {
  readonly index: number;
  readonly factor: number;
  readonly resolution: number;
}

/** A signal that a person may change. */
export interface Lever {
  readonly name: FeatureName;
  readonly index: number;
  /** S an operator may change it, E an engineer. */
  readonly control: 'S' | 'E';
  /** The product's usual range, both ends on the recording grid. */
  readonly range: Range;
  /** Recording step. */
  readonly resolution: number;
  readonly followers: readonly Follower[];
}

/**
 * The levers of a product: signals of control class S or E whose usual range leaves room for a change. A signal that follows
 * another (the casting pressure) is no lever of its own.
 */
export function leversOf(product: ProductReference, controlOf: (name: FeatureName) => ControlClass): readonly Lever[] {
  const { coupled } = product.demo;
  const following = new Set<string>(coupled.map(({ target }) => target));
  return FEATURE_NAMES.flatMap((name) => {
    const control = controlOf(name);
    const usual = product.usual[name];
    const resolution = product.resolution[name];
    if ((control !== 'S' && control !== 'E') || following.has(name) || !usual || !resolution) return [];
    const range = [snap(usual[0], resolution), snap(usual[1], resolution)] as const;
    if (range[1] - range[0] < resolution / 2) return [];
    const followers = coupled.flatMap(({ target, source, factor }) =>
      source === name && isFeatureName(target)
        ? [{ index: FEATURE_INDEX[target], factor, resolution: product.resolution[target] ?? 1 }]
        : [],
    );
    return [{ name, index: FEATURE_INDEX[name], control, range, resolution, followers }];
  });
}

/** Sets a lever in a shot's 30 values: the signal, and what follows it. */
export function setLever(values: Float64Array, lever: Lever, value: number): void {
  values[lever.index] = value;
  for (const { index, factor, resolution } of lever.followers) values[index] = snap(value * factor, resolution);
}

/** Values a lever is tried at. */
const GRID = 24;

/** At most `most` evenly spread values of a lever's range on the recording grid, both ends among them. */
export function gridOf({ range: [low, high], resolution }: Lever, most = GRID): number[] {
  const steps = Math.round((high - low) / resolution);
  const count = Math.min(steps, most - 1);
  const values = Array.from({ length: count + 1 }, (_, k) => snap(low + Math.round((k * steps) / count) * resolution, resolution));
  return [...new Set(values)];
}

/** [count*30] candidates like those of a search, from the first-th on: the shot with one or two levers at values of their grids. */
export function candidatesOf(levers: readonly Lever[], values: Float64Array, first: number, count: number): Float64Array<ArrayBuffer> {
  const rows = new Float64Array(count * FEATURE_COUNT);
  for (let r = 0; r < count; r += 1) {
    const row = rows.subarray(r * FEATURE_COUNT, (r + 1) * FEATURE_COUNT);
    row.set(values);
    const round = Math.floor((first + r) / levers.length);
    for (const l of [(first + r) % levers.length, (first + r + round) % levers.length]) {
      const lever = levers[l];
      const grid = lever ? gridOf(lever) : [];
      if (lever) setLever(row, lever, grid[round % grid.length]!);
    }
  }
  return rows;
}

/** The nearest value of the recording grid, with no more decimals than it has. */
export function snap(value: number, resolution: number): number {
  const decimals = Math.max(0, Math.min(6, Math.round(-Math.log10(resolution))));
  return Number((Math.round(value / resolution) * resolution).toFixed(decimals));
}
