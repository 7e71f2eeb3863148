/** One run of a product as the bundle's `demo` description makes it: docs/bundle.md, reference.json. */
import type { ProductReference } from '../../domain/bundle.ts';
import { FEATURE_INDEX, isFeatureName, SHOT_INDEX, type FeatureName } from '../../domain/feature.ts';
import { normalDistribution, type Random } from './random.ts';

/** What goes wrong on the demo line. */
export interface DemoFaults {
  /** Signals on the move: distance per shot, as a share of the usual range's width. */
  readonly drifts: ReadonlyMap<FeatureName, number>;
  /** Sensors that give no value. */
  readonly lost: ReadonlySet<FeatureName>;
}

interface Signal {
  readonly index: number;
  readonly marginal: readonly number[];
  readonly memory: number;
  /** Mean normal score of this run. */
  readonly mean: number;
  /** What the run's mean leaves of the unit variance. */
  readonly spread: number;
  readonly resolution: number;
}

/** The signals of a product that vary by themselves: these may be told to drift or be lost. */
export function varyingSignals(product: ProductReference): readonly FeatureName[] {
  return product.demo.varying.filter(isFeatureName);
}

/** A run: draws its mean on each signal when it is made, then one shot after the other. */
export class DemoRun {
  readonly #product: ProductReference;
  readonly #random: Random;
  readonly #signals: readonly Signal[];
  #state: number[];
  #shot = 0;
  readonly #drifted = new Map<FeatureName, number>();

  constructor(product: ProductReference, random: Random) {
    this.#product = product;
    this.#random = random;
    const { demo } = product;
    const factors = Object.values(demo.campaign_factors)[0]?.map(() => random.normal()) ?? [];
    this.#signals = demo.varying.filter(isFeatureName).map((name) => {
      const loadings = demo.campaign_factors[name] ?? [];
      return {
        index: FEATURE_INDEX[name],
        marginal: demo.marginals[name] ?? [],
        memory: demo.ar[name] ?? 0,
        mean: loadings.reduce((sum, loading, k) => sum + loading * (factors[k] ?? 0), 0),
        spread: Math.sqrt(Math.max(0, 1 - loadings.reduce((sum, loading) => sum + loading * loading, 0))),
        resolution: product.resolution[name] ?? 0,
      };
    });
    this.#state = this.#shocks();
  }

  /** Number of the last shot, from 1; 0 before the first. */
  get shot(): number {
    return this.#shot;
  }

  /** Whether the run has come to its usual end, so that the next shot belongs to a new one. */
  get over(): boolean {
    const usual = this.#product.usual.Process_Shot;
    return usual !== undefined && this.#shot >= usual[1];
  }

  /** The next shot's 30 values, in recorded units and on the recording grid; NaN where a sensor is lost. */
  next(faults: DemoFaults, aborted = false): Float64Array {
    this.#shot += 1;
    const values = Float64Array.from(this.#product.golden_shot);
    values[SHOT_INDEX] = this.#shot;
    const shocks = this.#shocks();
    this.#signals.forEach((signal, i) => {
      const { memory } = signal;
      const state = memory * (this.#state[i] ?? 0) + Math.sqrt(1 - memory * memory) * (shocks[i] ?? 0);
      this.#state[i] = state;
      const level = normalDistribution(signal.mean + signal.spread * state);
      values[signal.index] = onGrid(interpolate(level, this.#product.demo.levels, signal.marginal), signal.resolution);
    });
    this.#drift(values, faults.drifts);
    if (aborted) this.#abort(values);
    for (const { target, source, factor } of this.#product.demo.coupled) {
      if (isFeatureName(target) && isFeatureName(source)) {
        const value = (values[FEATURE_INDEX[source]] ?? NaN) * factor;
        values[FEATURE_INDEX[target]] = onGrid(value, this.#product.resolution[target] ?? 0);
      }
    }
    for (const name of faults.lost) values[FEATURE_INDEX[name]] = NaN;
    return values;
  }

  /** Correlated standard normal shocks, one a signal. */
  #shocks(): number[] {
    const normals = this.#product.demo.varying.map(() => this.#random.normal());
    return this.#product.demo.cholesky.map((row) => row.reduce((sum, factor, j) => sum + factor * (normals[j] ?? 0), 0));
  }

  #drift(values: Float64Array, drifts: ReadonlyMap<FeatureName, number>): void {
    for (const name of this.#drifted.keys()) if (!drifts.has(name)) this.#drifted.delete(name);
    for (const [name, perShot] of drifts) {
      const [low, high] = this.#product.usual[name] ?? [0, 0];
      const moved = (this.#drifted.get(name) ?? 0) + perShot * (high - low);
      this.#drifted.set(name, moved);
      const value = Math.max(0, (values[FEATURE_INDEX[name]] ?? NaN) + moved);
      values[FEATURE_INDEX[name]] = onGrid(value, this.#product.resolution[name] ?? 0);
    }
  }

  /** A shot whose fast phase never came: no fast speed and no rise times, half the pressure, and a long stop after it. */
  #abort(values: Float64Array): void {
    const change = (name: FeatureName, factor: number): void => {
      const index = FEATURE_INDEX[name];
      values[index] = onGrid((values[index] ?? NaN) * factor, this.#product.resolution[name] ?? 0);
    };
    change('Process_High_Velocity', 0);
    change('Process_Rapid_Rise_Time', 0);
    change('Process_Pressure_Rise_Time', 0);
    change('Process_Cylinder_Pressure', 0.5);
    change('Process_Cycle_Time', 5);
  }
}

/** The value at a probability, linear between levels; the ends hold beyond them. */
function interpolate(level: number, levels: readonly number[], values: readonly number[]): number {
  const above = levels.findIndex((one) => one > level);
  if (above === 0) return values[0] ?? NaN;
  if (above === -1) return values.at(-1) ?? NaN;
  const [from, to] = [levels[above - 1] ?? 0, levels[above] ?? 1];
  const [low, high] = [values[above - 1] ?? NaN, values[above] ?? NaN];
  return low + ((level - from) / (to - from)) * (high - low);
}

/** The nearest value on the recording grid, with no more digits than the grid has. */
function onGrid(value: number, resolution: number): number {
  if (!(resolution > 0)) return value;
  const digits = Math.max(0, Math.round(-Math.log10(resolution)));
  return Number((Math.round(value / resolution) * resolution).toFixed(digits));
}
