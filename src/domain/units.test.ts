import { expect, test } from 'vitest';
import { fromDisplay, toDisplay } from './units.ts';

const metric = { pressure: 'MPa', force: 'kN' } as const;

test('a pressure and a force are shown in the chosen unit', () => {
  // 1 at = 98 066.5 Pa (ISO 80000-4); 1 tonf = 1000 kgf = 9 806.65 N.
  expect(toDisplay(1000, 'kgf/cm2', metric)).toBeCloseTo(98.0665, 10);
  expect(toDisplay(350, 'tonf', metric)).toBeCloseTo(3432.3275, 10);
});

test('what is typed in the shown unit is stored in the recorded one', () => {
  expect(fromDisplay(98.0665, 'kgf/cm2', metric)).toBeCloseTo(1000, 9);
  expect(fromDisplay(700, 'degC', metric)).toBe(700);
});

test('a signal that the plant records in MPa or kN is shown in the chosen unit and read back', () => {
  const kgf = { pressure: 'kgf/cm2', force: 'tonf' } as const;
  expect(toDisplay(98.0665, 'MPa', kgf)).toBeCloseTo(1000, 9);
  expect(toDisplay(98.0665, 'MPa', metric)).toBe(98.0665);
  expect(fromDisplay(350, 'kN', kgf)).toBeCloseTo(3432.3275, 9);
});
