import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumber, writeNumber } from './number-text.ts';

describe('a typed number', () => {
  it.each([
    ['2.5', 2.5],
    ['2,5', 2.5],
    [' 12 ', 12],
    ['-3', -3],
    ['−3', -3],
    ['.5', 0.5],
    ['1.', 1],
    ['1e-3', 0.001],
  ])('%s is %d', (text, value) => {
    expect(readNumber(text)).toEqual({ kind: 'number', value });
  });

  it.each(['1.234,5', '1,234,567', 'abc', '1e400', 'Infinity', 'NaN', '0x10', '12 34', '--1', '.', '1e', '५'])(
    '%s is never guessed at',
    (text) => {
      expect(readNumber(text)).toEqual({ kind: 'invalid' });
    },
  );

  it('is empty when blank', () => {
    expect(readNumber('  ')).toEqual({ kind: 'empty' });
  });

  it('reads back what was written, with either separator', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom('.', ','), (value, separator) => {
        const reading = readNumber(writeNumber(value, separator));
        expect(reading).toEqual({ kind: 'number', value: value === 0 ? 0 : value });
      }),
    );
  });
});
