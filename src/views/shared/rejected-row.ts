/** What is wrong with a row of a file, in the language of the screen. */
import { isFeatureName } from '../../domain/feature.ts';
import { featureName, t } from '../../messages/index.ts';
import type { BadCell, RejectedRow } from '../../sources/csv/csv-error.ts';

/** The column of a bad cell by both its names: that of the screen and that of the file. */
function columnOf({ name }: BadCell): string {
  return isFeatureName(name) ? `${featureName(name)} (${name})` : name;
}

/** One sentence a problem, each naming row, line and column. */
export function describeRejection(row: RejectedRow): readonly string[] {
  const at = { row: row.row, line: row.line };
  switch (row.code) {
    case 'field_count':
      return [t('csv.row.field_count', { ...at, expected: row.expected, found: row.found })];
    case 'broken_quotes':
      return [t('csv.row.broken_quotes', { ...at, last: row.lastLine })];
    case 'bad_cells':
      return row.cells.map((cell) => t(`csv.row.${cell.problem}`, { ...at, column: columnOf(cell), text: cell.text }));
  }
}
