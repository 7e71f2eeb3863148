import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasDecimalComma, hasDecimalPoint, readCell } from './cell.ts';

describe('readCell', () => {
  it('reads back every double it is given as text', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(readCell(String(value))).toBe(value === 0 ? value + 0 : value);
      }),
    );
  });

  it('reads a decimal comma as a decimal point', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = String(value);
        expect(readCell(text.replace('.', ','))).toBe(readCell(text));
        expect(hasDecimalComma(text.replace('.', ','))).toBe(text.includes('.'));
        expect(hasDecimalPoint(text)).toBe(text.includes('.'));
      }),
    );
  });

  it('agrees with the JSON grammar wherever that has a number, and never makes one of other text', () => {
    const text = fc.string({ unit: fc.constantFrom(...'0123456789+-.,eExXnaif \t_') });
    fc.assert(
      fc.property(text, (cell) => {
        const value = readCell(cell);
        if (value !== null && Number.isFinite(value)) {
          expect(Number(cell.trim().replace(',', '.'))).toBe(value);
          expect(cell).toMatch(/\d/);
        }
        let json: unknown;
        try {
          json = JSON.parse(cell);
        } catch {
          return;
        }
        if (typeof json === 'number') expect(value).toBe(json);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['', ' ', 'NaN', 'nan', 'NA', 'N/A', '#N/A', 'null', 'None'])('takes %j as missing', (text) => {
    expect(readCell(text)).toBeNaN();
  });

  it.each([
    ['1e400', Infinity],
    ['-1e400', -Infinity],
    ['inf', Infinity],
    ['-Infinity', -Infinity],
    ['007', 7],
    ['+.5', 0.5],
    ['5.', 5],
    ['1E-3', 0.001],
  ])('reads %j as %d', (text, value) => {
    expect(readCell(text)).toBe(value);
  });

  it.each(['1,5,2', '1.234,5', '0x10', '0X1f', ' 0x10', '-0x10', '0b1', '0o7', '1_000', '1 000', '٣', '8.1bar', '1e', 'e5', '-', '.', ',', 'true', '{}'])(
    'refuses %j',
    (text) => {
      expect(readCell(text)).toBeNull();
    },
  );
});
