import type { ExpertMixture, LineMemory as Constants } from '../../domain/bundle.ts';
import { alarmsOfNewRun, NO_ALARM, raise, type Alarm, type AlarmState } from './alarms.ts';
import { DEFAULT_MIXTURE, recentConstants, startWeights, type ExpertName, type Said, type Weights } from './constants.ts';
import { designCusum, type CusumDesign } from './cusum.ts';
import { logOdds, sayAll } from './experts.ts';
import { learnWeights, mixtureProbability } from './mixture.ts';
import { scores, type Judged, type Score } from './standing.ts';
import { learnLabel, NO_LABELS, rateInterval, runRate, type TrackerState } from './tracker.ts';

/** Why a run began. */
export type RunReason = 'first' | 'product' | 'counter' | 'die_change' | 'stop' | 'by_hand';

/** A shot as the line memory sees it. */
export interface SeenShot {
  readonly id: string;
  /** When it was made, milliseconds since the epoch. */
  readonly at: number;
  readonly product: number;
  /** The machine's counter since its run began; NaN where it is not known. */
  readonly counter: number;
  /** Calibrated probabilities of the shot models, by kind. */
  readonly models: Readonly<Partial<Record<'field' | 'legacy', number>>>;
}

/** What is said of a shot before its label: part of the verdict's record, enough to learn from the label later. */
export interface MemoryRecord {
  readonly shotId: string;
  readonly run: number;
  readonly product: number;
  readonly said: Said;
  /** What is displayed: the mixture, or the pinned predictor. Null where nobody spoke. */
  readonly probability: number | null;
  readonly mixture: number | null;
  readonly weights: Weights;
  readonly pinned: ExpertName | null;
  /** Labels of the run that it was made with. */
  readonly labels: number;
}

/** An inspection's finding of a shot that was seen. */
export interface Finding {
  readonly record: MemoryRecord;
  readonly defective: boolean;
  /** See `plan.ts`; 1 without a plan. */
  readonly weight: number;
  /** When it was recorded, milliseconds since the epoch. */
  readonly at: number;
}

export interface RunView {
  readonly number: number;
  readonly reason: RunReason;
  readonly product: number | null;
  readonly shots: number;
  readonly labels: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

export interface LineMemoryOptions {
  /** A pause between two shots that begins a new run, in milliseconds. */
  readonly stopMs?: number;
  /** The lower bound of the run rate from which the line is warned. */
  readonly alarmLimit?: number;
}

const STOP_MS = 2 * 3600_000;
const ALARM_LIMIT = 0.15;
/** The CUSUM watches for a doubling of the prior rate, with at least so many inspected shots between false alarms. */
const CUSUM_RATIO = 2;
const CUSUM_ARL0 = 500;
const CERTAIN = 1e-6;
/** Shots whose record is kept here; findings of older ones bring theirs from the journal. */
const KEPT_RECORDS = 20_000;

interface Run {
  readonly number: number;
  readonly reason: RunReason;
  product: number | null;
  shots: number;
  tracker: TrackerState;
  recent: TrackerState;
  odds: { sum: number; count: number };
  lastAt: number;
  lastCounter: number;
}

/**
 * What one line has learned: the run's defect rate, and how much each predictor is to be believed, per product. Plain state
 * that is a fold over shots and findings in their recorded order: the same events give the same state to the last bit.
 */
export class LineMemory {
  readonly #constants: Constants;
  readonly #mixture: ExpertMixture;
  readonly #recent: Constants;
  readonly #cusum: CusumDesign;
  readonly #options: Required<LineMemoryOptions>;
  #run: Run;
  #weights = new Map<number, Weights>();
  #pinned: ExpertName | null = null;
  #alarms: AlarmState = NO_ALARM;
  /** The newest shots, and the generation before them: what is older is forgotten a generation at a time. */
  #records = new Map<string, MemoryRecord>();
  #olderRecords = new Map<string, MemoryRecord>();
  /** In the order they were first recorded; a correction changes its entry in place. */
  #findings: Finding[] = [];
  readonly #place = new Map<string, number>();

  constructor(constants: Constants, options: LineMemoryOptions = {}) {
    this.#constants = constants;
    this.#mixture = constants.mixture ?? DEFAULT_MIXTURE;
    this.#recent = recentConstants(constants);
    this.#cusum = designCusum(constants.prior, Math.min(0.95, CUSUM_RATIO * constants.prior), CUSUM_ARL0);
    this.#options = { stopMs: options.stopMs ?? STOP_MS, alarmLimit: options.alarmLimit ?? ALARM_LIMIT };
    this.#run = newRun(1, 'first', -Infinity);
  }

