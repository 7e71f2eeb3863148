import { describe, expect, it } from 'vitest';
import type { ProductReference } from '../domain/bundle.ts';
import { FEATURES, FEATURE_INDEX, FEATURE_NAMES, type FeatureName } from '../domain/feature.ts';
import { deviationOf, furthestSignals } from './furthest.ts';

/** Every signal usually lies in 10..30 with the median at 15. */
const product = {
  usual: Object.fromEntries(FEATURE_NAMES.map((name) => [name, [10, 30]])),
  quantiles: Object.fromEntries(FEATURE_NAMES.map((name) => [name, [10, 11, 13, 15, 20, 28, 30]])),
} as unknown as ProductReference;

function shotWith(values: Partial<Record<FeatureName, number>>): Float64Array {
  const shot = new Float64Array(FEATURE_NAMES.length).fill(15);
  for (const [name, value] of Object.entries(values)) shot[FEATURE_INDEX[name as FeatureName]] = value;
  return shot;
}

describe('a signal against its usual range', () => {
  it('is as far away as the way from the median to the end on its side', () => {
    expect(deviationOf('Process_Velocity_1', 15, product)?.distance).toBe(0);
    expect(deviationOf('Process_Velocity_1', 30, product)).toMatchObject({ distance: 1, side: 'inside' });
    expect(deviationOf('Process_Velocity_1', 10, product)).toMatchObject({ distance: 1, side: 'inside' });
    expect(deviationOf('Process_Velocity_1', 45, product)).toMatchObject({ distance: 2, side: 'high' });
    expect(deviationOf('Process_Velocity_1', 5, product)).toMatchObject({ distance: 2, side: 'low' });
  });

  it('is beyond all measure when it left a range that has no width', () => {
    const rigid = { ...product, usual: { Process_Spray_Time: [7, 7] }, quantiles: { Process_Spray_Time: [7, 7, 7, 7, 7, 7, 7] } };
    expect(deviationOf('Process_Spray_Time', 7, rigid as unknown as ProductReference)?.distance).toBe(0);
    expect(deviationOf('Process_Spray_Time', 8, rigid as unknown as ProductReference)?.distance).toBe(Number.POSITIVE_INFINITY);
  });

  it('is nothing where the product has no range for it', () => {
    expect(deviationOf('Process_Spray_Time', 8, { usual: {}, quantiles: {} } as unknown as ProductReference)).toBeUndefined();
  });
});

describe('the furthest signals', () => {
  it('begin with the missing ones, then go by distance', () => {
    const shot = shotWith({ Sensor_Coolant_Temp: Number.NaN, Process_Cycle_Time: 60, Process_Spray_Time: 9 });
    const names = furthestSignals(shot, product, 3).map(({ name }) => name);
    expect(names).toEqual(['Sensor_Coolant_Temp', 'Process_Cycle_Time', 'Process_Spray_Time']);
  });

  it('never include product, counter or stored limits', () => {
    const strange = new Float64Array(FEATURE_NAMES.length).fill(99);
    const names = new Set<string>(furthestSignals(strange, product, 30).map(({ name }) => name));
    const excluded = FEATURES.filter(({ control, constant }) => control === 'C' || constant);
    expect(names.size).toBe(FEATURES.length - excluded.length);
    for (const { name } of excluded) expect(names).not.toContain(name);
  });
});
