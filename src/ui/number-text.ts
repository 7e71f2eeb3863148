/** Reading a number that a person typed: decimal point or decimal comma, no thousands separators. */

/** What a text in a number field means. */
export type NumberText =
  | { readonly kind: 'empty' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'invalid' };

const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d{1,3})?$/i;

/**
 * Reads a typed number. Blank is `empty`; text, two separators ("1.234,5") and what overflows a double are `invalid`:
 * never a guess.
 */
export function readNumber(text: string): NumberText {
  const trimmed = text.trim().replace(/^[−–]/, '-');
  if (trimmed === '') return { kind: 'empty' };
  if (!NUMBER.test(trimmed)) return { kind: 'invalid' };
  const value = Number(trimmed.replace(',', '.'));
  return Number.isFinite(value) ? { kind: 'number', value } : { kind: 'invalid' };
}

/** The text a number field shows for a value: the shortest that reads back as the same number. */
export function writeNumber(value: number | null, decimalSeparator: '.' | ',' = '.'): string {
  if (value === null || !Number.isFinite(value)) return '';
  return String(value).replace('.', decimalSeparator);
}
