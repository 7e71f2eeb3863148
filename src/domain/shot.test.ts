import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FEATURE_COUNT, FEATURE_NAMES, FEATURE_INDEX } from './feature.ts';
import { parseShot, sameValues } from './shot.ts';

const origin = { source: 'api', receivedAt: 0 } as const;
const complete = (): Record<string, unknown> => Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, i + 0.5]));

/** What JSON or a program may hand over for one value. */
const anyValue = fc.oneof(
  fc.double(),
  fc.constant(null),
  fc.string(),
  fc.boolean(),
  fc.object(),
  fc.constant(undefined),
  fc.constant(Infinity),
);

const isNumberOrMissing = (value: unknown): boolean =>
  typeof value === 'number' || value === null || (typeof value === 'string' && value.trim() === '');

test('30 numbers by name become 30 values in the order of the inputs', () => {
  const parsed = parseShot(complete(), origin);
  expect(parsed).toMatchObject({ ok: true });
  if (parsed.ok) expect([...parsed.value.values]).toEqual(FEATURE_NAMES.map((_, i) => i + 0.5));
});

test('null, blank and NaN are missing values, infinities stay what they are', () => {
  const shot = parseShot(
    {
      ...complete(),
      Process_Shot: null,
      Process_Velocity_1: ' ',
      Process_Velocity_2: NaN,
      Process_Velocity_3: JSON.parse('1e400') as number,
      Process_High_Velocity: -Infinity,
    },
    origin,
  );
  if (!shot.ok) throw new Error('the shot was rejected');
  expect([...shot.value.values.slice(1, 6)]).toEqual([NaN, NaN, NaN, Infinity, -Infinity]);
});

test('every bad field is named with its problem', () => {
  const { Process_Shot: _absent, ...rest } = complete();
  const parsed = parseShot({ ...rest, Process_Velocity_1: '0.15', Sensor_Air_Pressure: true, Process_Spray_Time: {} }, origin);
  expect(parsed).toMatchObject({
    ok: false,
    error: {
      code: 'shot_invalid',
      retryable: false,
      params: {
        fields: [
          { name: 'Process_Shot', problem: 'absent' },
          { name: 'Process_Velocity_1', problem: 'not_a_number' },
          { name: 'Process_Spray_Time', problem: 'not_a_number' },
          { name: 'Sensor_Air_Pressure', problem: 'not_a_number' },
        ],
      },
    },
  });
});

test.each([[null], [undefined], [5], ['x'], [[1, 2, 3]]])('%j is no set of features', (input) => {
  expect(parseShot(input, origin)).toMatchObject({ ok: false, error: { code: 'request_invalid' } });
});

describe('a hostile key', () => {
  test('__proto__ gives no values and changes no object', () => {
    const input: unknown = JSON.parse(
      `{"__proto__": ${JSON.stringify(complete())}, "constructor": 1, "${FEATURE_NAMES[0]}": 1}`,
    );
    const parsed = parseShot(input, origin);
    expect(parsed).toMatchObject({ ok: false, error: { code: 'shot_invalid' } });
    if (!parsed.ok && parsed.error.code === 'shot_invalid') expect(parsed.error.params.fields).toHaveLength(FEATURE_COUNT - 1);
    expect(({} as Record<string, unknown>)['Process_Shot']).toBeUndefined();
  });

  test('beside 30 good values does no harm', () => {
    const input: unknown = JSON.parse(JSON.stringify(complete()).replace('{', '{"__proto__": {"Process_Shot": "x"}, '));
    expect(parseShot(input, origin)).toMatchObject({ ok: true });
  });
});

test('whatever the values, a shot is taken exactly when all are numbers or missing, else all bad ones are named', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...FEATURE_NAMES), anyValue, { noNullPrototype: true }), (changes) => {
      const input = { ...complete(), ...changes };
      const bad = FEATURE_NAMES.filter((name) => !isNumberOrMissing(input[name]));
      const parsed = parseShot(input, origin);
      if (parsed.ok) {
        expect(bad).toEqual([]);
        for (const name of FEATURE_NAMES) {
          const value = input[name];
          expect(parsed.value.values[FEATURE_INDEX[name]]).toBe(typeof value === 'number' ? value : NaN);
        }
      } else {
        expect(parsed.error.code).toBe('shot_invalid');
        if (parsed.error.code === 'shot_invalid') expect(parsed.error.params.fields.map(({ name }) => name)).toEqual(bad);
      }
    }),
  );
});

test('two shots repeat each other when all values are equal, missing ones included', () => {
  const a = new Float64Array(FEATURE_COUNT).fill(1);
  a[3] = NaN;
  const b = a.slice();
  expect(sameValues(a, b)).toBe(true);
  b[29] = 1 + Number.EPSILON;
  expect(sameValues(a, b)).toBe(false);
  expect(sameValues(a, new Float64Array(FEATURE_COUNT).fill(1))).toBe(false);
});
