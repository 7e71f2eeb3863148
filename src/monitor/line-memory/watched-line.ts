import type { LineMemory as Constants } from '../../domain/bundle.ts';
import { PRODUCT_INDEX, SHOT_INDEX } from '../../domain/feature.ts';
import type { JudgedShot } from '../../domain/verdict.ts';
import type { MarkerRow } from '../../journal/store/database.ts';
import type { InspectedShot } from '../../journal/store/findings.ts';
import type { ShotRow, Stream } from '../../journal/store/rows.ts';
import type { Alarm } from './alarms.ts';
import type { ExpertName } from './constants.ts';
import { findingOf, modelsOfVerdict, raisedAlarms, runStarts, seenShot } from './journalled.ts';
import { LineMemory, type MemoryRecord, type RunReason } from './line-memory.ts';
import { askFor, phaseOf, planOfRun, startPlan, type PlanSettings, type PlanState } from './plan.ts';

/** What is read of the journal. */
export interface Journalled {
  /** The newest shots, in any order: what the newest one recorded of the run makes older ones needless. */
  readonly rows: readonly ShotRow[];
  /** All inspected shots. */
  readonly inspected: readonly InspectedShot[];
  /** Events since the run began at least, and what lies behind a new run. */
  readonly markers: readonly MarkerRow[];
}

/** Findings that are learned in one step. */
const STEP = 250;

/** One line under watch: what it has learned, and which of its parts are asked for. */
export class WatchedLine {
  readonly memory: LineMemory;
  readonly stream: Stream;
  #plan: PlanState = startPlan(0);
  #planRun: number | null = null;

  constructor(constants: Constants, stream: Stream, pinned: ExpertName | null) {
    this.memory = new LineMemory(constants);
    this.memory.pin(pinned);
    this.stream = stream;
  }

  /**
   * The line as its record leaves it. Every verdict carries where its run stood, so only the newest shots are read, and the
   * findings. Returns the alarm that nobody has seen.
   */
  rebuild(journalled: Journalled): Alarm | null {
    const steps = this.rebuilding(journalled);
    for (;;) {
      const { done, value } = steps.next();
      if (done) return value;
    }
  }

  /** {@link WatchedLine.rebuild} in steps of some milliseconds at most, between which other things may be done. */
  *rebuilding({ rows, inspected, markers }: Journalled): Generator<void, Alarm | null, void> {
    const { memory, stream } = this;
    const shots = rows.filter(({ shot }) => shot !== null && !shot.repeat).sort((a, b) => a.seq - b.seq);
    const index = shots.findLastIndex(({ verdict }) => verdict?.memory !== undefined);
    const last = shots[index];
    if (last?.verdict?.memory && last.shot) {
      const { run } = last.verdict.memory;
      const own = shots.slice(0, index + 1).filter(({ verdict }) => verdict?.memory?.run === run);
      const latest = (of: 'product' | 'shotNumber'): number => own.findLast(({ shot }) => shot?.[of] != null)?.shot?.[of] ?? NaN;
      memory.resume({ memory: last.verdict.memory, at: last.shot.at, product: latest('product'), counter: latest('shotNumber') });
    }
    const through = last?.verdict?.seq ?? 0;
    const since = [
      ...shots.slice(index + 1).map((row) => ({ seq: row.seq, row })),
      ...runStarts(markers, stream).filter(({ seq }) => seq > through),
    ].sort((a, b) => a.seq - b.seq);
    for (const event of since) {
      const shot = 'row' in event ? seenShot(event.row) : null;
      if ('reason' in event) memory.startRun(event.reason);
      else if (shot !== null) memory.observe(shot);
    }
    const { run } = memory.run;
    const findings: NonNullable<ReturnType<typeof findingOf>>[] = [];
    for (const [i, row] of inspected.entries()) {
      const finding = findingOf(row, run);
      if (finding) findings.push(finding);
      if (i % STEP === STEP - 1) yield;
    }
    yield;
    findings.sort((a, b) => a.order - b.order);
    for (const [i, finding] of findings.entries()) {
      if (i % STEP === 0) yield;
      memory.learn(finding);
    }
    const raised = raisedAlarms(markers, stream);
    memory.resumeAlarms(raised);
    this.#resumePlan(shots);
    return raised.findLast((alarm) => alarm.run === run && !alarm.seen) ?? null;
  }

  /** A live shot with what is said of it, and whether it is asked for. */
  annotate({ shot, verdict }: JudgedShot, settings: PlanSettings): { readonly judged: JudgedShot; readonly record: MemoryRecord } {
    const record = this.memory.observe({
      id: shot.id,
      at: shot.receivedAt,
      product: finiteOr(shot.values[PRODUCT_INDEX]),
      counter: finiteOr(shot.values[SHOT_INDEX]),
      models: modelsOfVerdict(verdict),
    });
    if (this.#planRun !== record.run) {
      this.#planRun = record.run;
      this.#plan = startPlan(phaseOf(record.run));
    }
    const { draw, next } = askFor(this.#plan, verdict.probability, settings);
    this.#plan = next;
    const { shotId: _, product: __, ...memory } = record;
    return { judged: { shot, verdict: { ...verdict, memory, draw } }, record };
  }

  /** A shot's findings have changed; returns the alarm that this raises. */
  learn(row: ShotRow): Alarm | null {
    const finding = findingOf(row, this.memory.run.run);
    if (finding !== null) return this.memory.learn(finding);
    if (row.shot) this.memory.withdraw(row.shot.id);
    return null;
  }

  startRun(reason: RunReason): void {
    this.memory.startRun(reason);
  }

  #resumePlan(shots: readonly ShotRow[]): void {
    const { run, shots: count } = this.memory.run;
    if (run === null) return;
    const own = shots.filter(({ shot, verdict }) => (verdict?.memory ? verdict.memory.run === run : shot !== null && shot.at >= run));
    const risky = own.findLast(({ verdict }) => verdict?.draw !== undefined)?.verdict?.draw?.risky ?? 0;
    this.#planRun = run;
    this.#plan = planOfRun(run, count, risky, own.flatMap(({ verdict }) => verdict?.probability ?? []));
  }
}

/** The journal's lists know no infinite product or counter. */
function finiteOr(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : NaN;
}
