import type { Cavity, Defect } from '../../domain/defect.ts';
import { shareOf, type ShareEstimate } from '../../domain/share.ts';
import type { FieldPart } from './parts.ts';

/** Which findings are counted; what is left out counts all. */
export interface ParetoFilter {
  readonly product?: number | null | undefined;
  readonly cavity?: Cavity | undefined;
  readonly run?: number | undefined;
}

/** A kind of defect in its place in the order of frequency. */
export interface ParetoEntry {
  readonly defect: Defect;
  /** Parts with this defect in the cavities asked for; one that shows it in both counts once. */
  readonly count: number;
  /** Of the inspected parts, the share with this defect. */
  readonly share: ShareEstimate;
  /** This and all more frequent ones, as a share of all findings. */
  readonly cumulative: number;
}

/** The kinds of defect by frequency, the most frequent first. */
export function paretoOf(parts: readonly FieldPart[], { product, cavity, run }: ParetoFilter = {}): ParetoEntry[] {
  const chosen = parts.filter((part) => (product === undefined || part.product === product) && (run === undefined || part.run === run));
  const counts = new Map<Defect, number>();
  for (const { findings } of chosen) {
    const kinds = new Set(findings.filter((one) => cavity === undefined || one.cavity === cavity).map(({ defect }) => defect));
    for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let sum = 0;
  return [...counts]
    .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
    .map(([defect, count]) => {
      sum += count;
      return { defect, count, share: shareOf(count, chosen.length), cumulative: sum / all };
    });
}

/** One cell of the table that stands behind the Pareto chart. */
export interface DefectCell {
  readonly product: number | null;
  readonly cavity: Cavity;
  readonly run: number;
  readonly defect: Defect;
  readonly count: number;
  /** Of the inspected parts of that product and run. */
  readonly share: ShareEstimate;
}

/** Findings by product, cavity and run, the most frequent first. */
export function defectCells(parts: readonly FieldPart[]): DefectCell[] {
  const inspected = new Map<string, number>();
  const cells = new Map<string, Omit<DefectCell, 'share'>>();
  for (const { product, run, findings } of parts) {
    const place = `${product}/${run}`;
    inspected.set(place, (inspected.get(place) ?? 0) + 1);
    for (const { defect, cavity } of findings) {
      const key = `${place}/${cavity}/${defect}`;
      cells.set(key, { product, run, cavity, defect, count: (cells.get(key)?.count ?? 0) + 1 });
    }
  }
  return [...cells.values()]
    .map((cell) => ({ ...cell, share: shareOf(cell.count, inspected.get(`${cell.product}/${cell.run}`) ?? 0) }))
    .sort((a, b) => b.count - a.count || a.run - b.run || a.cavity - b.cavity || a.defect.localeCompare(b.defect));
}
