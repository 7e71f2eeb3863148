/** Inspection's findings as one number a row, so that a file's labels fit a typed array. */
import { CAVITIES, DEFECTS, parseDefectColumn, type DefectFinding, type ShotLabels } from '../../domain/defect.ts';

/** Number of defect columns of a full file: 13 types in two cavities. */
export const DEFECT_COLUMN_COUNT = CAVITIES.length * DEFECTS.length;

/** Bit of a label mask that says that the shot was inspected at all. */
export const LABELLED = 1 << DEFECT_COLUMN_COUNT;

/** The bits of a label mask that hold findings: cavity 1 first, in the order of `DEFECTS`. */
export const FINDINGS = LABELLED - 1;

const COLUMNS: readonly DefectFinding[] = CAVITIES.flatMap((cavity) => DEFECTS.map((defect) => ({ defect, cavity })));

/** The bit of a defect column's name in any capitals, `undefined` for another name. */
export function defectBit(name: string): number | undefined {
  const words = name.toLowerCase().replace(/^defects_/, '').split('_');
  const found = parseDefectColumn(words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('_'));
  if (!found) return undefined;
  return COLUMNS.findIndex(({ defect, cavity }) => defect === found.defect && cavity === found.cavity);
}

/** The labels of a mask; `undefined` where the shot was not inspected. */
export function labelsOf(mask: number): ShotLabels | undefined {
  if ((mask & LABELLED) === 0) return undefined;
  const findings = COLUMNS.filter((_, bit) => (mask & (1 << bit)) !== 0);
  return { defective: findings.length > 0, findings };
}
