import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Manifest, ProductReference, Reference } from '../../domain/bundle.ts';
import { FEATURE_INDEX, FEATURES, SHOT_INDEX, type FeatureName } from '../../domain/feature.ts';
import type { Shot } from '../../domain/shot.ts';
import { DemoLine, DEMO_RATE } from './demo-line.ts';
import { DemoRun } from './demo-run.ts';
import { normalDistribution, Random } from './random.ts';

const MODELS = new URL('../../../public/models/', import.meta.url);
const { current } = JSON.parse(readFileSync(new URL('manifest.json', MODELS), 'utf8')) as Manifest;
const reference = JSON.parse(readFileSync(new URL(`${current}/reference.json`, MODELS), 'utf8')) as Reference;
const products = Object.entries(reference.products);
const healthy = { drifts: new Map(), lost: new Set<FeatureName>() };
const column = (rows: Float64Array[], name: string): number[] => rows.map((row) => row[FEATURE_INDEX[name as FeatureName]]!);

function drawRun(product: ProductReference, shots: number, random: Random): Float64Array[] {
  const run = new DemoRun(product, random);
  return Array.from({ length: shots }, () => run.next(healthy));
}

/** Lag-one autocorrelation. */
function memoryOf(values: number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const power = centred.reduce((sum, value) => sum + value * value, 0);
  return centred.slice(1).reduce((sum, value, i) => sum + value * centred[i]!, 0) / power;
}

describe('random numbers', () => {
  // Abramowitz & Stegun, table 26.1.
  it.each([
    [0, 0.5],
    [1, 0.8413447461],
    [-1, 0.1586552539],
    [1.96, 0.9750021049],
    [-3, 0.001349898],
  ])('Phi(%d) = %d', (x, p) => {
    expect(normalDistribution(x)).toBeCloseTo(p, 6);
  });

  it('are the same for the same seed and others for another', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 5 }, () => random.normal());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('have the moments of the normal distribution', () => {
    const random = new Random(3);
    const draws = Array.from({ length: 20_000 }, () => random.normal());
    const moment = (k: number): number => draws.reduce((sum, x) => sum + x ** k, 0) / draws.length;
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
  });
});

describe.each(products)('a run of product %s', (_, product) => {
  it('keeps the distribution of every signal over many runs', () => {
    const random = new Random(11);
    const runs = Array.from({ length: 600 }, () => drawRun(product, 6, random).at(-1)!);
    const { levels, marginals, varying } = product.demo;
    for (const name of varying) {
      const values = column(runs, name);
      for (const level of [0.05, 0.5, 0.95]) {
        const quantile = marginals[name]![levels.indexOf(level)]!;
        const share = (within: (value: number) => boolean): number => values.filter(within).length / values.length;
        const step = product.resolution[name]!;
        // 600 independent runs: four standard errors are at most .082. A value may fall on its neighbour on the grid.
        expect(share((value) => value <= quantile + step), `${name} up to ${level}`).toBeGreaterThan(level - 0.082);
        expect(share((value) => value < quantile - step), `${name} below ${level}`).toBeLessThan(level + 0.082);
      }
      expect(Math.min(...values)).toBeGreaterThanOrEqual(marginals[name]![0]!);
      expect(Math.max(...values)).toBeLessThanOrEqual(marginals[name]!.at(-1)!);
    }
  });

  it('remembers from shot to shot as each signal does', () => {
    const rows = drawRun(product, 4000, new Random(5));
    const { ar, varying, marginals } = product.demo;
    for (const name of varying) {
      const coarse = (marginals[name]!.at(-1)! - marginals[name]![0]!) / product.resolution[name]! < 30;
      const memory = memoryOf(column(rows, name));
      if (ar[name]! > 0.9 && !coarse) expect(memory, name).toBeGreaterThan(0.6);
      if (ar[name]! < 0.1) expect(Math.abs(memory), name).toBeLessThan(0.2);
    }
  });

  it('couples the casting pressure with the cylinder pressure', () => {
    const rows = drawRun(product, 200, new Random(2));
    expect(product.demo.coupled.length).toBeGreaterThan(0);
    for (const { target, source, factor } of product.demo.coupled) {
      const sources = column(rows, source);
      column(rows, target).forEach((value, i) => {
        expect(Math.abs(value - sources[i]! * factor)).toBeLessThanOrEqual(product.resolution[target]! / 2 + 1e-9);
      });
    }
  });

  it('writes values with the digits of the recording grid, counts shots, and leaves constants alone', () => {
    const rows = drawRun(product, 50, new Random(9));
    for (const { name, constant } of FEATURES) {
      const digits = Math.max(0, Math.round(-Math.log10(product.resolution[name]!)));
      for (const value of column(rows, name)) expect(value).toBe(Number(value.toFixed(digits)));
      if (constant) expect(new Set(column(rows, name))).toEqual(new Set([product.golden_shot[FEATURE_INDEX[name]]]));
    }
    expect(rows.map((row) => row[SHOT_INDEX])).toEqual(rows.map((_, i) => i + 1));
  });

  it('drifts a signal out of its usual range, takes the coupled one along, and lets it return', () => {
    const run = new DemoRun(product, new Random(4));
    const name = 'Process_Cylinder_Pressure';
    const drifts = new Map([[name, 0.05] as const]);
    const rows = Array.from({ length: 60 }, () => run.next({ drifts, lost: new Set() }));
    const [, high] = product.usual[name]!;
    expect(column(rows, name).at(-1)).toBeGreaterThan(high);
    expect(column(rows, 'Process_Casting_Pressure').at(-1)).toBeGreaterThan(product.usual.Process_Casting_Pressure![1]);
    expect(run.next(healthy)[FEATURE_INDEX[name]]).toBeLessThanOrEqual(product.demo.marginals[name]!.at(-1)!);
  });

  it('loses a sensor and aborts a shot: both leave what may be trusted', () => {
    const run = new DemoRun(product, new Random(4));
    const lost = run.next({ drifts: new Map(), lost: new Set<FeatureName>(['Sensor_Coolant_Temp']) });
    expect(lost[FEATURE_INDEX.Sensor_Coolant_Temp]).toBeNaN();
    expect(lost.filter(Number.isNaN)).toHaveLength(1);
    const aborted = run.next(healthy, true);
    expect(aborted[FEATURE_INDEX.Process_High_Velocity]).toBe(0);
    expect(product.hard.Process_High_Velocity![0]).toBeGreaterThan(0);
  });
});

