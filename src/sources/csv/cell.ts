/**
 * The text of one cell as a number, by a strict grammar: what is not wholly a number is text, never a guess.
 */

const POINT_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const COMMA_NUMBER = /^[+-]?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const PLUS = 0x2b;
const NINE = 0x39;
const MISSING: ReadonlySet<string> = new Set(['', 'nan', '-nan', 'na', 'n/a', '#n/a', 'null', 'none']);

/**
 * Reads a cell.
 *
 * @returns the number; NaN for a missing value (empty, NaN, NA, null); plus or minus Infinity for `inf` and for what
 * overflows a double (`1e400`); `null` for text
 */
export function readCell(text: string): number | null {
  const plain = plainNumber(text);
  if (!Number.isNaN(plain)) return plain;
  if (POINT_NUMBER.test(text)) return Number(text);
  const trimmed = text.trim();
  if (POINT_NUMBER.test(trimmed)) return Number(trimmed);
  if (COMMA_NUMBER.test(trimmed)) return Number(trimmed.replace(',', '.'));
  if (MISSING.has(trimmed.toLowerCase())) return Number.NaN;
  if (INFINITE.test(trimmed)) return trimmed.startsWith('-') ? -Infinity : Infinity;
  return null;
}

/**
 * A number with a decimal point or none, as nearly every cell has it; NaN for whatever {@link readCell} has to look at. What starts with a digit, a sign or a point is read alike by `Number` and by the
 * grammar, but for `0x1f` and the like, whose second character is a letter.
 */
export function plainNumber(text: string): number {
  const first = text.charCodeAt(0);
  if (!(first >= PLUS && first <= NINE) || text.charCodeAt(1) > NINE) return NaN;
  const value = Number(text);
  return Math.abs(value) < Infinity ? value : NaN;
}

/** Whether a cell is a number written with a decimal comma. */
export function hasDecimalComma(text: string): boolean {
  return text.includes(',') && COMMA_NUMBER.test(text.trim());
}

/** Whether a cell is a number written with a decimal point. */
export function hasDecimalPoint(text: string): boolean {
  return text.includes('.') && POINT_NUMBER.test(text.trim());
}
