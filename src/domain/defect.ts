/** The 13 defect types, in the order of the data set's columns; each may be found in either cavity. */
export const DEFECTS = [
  'Short_Shot',
  'Bubble',
  'Exfoliation',
  'Blow_Hole',
  'Stain',
  'Dent',
  'Deformation',
  'Contamination',
  'Impurity',
  'Crack',
  'Scratch',
  'Burning_Mark',
  'Inclusions',
] as const;

export type Defect = (typeof DEFECTS)[number];

export const CAVITIES = [1, 2] as const;
export type Cavity = (typeof CAVITIES)[number];

/** One finding of an inspection: what, and in which cavity. */
export interface DefectFinding {
  readonly defect: Defect;
  readonly cavity: Cavity;
}

/** What inspection said of a shot: defective when there is any finding. */
export interface ShotLabels {
  readonly defective: boolean;
  readonly findings: readonly DefectFinding[];
}

/** The defect of a column name such as `Defects_Stain_2`; the data set spells `Buring_Mark`. */
export function parseDefectColumn(name: string): DefectFinding | null {
  const match = /^(?:Defects_)?(.+)_([12])$/.exec(name.trim());
  if (!match) return null;
  const spelled = match[1] === 'Buring_Mark' ? 'Burning_Mark' : match[1];
  const defect = DEFECTS.find((known) => known === spelled);
  return defect ? { defect, cavity: match[2] === '1' ? 1 : 2 } : null;
}
