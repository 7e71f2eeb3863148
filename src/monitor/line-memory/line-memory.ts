import type { ExpertMixture, LineMemory as Constants } from '../../domain/bundle.ts';
import type { VerdictMemory } from '../../domain/verdict.ts';
import { alarmsOfNewRun, NO_ALARM, raise, type Alarm, type AlarmState } from './alarms.ts';
import { DEFAULT_MIXTURE, recentConstants, startWeights, type ExpertName, type Said, type Weights } from './constants.ts';
import { cusumStep, designCusum, type CusumDesign } from './cusum.ts';
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
  /** NaN where it is not known; so below. */
  readonly product: number;
  /** The machine's counter since its run began. */
  readonly counter: number;
  /** Calibrated probabilities of the shot models, by kind. */
  readonly models: Readonly<Partial<Record<'field' | 'legacy', number>>>;
}

/** What is said of a shot before its label. */
export interface MemoryRecord extends VerdictMemory {
  readonly shotId: string;
  readonly product: number;
  readonly said: Said;
  readonly weights: Weights;
  readonly pinned: ExpertName | null;
}

/** What is needed of a shot to learn from its label. Of a shot of which nothing was said only the run's rate is learned. */
export type LearnedShot = Pick<MemoryRecord, 'shotId' | 'product' | 'run' | 'said' | 'mixture'>;

/** An inspection's finding of a shot. */
export interface Finding {
  readonly record: LearnedShot;
  readonly defective: boolean;
  /** See `plan.ts`; 1 without a plan. */
  readonly weight: number;
  /** When it was recorded, milliseconds since the epoch. */
  readonly at: number;
  /** Where the shot's first finding stands in the journal; without it, behind all that were learned before. */
  readonly order?: number;
}

/** What a record of before says of where the line stands; see {@link LineMemory.resume}. */
export interface Standpoint {
  readonly memory: VerdictMemory;
  readonly at: number;
  readonly product: number;
  readonly counter: number;
}

export interface RunView {
  /** The run's name, see `VerdictMemory`; null before its first shot. */
  readonly run: number | null;
  /** Null for a run that began before this start. */
  readonly reason: RunReason | null;
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

export const STOP_MS = 2 * 3600_000;
const ALARM_LIMIT = 0.15;
/** The CUSUM watches for a doubling of the prior rate, with at least so many inspected shots between false alarms. */
const CUSUM_RATIO = 2;
const CUSUM_ARL0 = 500;
const CERTAIN = 1e-6;
/** The newest labels by which the predictors are compared: about a month's. */
const SCORED = 5_000;
/** Shots that are recognised when they come again. */
const KEPT_RECORDS = 1_000;

interface Run {
  begun: number | null;
  readonly reason: RunReason | null;
  product: number;
  shots: number;
  tracker: TrackerState;
  recent: TrackerState;
  odds: { sum: number; count: number };
  lastAt: number;
  lastCounter: number;
}

/**
 * What one line has learned: the run's defect rate, and how much each predictor is to be believed, per product. The run is a
 * fold over its shots, what was learned a fold over the findings: the same events give the same state to the last bit.
 */
export class LineMemory {
  readonly #constants: Constants;
  readonly #mixture: ExpertMixture;
  readonly #recent: Constants;
  readonly #cusum: CusumDesign;
  readonly #options: Required<LineMemoryOptions>;
  #run: Run = newRun('first', -Infinity);
  /** The name of the run before; no two have the same. */
  #before = -Infinity;
  #weights = new Map<number, Weights>();
  #pinned: ExpertName | null = null;
  #alarms: AlarmState = NO_ALARM;
  /** Alarms of this run: the CUSUM begins anew behind each. */
  #raisedAt: number[] = [];
  /** The newest shots, and the generation before them: what is older is forgotten a generation at a time. */
  #records = new Map<string, MemoryRecord>();
  #olderRecords = new Map<string, MemoryRecord>();
  /** By their order; a correction changes its entry in place. */
  #findings: Finding[] = [];
  readonly #known = new Map<string, Finding>();

