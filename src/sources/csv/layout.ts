/** What the header rows of a file say: which column is which input, and which are inspection's defect flags. */
import { FEATURE_COUNT, FEATURE_NAMES } from '../../domain/feature.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { readCell } from './cell.ts';
import { csvError, type CsvError } from './csv-error.ts';
import { defectBit } from './labels.ts';

/** Where each input stands in a file. */
export interface CsvLayout {
  /** `kamp`: two header rows (group, name) as in the public data set; `flat`: one. */
  readonly kind: 'kamp' | 'flat';
  /** Number of columns in the header. */
  readonly columns: number;
  /** Column of each of the 30 inputs, in the order of the inputs. */
  readonly features: readonly number[];
  /** Columns that hold a defect flag: bit of the label mask and name. */
  readonly defects: readonly { readonly column: number; readonly bit: number; readonly name: string }[];
  /** Names that mean nothing to the app, as they are spelled in the file. */
  readonly ignored: readonly string[];
}

const GROUPS: ReadonlySet<string> = new Set(['process', 'sensor', 'defects']);
const IDS: ReadonlySet<string> = new Set(['process_id', 'id']);

/** Names differ in blanks, dots and capitals between exports; their meaning does not. */
function normalise(name: string): string {
  return name.trim().replace(/[\s./-]+/g, '_').toLowerCase();
}

/** Every accepted spelling of an input, with and without its group. */
const FEATURE_SPELLINGS: ReadonlyMap<string, number> = new Map(
  FEATURE_NAMES.flatMap((name, index) => {
    const full = normalise(name);
    return [
      [full, index],
      [full.replace(/^(?:process|sensor)_/, ''), index],
    ] as const;
  }),
);

/** Whether a row is the first of two header rows: nothing but group names. A merged cell leaves blanks behind it. */
export function isGroupRow(cells: readonly string[]): boolean {
  return (
    GROUPS.has(normalise(cells[0] ?? '')) &&
    cells.every((cell) => cell.trim() === '' || GROUPS.has(normalise(cell)))
  );
}

/** The full names of a file with two header rows. */
function joinHeaderRows(groups: readonly string[], names: readonly string[]): string[] {
  let group = '';
  return names.map((name, column) => {
    group = groups[column]?.trim() || group;
    return name.trim() === '' ? '' : `${group}_${name.trim()}`;
  });
}

/**
 * Reads the header.
 *
 * @param file the file's name, for errors
 * @param rows the header row, or the two of them
 * @param line the file line of the last of them
 */
export function readLayout(file: string, rows: readonly (readonly string[])[], line: number): Result<CsvLayout, CsvError> {
  const [first = [], second] = rows;
  const names = second ? joinHeaderRows(first, second) : first.map((name) => name.trim());
  if (names.every((name) => readCell(name) !== null)) return err(csvError('no_header', { file, line }));

  const features = new Array<number>(FEATURE_COUNT).fill(-1);
  const defects = new Map<number, { column: number; bit: number; name: string }>();
  const duplicates = new Set<string>();
  const ignored: string[] = [];
  names.forEach((name, column) => {
    const feature = FEATURE_SPELLINGS.get(normalise(name));
    const bit = feature === undefined ? defectBit(normalise(name)) : undefined;
    if (feature !== undefined) {
      if (features[feature] !== -1) duplicates.add(FEATURE_NAMES[feature] ?? name);
      features[feature] = column;
    } else if (bit !== undefined) {
      if (defects.has(bit)) duplicates.add(name);
      defects.set(bit, { column, bit, name });
    } else if (name !== '' && !IDS.has(normalise(name))) {
      ignored.push(name);
    }
  });

  const missing = FEATURE_NAMES.filter((_, index) => features[index] === -1);
  const known = FEATURE_COUNT - missing.length;
  if (known < FEATURE_COUNT / 2) {
    const columns = names.filter((name) => name !== '').slice(0, 5).join(', ');
    return err(csvError('other_process', { file, line, known, expected: FEATURE_COUNT, columns }));
  }
  if (duplicates.size > 0) {
    return err(csvError('duplicate_columns', { file, line, columns: [...duplicates].join(', ') }));
  }
  if (missing.length > 0) {
    return err(csvError('missing_columns', { file, line, count: missing.length, columns: missing.join(', ') }));
  }
  return ok({
    kind: second ? 'kamp' : 'flat',
    columns: names.length,
    features,
    defects: [...defects.values()],
    ignored,
  });
}
