/** One row's cells as 30 numbers and a label mask, or what is wrong with them. */
import { FEATURE_NAMES } from '../../domain/feature.ts';
import { hasDecimalComma, hasDecimalPoint, plainNumber, readCell } from './cell.ts';
import type { BadCell } from './csv-error.ts';
import { LABELLED } from './labels.ts';
import type { CsvLayout } from './layout.ts';

const SHOWN_TEXT = 40;

function badCell(name: string, problem: BadCell['problem'], text: string): BadCell {
  return { name, problem, text: text.trim().slice(0, SHOWN_TEXT) };
}

/**
 * Reads the 30 inputs of a row into `target` from `offset` on: NaN where a value is missing, plus or minus Infinity
 * where it is not finite (both are accepted: the shot will be HOLD).
 *
 * @returns the cells that are no numbers, or `undefined` where there are none
 */
export function readValues(
  cells: readonly string[],
  layout: CsvLayout,
  target: Float64Array,
  offset: number,
): BadCell[] | undefined {
  let bad: BadCell[] | undefined;
  let comma = false;
  for (let feature = 0; feature < layout.features.length; feature += 1) {
    const text = cells[layout.features[feature] ?? -1] ?? '';
    const plain = plainNumber(text);
    if (!Number.isNaN(plain)) {
      target[offset + feature] = plain;
      continue;
    }
    const value = readCell(text);
    if (value === null) (bad ??= []).push(badCell(FEATURE_NAMES[feature] ?? '', 'not_a_number', text));
    else target[offset + feature] = value;
    comma ||= hasDecimalComma(text);
  }
  if (comma && inputTexts(cells, layout).some(hasDecimalPoint)) {
    inputTexts(cells, layout).forEach((text, feature) => {
      if (hasDecimalComma(text)) (bad ??= []).push(badCell(FEATURE_NAMES[feature] ?? '', 'mixed_decimals', text));
    });
  }
  return bad;
}

/** The texts of the 30 inputs, in their order. */
export function inputTexts(cells: readonly string[], layout: CsvLayout): string[] {
  return layout.features.map((column) => (cells[column] ?? '').trim());
}

/**
 * Reads the defect flags of a row. A flag is 0, or how often the defect was found: some logs count.
 *
 * @returns the label mask: bit of each flag that is set, and {@link LABELLED} where at least one flag is written
 * (all blank means that nobody inspected the shot); or the cells that are no such number
 */
export function readLabels(cells: readonly string[], layout: CsvLayout): number | BadCell[] {
  let mask = 0;
  let bad: BadCell[] | undefined;
  for (const { column, bit, name } of layout.defects) {
    const text = cells[column] ?? '';
    const flag = readCell(text);
    if (Number.isNaN(flag)) continue;
    if (flag === null || !(flag >= 0) || !Number.isInteger(flag)) (bad ??= []).push(badCell(name, 'not_a_flag', text));
    else mask |= LABELLED | (flag > 0 ? 1 << bit : 0);
  }
  return bad ?? mask;
}
