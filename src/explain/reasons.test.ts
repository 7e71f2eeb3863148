import { expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { FEATURE_INDEX, FEATURE_NAMES } from '../domain/feature.ts';
import { allReasons, standingOf, topReasons } from './reasons.ts';
import { signalsOf } from './signals.ts';

const { reference, scaler } = readBundleFiles(bundleFolders()[0]!);
const product = reference.products['1']!;
const signals = signalsOf(scaler.constants, product.demo.coupled);

function attribution(effects: Partial<Record<string, [effect: number, error: number]>>) {
  const of = (part: 0 | 1) => Float64Array.from(signals, ({ name }) => effects[name]?.[part] ?? 0);
  return { base: 0.2, value: 0.4, effects: of(0), errors: of(1) };
}

const shot = Float64Array.from(product.golden_shot);
const reasons = allReasons(
  signals,
  attribution({
    Process_High_Velocity: [0.11, 0.002],
    Process_Spray_2_Time: [0.06, 0.002],
    Sensor_Coolant_Pressure: [0.04, 0.03],
    Process_Velocity_1: [0.03, 0.001],
    Process_Velocity_2: [0.02, 0.001],
    Process_Cycle_Time: [0.004, 0.0001],
    Process_Clamping_Force: [-0.07, 0.001],
  }),
  shot,
  product,
);

test('a suspect shot is explained by what raised its probability, at most three, beyond doubt', () => {
  expect(topReasons(reasons, true).map(({ name }) => name)).toEqual([
    'Process_High_Velocity',
    'Process_Spray_2_Time',
    // Not the coolant pressure: its effect lies within twice its error.
    'Process_Velocity_1',
  ]);
});

test('a good shot is explained by what lowered it', () => {
  expect(topReasons(reasons, false).map(({ name }) => name)).toEqual(['Process_Clamping_Force']);
});

test('each of the 30 inputs belongs to one signal', () => {
  const members = signals.flatMap((signal) => signal.members).toSorted((a, b) => a - b);
  expect(members).toEqual(FEATURE_NAMES.map((_, i) => i));
  expect(signals.find(({ name }) => name === 'Process_Cylinder_Pressure')?.members).toEqual([
    FEATURE_INDEX.Process_Cylinder_Pressure,
    FEATURE_INDEX.Process_Casting_Pressure,
  ]);
});

test('a value stands low, low for this product, in the middle, or high', () => {
  const [low, high] = product.usual['Process_Cylinder_Pressure']!;
  const [, , lower, median, upper] = product.quantiles['Process_Cylinder_Pressure']!;
  const standing = (value: number) => standingOf(product, 'Process_Cylinder_Pressure', value);
  expect([low - 6, lower! - 0.5, median!, upper! + 0.5, high + 1].map(standing)).toEqual(['low', 'lowish', 'middle', 'highish', 'high']);
  expect(standing(low)).not.toBe('low');
});
