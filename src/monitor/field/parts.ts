import type { VerdictClass } from '../../domain/verdict.ts';
import type { Finding } from '../../journal/format/records.ts';
import { currentInspection, totalOf, type ShotRow, type TallyRow } from '../../journal/store/rows.ts';

/** A part that was inspected, with what was predicted of it. */
export interface FieldPart {
  readonly seq: number;
  /** When the shot was received, ms since the epoch. */
  readonly at: number;
  readonly run: number;
  readonly product: number | null;
  readonly verdict: FieldVerdict;
  /** What the other bundle said, where it ran in shadow. */
  readonly shadow: FieldVerdict | null;
  /** The draw fell on this part: it stands for others that were predicted good. */
  readonly asked: boolean;
  /** Share of parts like this one that are drawn; null where none are. */
  readonly samplingRate: number | null;
  readonly defective: boolean;
  readonly findings: readonly Finding[];
}

/** What a bundle said of a part. */
export interface FieldVerdict {
  readonly class: VerdictClass;
  readonly probability: number | null;
  readonly bundle: string | null;
}

/** How many parts the figures speak for: all shots of the same stretch, inspected or not, repeats left out. */
export interface Population {
  readonly ok: number;
  readonly ng: number;
  readonly hold: number;
  /** Parts predicted good that were asked for inspection. */
  readonly asked: number;
}

export const NOBODY: Population = { ok: 0, ng: 0, hold: 0, asked: 0 };

/** The inspected parts among rows of the journal. A repeat is one part logged twice: it is left out. */
export function partsOf(rows: readonly ShotRow[]): FieldPart[] {
  return rows.flatMap((row) => {
    const inspection = currentInspection(row);
    const { shot, verdict, shadow } = row;
    if (!inspection || !shot || !verdict || shot.repeat) return [];
    return {
      seq: row.seq,
      at: shot.at,
      run: shot.run,
      product: shot.product,
      verdict: { class: verdict.class, probability: verdict.probability, bundle: verdict.bundle },
      shadow: shadow && { class: shadow.class, probability: shadow.probability, bundle: shadow.bundle },
      asked: verdict.asked,
      samplingRate: verdict.samplingRate,
      defective: inspection.outcome === 'defective',
      findings: inspection.findings,
    };
  });
}

/** The population of some days or runs, shots whose raw values are gone included. */
export function populationOf(tallies: readonly TallyRow[]): Population {
  return tallies.reduce((sum, row) => {
    const { ok, ng, hold, asked } = totalOf(row);
    return { ok: sum.ok + ok, ng: sum.ng + ng, hold: sum.hold + hold, asked: sum.asked + asked };
  }, NOBODY);
}