  constructor(constants: Constants, options: LineMemoryOptions = {}) {
    this.#constants = constants;
    this.#mixture = constants.mixture ?? DEFAULT_MIXTURE;
    this.#recent = recentConstants(constants);
    this.#cusum = designCusum(constants.prior, Math.min(0.95, CUSUM_RATIO * constants.prior), CUSUM_ARL0);
    this.#options = { stopMs: options.stopMs ?? STOP_MS, alarmLimit: options.alarmLimit ?? ALARM_LIMIT };
  }

  /** The run that is on. */
  get run(): RunView {
    const { begun, reason, product, shots, tracker } = this.#run;
    const { low, high } = rateInterval(tracker, this.#constants);
    return {
      run: begun, reason, shots, low, high,
      product: Number.isNaN(product) ? null : product,
      labels: tracker.seen,
      rate: runRate(tracker, this.#constants),
    };
  }

  get pastRates(): { readonly low: number; readonly high: number } {
    return this.#constants.past_rates;
  }

  get cusum(): CusumDesign {
    return this.#cusum;
  }

  get alarms(): AlarmState {
    return this.#alarms;
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

  /** A new run, whatever the signals say. */
  startRun(reason: RunReason): void {
    this.#before = this.#run.begun ?? this.#before;
    this.#run = newRun(reason, this.#run.lastAt);
    this.#alarms = alarmsOfNewRun(this.#alarms);
    this.#raisedAt = [];
  }

  /** Goes on in the run that a recorded shot stands in, as it stood after it; its findings are still to be learned. */
  resume({ memory, at, product, counter }: Standpoint): void {
    const { run, shots, odds } = memory;
    this.#run = { ...newRun(null, at), begun: run, product, shots, odds: { ...odds }, lastCounter: Number.isNaN(counter) ? -Infinity : counter };
  }

  /** What was raised before; to be told after the run's findings have been learned. */
  resumeAlarms(raised: readonly Pick<Alarm, 'kind' | 'at' | 'run' | 'labels'>[]): void {
    const own = raised.filter(({ run }) => run === this.#run.begun);
    this.#raisedAt = own.map(({ labels }) => labels);
    this.#alarms = { cusum: this.#cusumNow(), raised: own.map(({ kind }) => kind), lastAt: Math.max(-Infinity, ...raised.map(({ at }) => at)) };
  }

  /** What is said of a shot; begins a new run where one has begun. The same shot again changes nothing. */
  observe(shot: SeenShot): MemoryRecord {
    const known = this.#records.get(shot.id) ?? this.#olderRecords.get(shot.id);
    if (known) return known;
    const reason = this.#newRunReason(shot);
    if (reason !== null) this.startRun(reason);
    const run = this.#run;
    run.begun ??= shot.at > this.#before ? shot.at : this.#before + 1;
    if (!Number.isNaN(shot.product)) run.product = shot.product;
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
      run: run.begun,
      product: shot.product,
      shots: run.shots,
      labels: run.tracker.seen,
      odds: { ...run.odds },
      said,
      weights,
      mixture,
      shown: (this.#pinned === null ? undefined : said[this.#pinned]) ?? mixture,
      pinned: this.#pinned,
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
    const known = this.#known.get(shotId);
    if (known === undefined) {
      const last = this.#findings.at(-1);
      const placed = finding.order === undefined ? { ...finding, order: (last?.order ?? 0) + 1 } : finding;
      this.#known.set(shotId, placed);
      if (last === undefined || orderOf(last) <= orderOf(placed)) {
        this.#findings.push(placed);
        return this.#apply(placed);
      }
      this.#findings = [...this.#findings, placed].sort((a, b) => orderOf(a) - orderOf(b));
      this.#relearn();
      return null;
    }
    if (known.defective === finding.defective) return null;
    const corrected = { ...known, defective: finding.defective };
    this.#known.set(shotId, corrected);
    this.#findings[this.#findings.indexOf(known)] = corrected;
    this.#relearn();
    return null;
  }

  /** Takes a finding back, as if it had never been. */
  withdraw(shotId: string): void {
    const known = this.#known.get(shotId);
    if (known === undefined) return;
    this.#known.delete(shotId);
    this.#findings.splice(this.#findings.indexOf(known), 1);
    this.#relearn();
  }

  /** How right every predictor has been, on the newest findings of a product or a run, or of all. */
  scores(of: { readonly product?: number; readonly run?: number } = {}): readonly Score[] {
    return scores(this.#judged(of));
  }

  /** When the first of the findings was recorded by which the predictors are compared; null before there is one. */
  get since(): number | null {
    return this.#judged({})[0]?.at ?? null;
  }

  /** Products of which something was learned, ascending. */
  get products(): readonly number[] {
    return [...this.#weights.keys()].filter((product) => !Number.isNaN(product)).sort((a, b) => a - b);
  }

  /** What the pinned predictor has cost so far against the mixture, in nats a label; null where nothing is pinned. */
  pinnedCost(): number | null {
    const pinned = this.#pinned;
    if (pinned === null) return null;
    const spoken = this.#judged({}).filter(({ said }) => said[pinned] !== undefined);
    const all = scores(spoken);
    const own = all.find(({ predictor }) => predictor === pinned);
    const mixture = all.find(({ predictor }) => predictor === 'mixture');
    return own && mixture ? own.logLoss.value - mixture.logLoss.value : null;
  }

  #judged(of: { readonly product?: number; readonly run?: number }): (Judged & { readonly at: number })[] {
    const judged: (Judged & { readonly at: number })[] = [];
    for (let i = this.#findings.length - 1; i >= 0 && judged.length < SCORED; i--) {
      const { record, defective, at } = this.#findings[i] as Finding;
      const isOf = (of.product === undefined || record.product === of.product) && (of.run === undefined || record.run === of.run);
      if (isOf && record.mixture !== null) judged.push({ defective, said: record.said, mixture: record.mixture, at });
    }
    return judged.reverse();
  }

  /** A shot without product or counter says nothing about a new run. */
  #newRunReason(shot: SeenShot): RunReason | null {
    const { product, lastAt, lastCounter, shots } = this.#run;
    if (shots === 0) return null;
    if (product !== shot.product && !Number.isNaN(product) && !Number.isNaN(shot.product)) return 'product';
    if (shot.counter < lastCounter) return 'counter';
    if (shot.at - lastAt > this.#options.stopMs) return 'stop';
    return null;
  }

  /** Learns from one finding: weights of its product, and the run rate where the run is still on. */
  #apply(finding: Finding): Alarm | null {
    if (!this.#learnState(finding)) return null;
    const { tracker, begun } = this.#run;
    const { alarm, next } = raise(
      this.#alarms,
      { defective: finding.defective, at: finding.at, run: begun ?? finding.at },
      { labels: tracker.seen, rate: runRate(tracker, this.#constants), interval: () => rateInterval(tracker, this.#constants) },
      { limit: this.#options.alarmLimit, cusum: this.#cusum },
    );
    this.#alarms = next;
    if (alarm !== null) this.#raisedAt.push(alarm.labels);
    return alarm;
  }

  /** Returns whether the finding is one of the run that is on. */
  #learnState({ record, defective, weight }: Finding): boolean {
    const { product, said, mixture } = record;
    if (mixture !== null) this.#weights.set(product, learnWeights(this.weights(product), said, defective, this.#mixture, weight));
    const run = this.#run;
    if (run.begun === null || record.run !== run.begun) return false;
    run.tracker = learnLabel(run.tracker, defective, this.#constants, weight);
    run.recent = learnLabel(run.recent, defective, this.#recent, weight);
    return true;
  }

  /** What was raised was raised: learning again raises nothing anew. */
  #relearn(): void {
    this.#weights = new Map();
    this.#run.tracker = NO_LABELS;
    this.#run.recent = NO_LABELS;
    for (const finding of this.#findings) this.#learnState(finding);
    this.#alarms = { ...this.#alarms, cusum: this.#cusumNow() };
  }

  #cusumNow(): number {
    const { begun } = this.#run;
    let level = 0;
    let labels = 0;
    for (const { record, defective } of this.#findings) {
      if (begun === null || record.run !== begun) continue;
      labels += 1;
      level = this.#raisedAt.includes(labels) ? 0 : cusumStep(level, defective, this.#cusum);
    }
    return level;
  }
}

const orderOf = ({ order }: Finding): number => order ?? Infinity;

function newRun(reason: RunReason | null, lastAt: number): Run {
  return {
    begun: null,
    reason,
    product: NaN,
    shots: 0,
    tracker: NO_LABELS,
    recent: NO_LABELS,
    odds: { sum: 0, count: 0 },
    lastAt,
    lastCounter: -Infinity,
  };
}
