import { expect, test } from 'vitest';
import { FEATURES } from '../../domain/feature.ts';
import type { Reason } from '../../explain/reasons.ts';
import { stepsOf, waterfallLabel } from './waterfall.ts';

const reasons = FEATURES.slice(2, 16).map(
  ({ name }, i): Reason => ({ name, index: i + 2, value: 1, standing: 'middle', usual: null, effect: (i % 2 ? -1 : 1) * 0.01 * (14 - i), error: 0 }),
);
const sum = reasons.reduce((total, { effect }) => total + effect, 0);
const attribution = { base: 0.2, value: 0.2 + sum, effects: new Float64Array(), errors: new Float64Array() };

test('the steps lead without a gap from the mean of ordinary shots to the shot, the small ones together', () => {
  const steps = stepsOf(attribution, [...reasons, { ...reasons[0]!, effect: 0 }]);
  expect(steps).toHaveLength(1 + 8 + 1 + 1);
  expect(steps[0]).toMatchObject({ kind: 'total', from: 0, to: 0.2 });
  const changes = steps.slice(1, -1);
  changes.reduce((at, { from, to }) => {
    expect(from).toBeCloseTo(at, 12);
    return to;
  }, 0.2);
  expect(changes.at(-1)!.to).toBeCloseTo(attribution.value, 12);
  expect(changes.at(-1)!.label).toBe('나머지 6개');
  expect(steps.at(-1)).toMatchObject({ kind: 'total', from: 0, to: attribution.value });
});

test('the chart is told in words, each step with its sign', () => {
  const label = waterfallLabel(attribution, stepsOf(attribution, reasons.slice(0, 2)));
  expect(label).toContain('20.0 %');
  expect(label).toContain('저속 1 +14.0 %p');
  expect(label).toContain('저속 2 −13.0 %p');
});
