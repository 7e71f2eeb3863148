/**
 * The text of one cell as a number, by a strict grammar: what is not wholly a number is text, never a guess.
 */

const POINT_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const COMMA_NUMBER = /^[+-]?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const MISSING: ReadonlySet<string> = new Set(['', 'nan', '-nan', 'na', 'n/a', '#n/a', 'null', 'none']);

/**
 * Reads a cell.
 *
 * @returns the number; NaN for a missing value (empty, NaN, NA, null); plus or minus Infinity for `inf` and for what
 * overflows a double (`1e400`); `null` for text
 */
export function readCell(text: string): number | null {
  if (POINT_NUMBER.test(text)) return Number(text);
  const trimmed = text.trim();
  if (POINT_NUMBER.test(trimmed)) return Number(trimmed);
  if (COMMA_NUMBER.test(trimmed)) return Number(trimmed.replace(',', '.'));
  if (MISSING.has(trimmed.toLowerCase())) return Number.NaN;
  if (INFINITE.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  return null;
}

/** Whether a cell is a number written with a decimal comma. */
export function hasDecimalComma(text: string): boolean {
  return text.includes(',') && COMMA_NUMBER.test(text.trim());
}

/** Whether a cell is a number written with a decimal point. */
export function hasDecimalPoint(text: string): boolean {
  return text.includes('.') && POINT_NUMBER.test(text.trim());
}
