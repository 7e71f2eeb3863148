import { NO_SHARE, shareOf, type ShareEstimate } from '../../domain/share.ts';
import type { VerdictClass } from '../../domain/verdict.ts';
import { mixtureOf, recallOf, weightedShare, type Stratum, type WeightedShare } from './estimates.ts';
import type { FieldPart, Population } from './parts.ts';

/** Inspected parts by what was predicted and what was found. */
export type ConfusionMatrix = Readonly<Record<VerdictClass, { readonly good: number; readonly defective: number }>>;

/** An estimated number of parts with its interval. */
export interface CountEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How good the verdicts were, from inspected parts only. */
export interface FieldQuality {
  readonly inspected: number;
  readonly defective: number;
  readonly population: Population;
  readonly confusion: ConfusionMatrix;
  /** Of the inspected parts predicted defective, the share that was. */
  readonly precision: ShareEstimate;
  /** Share of the defective parts that were predicted defective; see {@link recallOf}. */
  readonly recall: ShareEstimate;
  /** Of the parts predicted good, the share that is defective: from the random checks alone. */
  readonly missShare: WeightedShare;
  /** Inspected parts that were predicted defective and are good. */
  readonly falseAlarms: number;
  /** Inspected parts that were predicted good and are defective, whoever chose them. */
  readonly missesFound: number;
  /** All parts predicted good that are defective, inspected or not; null without random checks. */
  readonly missesEstimated: CountEstimate | null;
  /** Good parts at the first inspection of all parts (ISO 22400-2: first pass yield). No rework is recorded. */
  readonly firstPassYield: ShareEstimate;
  /** Defective parts of all parts (ISO 22400-2: scrap ratio). */
  readonly scrapRatio: ShareEstimate;
  /** Random checks made, and asked for. */
  readonly checks: { readonly made: number; readonly asked: number };
}

/** The part says something of others: it was flagged or held, or the draw fell on it. */
export function isSampled({ verdict, asked, samplingRate }: FieldPart): boolean {
  return verdict.class !== 'ok' || (asked && samplingRate !== null && samplingRate > 0);
}

/**
 * How many parts an inspected one stands for. Of the flagged and of the held, those that nobody looked at are taken to be
 * like those that somebody did; a drawn part stands for 1 / rate others, and for the drawn that are still open. A part that
 * a person chose among the good ones stands for none: it was not left to chance.
 */
export function weighParts(parts: readonly FieldPart[], population: Population): Map<FieldPart, number> {
  const sampled = parts.filter(isSampled);
  const count = (of: VerdictClass): number => sampled.filter(({ verdict }) => verdict.class === of).length;
  // Counters may be behind the rows by a shot: nobody stands for less than itself.
  const of = (all: number, inspected: number): number => Math.max(1, all / Math.max(1, inspected));
  const each: Record<VerdictClass, number> = {
    ng: of(population.ng, count('ng')),
    hold: of(population.hold, count('hold')),
    ok: of(population.asked, count('ok')),
  };
  return new Map(
    sampled.map((part) => {
      const { class: verdict } = part.verdict;
      return [part, verdict === 'ok' ? each.ok / (part.samplingRate ?? 1) : each[verdict]];
    }),
  );
}

/** All figures of a stretch: its inspected parts, and how many parts there were. */
export function fieldQuality(parts: readonly FieldPart[], population: Population): FieldQuality {
  const weights = weighParts(parts, population);
  const confusion: Record<VerdictClass, { good: number; defective: number }> = {
    ok: { good: 0, defective: 0 },
    ng: { good: 0, defective: 0 },
    hold: { good: 0, defective: 0 },
  };
  for (const { verdict, defective } of parts) confusion[verdict.class][defective ? 'defective' : 'good'] += 1;
  const inClass = (of: VerdictClass): WeightedShare =>
    weightedShare([...weights].filter(([{ verdict }]) => verdict.class === of).map(([part, weight]) => ({ weight, hit: part.defective })));
  const missShare = inClass('ok');
  const precision = shareOf(confusion.ng.defective, confusion.ng.good + confusion.ng.defective);
  const flagged: Stratum = { population: population.ng, share: precision };
  const passed: Stratum = { population: population.ok, share: missShare };
  const scrapRatio = mixtureOf([flagged, passed, { population: population.hold, share: inClass('hold') }]);
  return {
    inspected: parts.length,
    defective: parts.filter(({ defective }) => defective).length,
    population,
    confusion,
    precision,
    recall: recallOf(flagged, passed),
    missShare,
    falseAlarms: confusion.ng.good,
    missesFound: confusion.ok.defective,
    missesEstimated:
      missShare.value === null || missShare.low === null || missShare.high === null
        ? null
        : {
            value: Math.max(confusion.ok.defective, population.ok * missShare.value),
            low: Math.max(confusion.ok.defective, population.ok * missShare.low),
            high: Math.max(confusion.ok.defective, population.ok * missShare.high),
          },
    firstPassYield: complement(scrapRatio),
    scrapRatio,
    checks: { made: missShare.of, asked: Math.max(population.asked, missShare.of) },
  };
}

function complement({ value, low, high, of }: ShareEstimate): ShareEstimate {
  return value === null || low === null || high === null ? { ...NO_SHARE, of } : { value: 1 - value, low: 1 - high, high: 1 - low, of };
}
