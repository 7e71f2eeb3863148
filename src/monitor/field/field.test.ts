import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareOf, wilson } from '../../domain/share.ts';
import type { VerdictClass } from '../../domain/verdict.ts';
import { fieldCalibration } from './calibration.ts';
import { compareBundles, mcNemar } from './comparison.ts';
import { mixtureOf, ratioInterval, recallOf, saysLittle, weightedShare } from './estimates.ts';
import { groupsOf, pChart } from './p-chart.ts';
import { defectCells, paretoOf } from './pareto.ts';
import type { FieldPart, Population } from './parts.ts';
import { fieldQuality } from './quality.ts';
import { DEFAULT_SHIFTS, findingsByShift, shiftAt } from './shifts.ts';

type Sampled = [population: number, inspected: number, defective: number];
interface Reference {
  wilson: { count: number; of: number; low: number; high: number }[];
  begg_greenes: { flagged: Sampled; passed: Sampled; sensitivity: number; specificity: number };
  recall: { case: string; flagged: Sampled; passed: Sampled; value: number; low: number; high: number; scrap: number }[];
  mcnemar: { a: number; b: number; p: number }[];
  laney: { flagged: number[]; shots: number[]; centre: number; sigma_z: number; low: number[]; high: number[] };
  weighted: { weights: number[]; hits: number[]; value: number; effective: number; low: number; high: number }[];
}

const reference = JSON.parse(readFileSync(new URL('../../../tests/corpus/field.json', import.meta.url), 'utf8')) as Reference;
const stratum = ([population, inspected, defective]: Sampled) => ({ population, share: shareOf(defective, inspected) });

let seq = 0;
function part(options: Partial<Omit<FieldPart, 'verdict'>> & { said?: VerdictClass; probability?: number } = {}): FieldPart {
  seq += 1;
  const { said = 'ok', probability = said === 'ng' ? 0.6 : 0.1, ...rest } = options;
  return {
    seq, at: 1_760_000_000_000 + seq * 30_000, run: 1, product: 1, shadow: null, asked: said === 'ok', samplingRate: said === 'ok' ? 0.1 : null,
    defective: false, findings: [], verdict: { class: said, probability, bundle: 'field-1.0.0' }, ...rest,
  };
}
const times = (count: number, options: Parameters<typeof part>[0]): FieldPart[] => Array.from({ length: count }, () => part(options));

