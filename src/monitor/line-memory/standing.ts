import { EXPERT_NAMES, type ExpertName, type Said } from './constants.ts';
import { logLoss } from './mixture.ts';

/** A label with what had been said of its shot. */
export interface Judged {
  readonly defective: boolean;
  readonly said: Said;
  /** The displayed mixture. */
  readonly mixture: number;
}

export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export type PredictorName = ExpertName | 'mixture';

/** How right one predictor has been. Null where it is not defined (an AUC without both classes). */
export interface Score {
  readonly predictor: PredictorName;
  /** Labels of shots it spoke of. */
  readonly labels: number;
  readonly logLoss: Interval;
  readonly brier: Interval;
  readonly auc: Interval | null;
  /** The run rate's log-loss less its own on the same shots: above 0, it was better. */
  readonly gain: Interval;
}

/** Fewer labels say nothing about who is right. */
export const FEWEST_LABELS = 30;

const Z = 1.959964;
/** Labels that are taken as one observation: neighbours share what the line was doing. */
const BATCH = 10;

/** The scores of every predictor that spoke, the mixture last. */
export function scores(labels: readonly Judged[]): readonly Score[] {
  return [...EXPERT_NAMES, 'mixture' as const].flatMap((predictor) => {
    const rows = labels.flatMap(({ defective, said, mixture }) => {
      const p = predictor === 'mixture' ? mixture : said[predictor];
      const rate = said.run_rate;
      return p === undefined || rate === undefined ? [] : [{ p, defective, rate }];
    });
    if (rows.length === 0) return [];
    return [
      {
        predictor,
        labels: rows.length,
        logLoss: meanWithInterval(rows.map(({ p, defective }) => logLoss(p, defective))),
        brier: meanWithInterval(rows.map(({ p, defective }) => (p - (defective ? 1 : 0)) ** 2)),
        auc: aucWithInterval(rows),
        gain: meanWithInterval(rows.map(({ p, defective, rate }) => logLoss(rate, defective) - logLoss(p, defective))),
      },
    ];
  });
}

/** What may be said of the shot models: whether one has beaten the run rate on this line's own labels. */
export type Standing =
  | { readonly kind: 'unknown'; readonly labels: number }
  | { readonly kind: 'unproven'; readonly labels: number }
  | { readonly kind: 'behind'; readonly labels: number }
  | { readonly kind: 'proven'; readonly labels: number; readonly model: 'field' | 'legacy' | 'run_rate_tilt' };

const MODELS = ['field', 'legacy', 'run_rate_tilt'] as const;

/** The standing of what is said from the signals: proven only where its gain on the run rate lies above 0. */
export function standing(all: readonly Score[]): Standing {
  const labels = all.find(({ predictor }) => predictor === 'run_rate')?.labels ?? 0;
  if (labels < FEWEST_LABELS) return { kind: 'unknown', labels };
  const models = all.filter((score): score is Score & { predictor: (typeof MODELS)[number] } =>
    MODELS.some((name) => name === score.predictor),
  );
  const best = models
    .filter(({ labels: own, gain }) => own >= FEWEST_LABELS && gain.low > 0)
    .sort((a, b) => b.gain.value - a.gain.value)[0];
  if (best) return { kind: 'proven', labels, model: best.predictor };
  const shotModels = models.filter(({ predictor }) => predictor !== 'run_rate_tilt');
  const behind = shotModels.length > 0 && shotModels.every(({ gain }) => gain.high < 0);
  return { kind: behind ? 'behind' : 'unproven', labels };
}

/** Mean with a 95 % interval from the spread of batch means. */
function meanWithInterval(values: readonly number[]): Interval {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // With few labels each one is its own batch; the standing waits for more anyway.
  const size = values.length >= 5 * BATCH ? BATCH : 1;
  const batches: number[] = [];
  for (let i = 0; i + size <= values.length; i += size) {
    let sum = 0;
    for (let j = i; j < i + size; j++) sum += values[j] ?? 0;
    batches.push(sum / size);
  }
  const n = batches.length;
  const centre = batches.reduce((sum, value) => sum + value, 0) / n;
  const spread = n > 1 ? Math.sqrt(batches.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (n - 1) / n) : Infinity;
  return { value: mean, low: mean - Z * spread, high: mean + Z * spread };
}

/** ROC-AUC (ties half) with the interval of Hanley & McNeil (1982); null without both classes. */
function aucWithInterval(rows: readonly { readonly p: number; readonly defective: boolean }[]): Interval | null {
  const sorted = [...rows].sort((a, b) => a.p - b.p);
  const bad = rows.filter(({ defective }) => defective).length;
  const good = rows.length - bad;
  if (bad === 0 || good === 0) return null;
  let wins = 0;
  let goodBelow = 0;
  for (let i = 0; i < sorted.length; ) {
    let j = i;
    let tiedGood = 0;
    let tiedBad = 0;
    for (; j < sorted.length && sorted[j]?.p === sorted[i]?.p; j++) {
      if (sorted[j]?.defective) tiedBad += 1;
      else tiedGood += 1;
    }
    wins += tiedBad * (goodBelow + tiedGood / 2);
    goodBelow += tiedGood;
    i = j;
  }
  const value = wins / (bad * good);
  const q1 = value / (2 - value);
  const q2 = (2 * value * value) / (1 + value);
  const variance = (value * (1 - value) + (bad - 1) * (q1 - value * value) + (good - 1) * (q2 - value * value)) / (bad * good);
  const half = Z * Math.sqrt(Math.max(0, variance));
  return { value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
}