describe('the demo line', () => {
  let shots: Shot[];
  let line: DemoLine;
  beforeEach(() => {
    vi.useFakeTimers();
    shots = [];
    line = new DemoLine(reference, { receive: (shot) => shots.push(shot), seed: 42, shotsPerSecond: 2 });
  });
  afterEach(() => {
    line.stop();
    vi.useRealTimers();
  });

  it('delivers shots marked as demo at its pace until it is stopped', () => {
    line.start();
    line.start();
    vi.advanceTimersByTime(5000);
    expect(shots).toHaveLength(10);
    expect(new Set(shots.map(({ source }) => source))).toEqual(new Set(['demo']));
    expect(new Set(shots.map(({ id }) => id)).size).toBe(10);
    line.setRate(20);
    vi.advanceTimersByTime(1000);
    expect(shots).toHaveLength(30);
    line.stop();
    vi.advanceTimersByTime(5000);
    expect(shots).toHaveLength(30);
    expect(line.running).toBe(false);
  });

  it('does not make up for the time its timer was held back', () => {
    line.start();
    const held = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    vi.advanceTimersByTime(500);
    expect(shots).toHaveLength(1);
    held.mockRestore();
    vi.advanceTimersByTime(500);
    expect(shots).toHaveLength(2);
  });

  it('repeats itself with the same seed', () => {
    const again: Shot[] = [];
    const other = new DemoLine(reference, { receive: (shot) => again.push(shot), seed: 42 });
    for (let i = 0; i < 20; i += 1) {
      line.shoot();
      other.shoot();
    }
    expect(again.map(({ values }) => values)).toEqual(shots.map(({ values }) => values));
  });

  it('switches the product in a new run', () => {
    line.shoot();
    line.shoot();
    const next = line.products[1]!;
    line.setProduct(next);
    line.shoot();
    expect(line.run).toBe(2);
    expect(shots.at(-1)!.values[0]).toBe(Number(next));
    expect(shots.map(({ values }) => values[SHOT_INDEX])).toEqual([1, 2, 1]);
  });

  it('begins a new run where runs usually end', () => {
    const end = reference.products[line.product]!.usual.Process_Shot![1];
    for (let i = 0; i < end + 1; i += 1) line.shoot();
    expect(shots.at(-2)!.values[SHOT_INDEX]).toBe(Math.ceil(end));
    expect(shots.at(-1)!.values[SHOT_INDEX]).toBe(1);
    expect(line.run).toBe(2);
  });

  it('aborts one shot only and mends everything at once', () => {
    line.abortNextShot();
    line.loseSensor('Sensor_Coolant_Temp');
    line.shoot();
    line.mend();
    line.shoot();
    const speeds = shots.map(({ values }) => values[FEATURE_INDEX.Process_High_Velocity]);
    expect(speeds[0]).toBe(0);
    expect(speeds[1]).toBeGreaterThan(1);
    expect(shots.map(({ values }) => values.some(Number.isNaN))).toEqual([true, false]);
  });

  it('refuses what it cannot do', () => {
    expect(() => line.setProduct('__proto__')).toThrow(RangeError);
    expect(() => line.setRate(DEMO_RATE.fastest + 1)).toThrow(RangeError);
    expect(() => line.setRate(Number.NaN)).toThrow(RangeError);
    expect(() => line.drift('Sensor_Air_Pressure_Min', 0.1)).toThrow(RangeError);
  });
});