describe('estimates', () => {
  it.each(reference.wilson)('Wilson, $count of $of, as SciPy has it', ({ count, of, low, high }) => {
    const share = shareOf(count, of);
    expect(share.low).toBeCloseTo(low, 12);
    expect(share.high).toBeCloseTo(high, 12);
  });

  it.each(reference.weighted)('weighted share with its effective sample size', ({ weights, hits, value, effective, low, high }) => {
    const share = weightedShare(weights.map((weight, i) => ({ weight, hit: hits[i] === 1 })));
    expect(share.value).toBeCloseTo(value, 12);
    expect(share.effective).toBeCloseTo(effective, 9);
    expect(share.low).toBeCloseTo(low, 9);
    expect(share.high).toBeCloseTo(high, 9);
  });

  it('recall of the published example (Begg and Greenes)', () => {
    const { flagged, passed, sensitivity, specificity } = reference.begg_greenes;
    expect(recallOf(stratum(flagged), stratum(passed)).value).toBeCloseTo(sensitivity, 3);
    // Specificity is the same with the roles of the groups and of the outcomes exchanged.
    const good = ([population, inspected, defective]: Sampled): Sampled => [population, inspected, inspected - defective];
    expect(recallOf(stratum(good(passed)), stratum(good(flagged))).value).toBeCloseTo(specificity, 3);
  });

  it.each(reference.recall)('recall and scrap: $case', ({ flagged, passed, value, low, high, scrap }) => {
    const recall = recallOf(stratum(flagged), stratum(passed));
    expect(recall.value).toBeCloseTo(value, 12);
    // The posterior's interval is another method: it agrees but for a few points. Where no miss was found Wilson's upper
    // limit of the misses is the wider one, and recall's lower limit the more careful.
    const careful = passed[2] === 0 ? 0.12 : 0.06;
    expect(recall.low as number).toBeGreaterThan(low - careful);
    expect(recall.low as number).toBeLessThan(low + 0.06);
    expect(Math.abs((recall.high as number) - high)).toBeLessThan(0.06);
    expect(mixtureOf([stratum(flagged), stratum(passed)]).value).toBeCloseTo(scrap, 12);
  });

  it('recall is not known without random checks, without flagged parts that were looked at, and without defects', () => {
    expect(recallOf(stratum([10, 5, 3]), stratum([100, 0, 0])).value).toBeNull();
    expect(recallOf(stratum([10, 0, 0]), stratum([100, 20, 1])).value).toBeNull();
    expect(recallOf(stratum([10, 5, 0]), stratum([100, 20, 0])).value).toBeNull();
    expect(recallOf(stratum([10, 5, 0]), stratum([100, 20, 2]))).toMatchObject({ value: 0, low: 0 });
  });

  it('intervals hold their estimate and stay within 0 and 1, whatever was counted', () => {
    const sampled = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(60), fc.nat(500)).map(([inspected, defective, others]): Sampled => [inspected + others, inspected, Math.min(defective, inspected)]);
    fc.assert(
      fc.property(sampled, sampled, (flagged, passed) => {
        for (const { value, low, high } of [recallOf(stratum(flagged), stratum(passed)), mixtureOf([stratum(flagged), stratum(passed)])]) {
          if (value === null || low === null || high === null) continue;
          expect(low).toBeGreaterThanOrEqual(0);
          expect(low).toBeLessThanOrEqual(value + 1e-12);
          expect(high).toBeGreaterThanOrEqual(value - 1e-12);
          expect(high).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('the recall interval covers the truth about as often as it says', () => {
    // 4,000 simulated shifts of 30 flagged parts (half inspected) and 1,200 passed ones (one in ten drawn).
    let state = 7;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const count = (n: number, p: number): number => Array.from({ length: n }, random).filter((u) => u < p).length;
    const truth = (30 * 0.5) / (30 * 0.5 + 1200 * 0.02);
    let covered = 0;
    const rounds = 4000;
    for (let i = 0; i < rounds; i += 1) {
      const { low, high } = recallOf(stratum([30, 15, count(15, 0.5)]), stratum([1200, 120, count(120, 0.02)]));
      if (low === null || high === null || (low <= truth && truth <= high)) covered += 1;
    }
    expect(covered / rounds).toBeGreaterThan(0.93);
  });

  it('the ratio of two shares has no upper limit where the second may be none', () => {
    expect(ratioInterval({ value: 0.2, ...wilson(0.2, 10) }, { value: 0, ...wilson(0, 10) }).high).toBe(Infinity);
  });

  it('says when an interval says little', () => {
    expect(saysLittle(shareOf(0, 0))).toBe(true);
    expect(saysLittle(shareOf(2, 4))).toBe(true);
    expect(saysLittle(shareOf(9, 12))).toBe(false);
  });

  it.each(reference.mcnemar)('McNemar: $a against $b, as SciPy has it', ({ a, b, p }) => {
    expect(mcNemar(a, b)).toBeCloseTo(p, 10);
    expect(mcNemar(b, a)).toBeCloseTo(p, 10);
  });

  it('McNemar also of more disagreements than 2^-n can hold', () => {
    expect(mcNemar(0, 0)).toBe(1);
    expect(mcNemar(1000, 1000)).toBeCloseTo(1, 1);
    expect(mcNemar(900, 1100)).toBeGreaterThan(0);
    expect(mcNemar(900, 1100)).toBeLessThan(1e-4);
  });
});

describe('field quality', () => {
  // A stretch of 1,000 parts predicted good (100 drawn, 80 of them inspected, 4 defective), 50 flagged (40 inspected, 25 defective).
  const parts = [
    ...times(76, {}), ...times(4, { defective: true }),
    ...times(3, { asked: false, defective: true }), ...times(2, { asked: false }),
    ...times(25, { said: 'ng', defective: true }), ...times(15, { said: 'ng' }),
  ];
  const population: Population = { ok: 1000, ng: 50, hold: 0, asked: 100 };
  const quality = fieldQuality(parts, population);

  it('counts what was inspected', () => {
    expect(quality.inspected).toBe(125);
    expect(quality.confusion).toEqual({ ok: { good: 78, defective: 7 }, ng: { good: 15, defective: 25 }, hold: { good: 0, defective: 0 } });
    expect(quality.falseAlarms).toBe(15);
    expect(quality.missesFound).toBe(7);
    expect(quality.checks).toEqual({ made: 80, asked: 100 });
  });

  it('takes precision from the flagged parts and recall from the random checks, by hand', () => {
    expect(quality.precision).toMatchObject({ value: 25 / 40, of: 40 });
    expect(quality.missShare).toMatchObject({ value: 0.05, of: 80 });
    // 50 x 25/40 = 31.25 found, 1,000 x 0.05 = 50 missed.
    expect(quality.recall.value).toBeCloseTo(31.25 / 81.25, 12);
    expect(quality.missesEstimated?.value).toBeCloseTo(50, 9);
    expect(quality.scrapRatio.value).toBeCloseTo(81.25 / 1050, 12);
    expect(quality.firstPassYield.value).toBeCloseTo(1 - 81.25 / 1050, 12);
  });

  it('parts that a person chose do not bend recall', () => {
    const more = fieldQuality([...parts, ...times(50, { asked: false, defective: true })], population);
    expect(more.recall.value).toBeCloseTo(quality.recall.value as number, 12);
    expect(more.missesFound).toBe(57);
    // There cannot have been fewer misses than were found.
    expect(more.missesEstimated?.low).toBeGreaterThanOrEqual(57);
  });

  it('a rate that was changed weighs the checks by the rate at which each was drawn', () => {
    const mixed = [...times(10, { samplingRate: 0.5, defective: true }), ...times(30, { samplingRate: 0.5 }), ...times(40, { samplingRate: 0.05 }), ...times(10, { said: 'ng', defective: true })];
    const { missShare } = fieldQuality(mixed, { ok: 880, ng: 10, hold: 0, asked: 80 });
    expect(missShare.value).toBeCloseTo((10 * 2) / (40 * 2 + 40 * 20), 12);
    expect(missShare.effective).toBeLessThan(80);
  });

  it('knows no recall and no yield without random checks', () => {
    const flagged = fieldQuality(times(20, { said: 'ng', defective: true }), { ok: 500, ng: 20, hold: 0, asked: 0 });
    expect(flagged.precision.value).toBe(1);
    expect(flagged.recall.value).toBeNull();
    expect(flagged.firstPassYield.value).toBeNull();
    expect(flagged.missesEstimated).toBeNull();
  });

  it('is empty without parts', () => {
    expect(fieldQuality([], { ok: 0, ng: 0, hold: 0, asked: 0 })).toMatchObject({ inspected: 0, precision: { value: null }, scrapRatio: { value: null } });
  });
});

describe('shifts', () => {
  const at = (text: string): number => new Date(text).getTime();

  it('begin where the plant has them begin, also before midnight', () => {
    expect(shiftAt(at('2026-03-02T06:00'), DEFAULT_SHIFTS)).toEqual({ from: at('2026-03-02T06:00'), to: at('2026-03-02T14:00'), number: 1 });
    expect(shiftAt(at('2026-03-03T05:59:59'), DEFAULT_SHIFTS)).toEqual({ from: at('2026-03-02T22:00'), to: at('2026-03-03T06:00'), number: 3 });
    expect(shiftAt(at('2026-03-03T00:30'), { start: 19, hours: 12 })).toEqual({ from: at('2026-03-02T19:00'), to: at('2026-03-03T07:00'), number: 1 });
  });

  it('hold false alarms and misses with their sample sizes', () => {
    const morning = at('2026-03-02T08:00');
    const night = at('2026-03-02T23:00');
    const [latest, first] = findingsByShift(
      [part({ said: 'ng', at: morning }), part({ said: 'ng', defective: true, at: morning }), part({ defective: true, at: night }), part({ at: night })],
      DEFAULT_SHIFTS,
    );
    expect(first).toMatchObject({ inspected: 2, falseAlarms: { count: 1, of: 2 }, misses: { count: 0, of: 0, value: null } });
    expect(latest).toMatchObject({ shift: { number: 3 }, misses: { count: 1, of: 2 } });
  });
});

describe('Pareto', () => {
  const stain = { defect: 'Stain', cavity: 1 } as const;
  const parts = [
    part({ defective: true, findings: [stain, { defect: 'Stain', cavity: 2 }] }),
    part({ defective: true, findings: [stain] }),
    part({ defective: true, findings: [{ defect: 'Crack', cavity: 2 }], product: 2, run: 9 }),
    part({}),
  ];

  it('counts parts by kind, once a part, and their share of all inspected', () => {
    const [first, second] = paretoOf(parts);
    expect(first).toMatchObject({ defect: 'Stain', count: 2, share: { of: 4, value: 0.5 }, cumulative: 2 / 3 });
    expect(second).toMatchObject({ defect: 'Crack', count: 1, cumulative: 1 });
  });

  it('by product, cavity and run', () => {
    expect(paretoOf(parts, { product: 2 })).toMatchObject([{ defect: 'Crack', share: { of: 1 } }]);
    expect(paretoOf(parts, { cavity: 2, run: 1 })).toMatchObject([{ defect: 'Stain', count: 1, share: { of: 3 } }]);
    expect(defectCells(parts)).toMatchObject([
      { product: 1, run: 1, cavity: 1, defect: 'Stain', count: 2 },
      { product: 1, run: 1, cavity: 2, defect: 'Stain', count: 1 },
      { product: 2, run: 9, cavity: 2, defect: 'Crack', count: 1, share: { of: 1 } },
    ]);
  });
});

describe("p' chart", () => {
  const { flagged, shots, centre, sigma_z, low, high } = reference.laney;

  it('has the limits of the paper', () => {
    const chart = pChart(flagged.map((count, i) => ({ flagged: count, shots: shots[i] as number })));
    expect(chart?.centre).toBeCloseTo(centre, 12);
    expect(chart?.sigmaZ).toBeCloseTo(sigma_z, 12);
    chart?.points.forEach((point, i) => {
      expect(point.low).toBeCloseTo(low[i] as number, 12);
      expect(point.high).toBeCloseTo(high[i] as number, 12);
    });
  });

  it('cannot be drawn from one group or from none flagged', () => {
    expect(pChart([{ shots: 50, flagged: 3 }])).toBeNull();
    expect(pChart([{ shots: 50, flagged: 0 }, { shots: 50, flagged: 0 }])).toBeNull();
  });

  it('groups all shots, a short rest with the last', () => {
    expect(groupsOf(Array.from({ length: 120 }, (_, i) => i % 10 === 0), 50).map((group) => group.shots)).toEqual([50, 70]);
    expect(groupsOf([true], 50)).toEqual([{ shots: 1, flagged: 1 }]);
  });
});

describe('calibration in the field', () => {
  it('compares what was predicted with what was found, bin by bin', () => {
    const parts = Array.from({ length: 80 }, (_, i) => part({ said: 'ng', probability: (i + 0.5) / 80, defective: i % 2 === 1 }));
    const calibration = fieldCalibration(parts, { ok: 0, ng: 80, hold: 0, asked: 0 });
    expect(calibration?.bins).toHaveLength(8);
    expect(calibration?.expected).toBeCloseTo(0.5, 12);
    expect(calibration?.bins[0]).toMatchObject({ parts: 10, found: { value: 0.5, of: 10 } });
    expect(calibration?.bins[7]?.predicted).toBeCloseTo(0.9375, 12);
  });

  it('leaves held parts out and is null without any', () => {
    expect(fieldCalibration([part({ said: 'hold' })], { ok: 0, ng: 0, hold: 1, asked: 0 })).toBeNull();
  });
});

describe('both bundles on the same parts', () => {
  it('counts who was right, and weighs what the parts stand for', () => {
    const shadow = (said: VerdictClass, probability: number) => ({ class: said, probability, bundle: 'legacy-1.0.0' });
    const parts = [
      ...times(6, { said: 'ng', defective: true, shadow: shadow('ng', 0.9) }),
      ...times(4, { said: 'ng', shadow: shadow('ok', 0.2) }),
      ...times(8, { shadow: shadow('ok', 0.1) }),
      ...times(2, { defective: true, shadow: shadow('ng', 0.8) }),
      ...times(5, {}),
    ];
    const [comparison] = compareBundles(parts, { ok: 150, ng: 10, hold: 0, asked: 15 });
    expect(comparison).toMatchObject({ parts: 20, onlyInUse: 0, onlyShadow: 6 });
    expect(comparison?.pValue).toBeCloseTo(2 * 0.5 ** 6, 12);
    expect(comparison?.inUse).toMatchObject({ bundle: 'field-1.0.0', precision: { value: 0.6, of: 10 } });
    // Each drawn part stands for ten: the two misses weigh 20 against the 6 found.
    expect(comparison?.inUse.recall.value).toBeCloseTo(6 / 26, 12);
    expect(comparison?.shadow).toMatchObject({ bundle: 'legacy-1.0.0', precision: { value: 1 }, recall: { value: 1 } });
  });
});