  /** The run that is on. */
  get run(): RunView {
    const { number, reason, product, shots, tracker } = this.#run;
    const { low, high } = rateInterval(tracker, this.#constants);
    return { number, reason, product, shots, labels: tracker.seen, rate: runRate(tracker, this.#constants), low, high };
  }

  get pastRates(): { readonly low: number; readonly high: number } {
    return this.#constants.past_rates;
  }

  get cusum(): CusumDesign {
    return this.#cusum;
  }

  get pinned(): ExpertName | null {
    return this.#pinned;
  }

  /** Shows one predictor instead of the mixture, or the mixture again (null). */
  pin(name: ExpertName | null): void {
    this.#pinned = name;
  }

  /** The weights of a product's predictors as they stand. */
  weights(product: number): Weights {
    return this.#weights.get(product) ?? startWeights(this.#mixture);
  }

  /** A shot's record, where it was seen lately. */
  record(shotId: string): MemoryRecord | undefined {
    return this.#records.get(shotId) ?? this.#olderRecords.get(shotId);
  }

  /** A new run, whatever the signals say. */
  startRun(reason: RunReason): void {
    this.#run = newRun(this.#run.number + 1, reason, this.#run.lastAt);
    this.#alarms = alarmsOfNewRun(this.#alarms);
  }

  /** What is said of a shot; begins a new run where one has begun. The same shot again changes nothing. */
  observe(shot: SeenShot): MemoryRecord {
    const known = this.record(shot.id);
    if (known) return known;
    const reason = this.#newRunReason(shot);
    if (reason !== null) this.startRun(reason);
    const run = this.#run;
    run.product = shot.product;
    run.shots += 1;
    run.lastAt = shot.at;
    if (!Number.isNaN(shot.counter)) run.lastCounter = shot.counter;
    const { field } = shot.models;
    if (field !== undefined) {
      run.odds.sum += logOdds(Math.min(1 - CERTAIN, Math.max(CERTAIN, field)));
      run.odds.count += 1;
    }
    const said = sayAll({
      memory: this.#constants,
      recentMemory: this.#recent,
      tracker: run.tracker,
      recent: run.recent,
      models: shot.models,
      meanLogOdds: run.odds.count > 0 ? run.odds.sum / run.odds.count : null,
    });
    const weights = this.weights(shot.product);
    const mixture = mixtureProbability(weights, said);
    const record: MemoryRecord = {
      shotId: shot.id,
      run: run.number,
      product: shot.product,
      said,
      probability: (this.#pinned === null ? undefined : said[this.#pinned]) ?? mixture,
      mixture,
      weights,
      pinned: this.#pinned,
      labels: run.tracker.seen,
    };
    this.#records.set(shot.id, record);
    if (this.#records.size >= KEPT_RECORDS) {
      this.#olderRecords = this.#records;
      this.#records = new Map();
    }
    return record;
  }

  /**
   * A finding. The first of a shot is learned from; another one of the same shot corrects it, as if it had been so from the
   * beginning: what was said of other shots meanwhile stays as it was said. Returns the alarm it raises.
   */
  learn(finding: Finding): Alarm | null {
    const { shotId } = finding.record;
    const place = this.#place.get(shotId);
    if (place === undefined) {
      this.#place.set(shotId, this.#findings.length);
      this.#findings.push(finding);
      return this.#apply(finding);
    }
    const before = this.#findings[place];
    if (before?.defective === finding.defective) return null;
    if (before) this.#findings[place] = { ...before, defective: finding.defective };
    this.#relearn();
    return null;
  }

  /** Takes a finding back, as if it had never been. */
  withdraw(shotId: string): void {
    if (!this.#place.has(shotId)) return;
    this.#findings = this.#findings.filter(({ record }) => record.shotId !== shotId);
    this.#place.clear();
    for (const [i, { record }] of this.#findings.entries()) this.#place.set(record.shotId, i);
    this.#relearn();
  }

  /** How right every predictor has been, on the findings of a product or a run, or on all. */
  scores(of: { readonly product?: number; readonly run?: number } = {}): readonly Score[] {
    return scores(this.#judged(of));
  }

  /** What the pinned predictor has cost so far against the mixture, in nats a label; null where nothing is pinned. */
  pinnedCost(): number | null {
    const pinned = this.#pinned;
    if (pinned === null) return null;
    const all = this.scores();
    const own = all.find(({ predictor }) => predictor === pinned);
    const mixture = all.find(({ predictor }) => predictor === 'mixture');
    return own && mixture ? own.logLoss.value - mixture.logLoss.value : null;
  }

  #judged(of: { readonly product?: number; readonly run?: number }): Judged[] {
    return this.#findings.flatMap(({ record, defective }) =>
      (of.product !== undefined && record.product !== of.product) ||
      (of.run !== undefined && record.run !== of.run) ||
      record.mixture === null
        ? []
        : [{ defective, said: record.said, mixture: record.mixture }],
    );
  }

  #newRunReason(shot: SeenShot): RunReason | null {
    const { product, lastAt, lastCounter, shots } = this.#run;
    if (shots === 0) return null;
    if (product !== shot.product) return 'product';
    if (shot.counter < lastCounter) return 'counter';
    if (shot.at - lastAt > this.#options.stopMs) return 'stop';
    return null;
  }

  /** Learns from one finding: weights of its product, and the run rate where the run is still on. */
  #apply({ record, defective, weight, at }: Finding): Alarm | null {
    this.#weights.set(record.product, learnWeights(this.weights(record.product), record.said, defective, this.#mixture, weight));
    const run = this.#run;
    if (record.run !== run.number) return null;
    run.tracker = learnLabel(run.tracker, defective, this.#constants, weight);
    run.recent = learnLabel(run.recent, defective, this.#recent, weight);
    const { rate, low, high } = this.run;
    const { alarm, next } = raise(
      this.#alarms,
      { defective, at, run: run.number },
      { labels: run.tracker.seen, rate, low, high },
      { limit: this.#options.alarmLimit, cusum: this.#cusum },
    );
    this.#alarms = next;
    return alarm;
  }

  #relearn(): void {
    const { lastAt, raised } = this.#alarms;
    this.#weights = new Map();
    this.#run.tracker = NO_LABELS;
    this.#run.recent = NO_LABELS;
    // What was raised was raised: learning again raises nothing anew.
    this.#alarms = { ...NO_ALARM, lastAt: Infinity };
    for (const finding of this.#findings) this.#apply(finding);
    this.#alarms = { ...this.#alarms, lastAt, raised };
  }
}

function newRun(number: number, reason: RunReason, lastAt: number): Run {
  return {
    number,
    reason,
    product: null,
    shots: 0,
    tracker: NO_LABELS,
    recent: NO_LABELS,
    odds: { sum: 0, count: 0 },
    lastAt,
    lastCounter: -Infinity,
  };
}
