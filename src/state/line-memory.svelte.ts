/** What the line has learned from its inspections, as the screens see it; kept in step with the journal. */
import { SvelteMap } from 'svelte/reactivity';
import { PRODUCT_INDEX, SHOT_INDEX } from '../domain/feature.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { DurableJournal } from '../journal/journal.ts';
import { currentInspection, streamOf, type ShotRow, type Stream } from '../journal/store/rows.ts';
import type { Line } from '../line/line.ts';
import type { LoadedBundle } from '../model/client.ts';
import { ALARM_PAUSE_MS, type Alarm } from '../monitor/line-memory/alarms.ts';
import type { ExpertName } from '../monitor/line-memory/constants.ts';
import { LineMemory, type MemoryRecord, type RunView } from '../monitor/line-memory/line-memory.ts';
import { inspectionWeight } from '../monitor/line-memory/plan.ts';
import { standing, type Score, type Standing } from '../monitor/line-memory/standing.ts';
import type { JournalState } from './journal.svelte.ts';

/** How many shots of the journal the memory is rebuilt from: some weeks of a line. */
const REBUILT_SHOTS = 20_000;
const PAGE = 2_000;
const PINNED_KEY = 'castwatch.pinned-predictor';

export interface LineMemoryStateOptions {
  readonly line: Line;
  readonly journal: JournalState;
  readonly storage: Storage | null;
}

/** The line memory of the machine's stream: run rate, mixture, alarms, and who has been right. */
export class LineMemoryState {
  run = $state.raw<RunView | null>(null);
  pastRates = $state.raw<{ readonly low: number; readonly high: number } | null>(null);
  /** Of the newest shot. */
  record = $state.raw<MemoryRecord | null>(null);
  /** The alarm that nobody has acknowledged. */
  alarm = $state.raw<Alarm | null>(null);
  scores = $state.raw<readonly Score[]>([]);
  pinned = $state<ExpertName | null>(null);
  readonly standing: Standing = $derived(standing(this.scores));
  readonly #options: LineMemoryStateOptions;
  #memory: LineMemory | null = null;
  #bundle: LoadedBundle | null = null;
  #stream: Stream | null = null;
  /** Findings as they were last learned, by shot. */
  #learned = new SvelteMap<string, boolean>();
  /** The record of before has been read: it may not be open yet when the bundle is. */
  #rebuilt = false;
  /** Findings of shots that are older than what the memory is rebuilt from. */
  #unknown = 0;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: LineMemoryStateOptions) {
    this.#options = options;
    this.pinned = readPinned(options.storage);
  }

  /** Follows the line and the journal from now on; returns the way to stop. */
  start(): () => void {
    const { line, journal } = this.#options;
    const stops = [
      line.on('bundle', (bundle) => {
        this.#bundle = bundle;
        this.#queue(() => this.#rebuild());
      }),
      line.on('judged', (judged) => {
        this.#queue(() => this.#take(judged));
      }),
      $effect.root(() => {
        $effect(() => {
          if (journal.version > 0) this.#queue(() => (this.#rebuilt ? this.#learn() : this.#rebuild()));
        });
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Begins a run by hand: what was learned of the run's rate is left behind, the weights stay. */
  async beginRun(): Promise<void> {
    await this.#options.journal.recordEvent({ type: 'note', details: { lineMemory: 'new_run' } });
    this.#queue(() => {
      this.#memory?.startRun('by_hand');
      this.#show();
    });
  }

  /** Shows one predictor instead of the mixture, or the mixture again (null). */
  async pin(name: ExpertName | null): Promise<void> {
    this.pinned = name;
    try {
      this.#options.storage?.setItem(PINNED_KEY, name ?? '');
    } catch {
      // A full or forbidden storage: the choice holds for this page.
    }
    this.#memory?.pin(name);
    await this.#options.journal.recordEvent({ type: 'note', details: { lineMemory: 'pin', predictor: name ?? 'mixture' } });
  }

  /** What the pinned predictor has cost so far, nats a label; null where none is pinned or nothing was inspected. */
  get pinnedCost(): number | null {
    return this.scores.length > 0 ? (this.#memory?.pinnedCost() ?? null) : null;
  }

  /** A person has seen the alarm: it goes from the screen, and the journal says so. */
  async acknowledge(): Promise<void> {
    const { alarm } = this;
    if (alarm === null) return;
    this.alarm = null;
    await this.#options.journal.recordEvent({ type: 'note', details: { lineMemory: 'alarm_acknowledged', alarm: alarm.kind } });
  }

  #queue(work: () => void | Promise<void>): void {
    this.#busy = this.#busy.then(work);
  }

  #take({ shot, verdict }: JudgedShot): void {
    if (shot.source !== 'demo' && shot.source !== 'api') return;
    const stream = streamOf(shot.source);
    if (this.#stream !== stream) {
      // Another machine, or the demo in its place: nothing that was learned holds.
      this.#stream = stream;
      this.#begin();
    }
    if (shot.repeat || this.#memory === null) return;
    this.record = this.#memory.observe({
      id: shot.id,
      at: shot.receivedAt,
      product: shot.values[PRODUCT_INDEX] ?? Number.NaN,
      counter: shot.values[SHOT_INDEX] ?? Number.NaN,
      models: this.#models(verdict.probability),
    });
    this.#show();
  }

  /** The findings of the journal against those that were learned: new ones, corrections and withdrawals. */
  async #learn(): Promise<void> {
    const memory = this.#memory;
    if (memory === null || this.#stream === null) return;
    const rows = await this.#inspected(this.#stream);
    if (rows === null) return;
    // A record that was restored is filled in bit by bit: findings of shots that are new here mean that there is more to read.
    const unknown = rows.filter(({ shot }) => shot !== null && memory.record(shot.id) === undefined).length;
    if (unknown > this.#unknown) {
      await this.#rebuild();
      this.#unknown = rows.filter(({ shot }) => shot !== null && this.#memory?.record(shot.id) === undefined).length;
      return;
    }
    const present = new SvelteMap<string, boolean>();
    for (const row of rows) {
      const finding = findingOf(row);
      if (finding === null) continue;
      present.set(finding.id, finding.defective);
      if (this.#learned.get(finding.id) === finding.defective) continue;
      const record = memory.record(finding.id);
      if (record === undefined) continue;
      const alarm = memory.learn({ record, defective: finding.defective, weight: finding.weight, at: finding.at });
      // A record that is brought in warns of nothing that is long past.
      if (alarm !== null && Date.now() - finding.at < ALARM_PAUSE_MS) this.#raise(alarm);
    }
    for (const id of this.#learned.keys()) if (!present.has(id)) memory.withdraw(id);
    this.#learned = present;
    this.scores = memory.scores();
    this.#show();
  }

  #raise(alarm: Alarm): void {
    this.alarm = alarm;
    const { kind, run, labels, rate } = alarm;
    void this.#options.journal.recordEvent({ type: 'note', details: { lineMemory: 'alarm', alarm: kind, run, labels, rate } });
  }

  #begin(): void {
    const bundle = this.#bundle;
    this.#learned = new SvelteMap();
    this.scores = [];
    this.record = null;
    this.#memory = bundle === null ? null : new LineMemory(bundle.calibration.line_memory);
    this.#memory?.pin(this.pinned);
    this.pastRates = this.#memory?.pastRates ?? null;
    this.#show();
  }

  /** From the journal, in the order in which things were written down. */
  async #rebuild(): Promise<void> {
    const { records } = this.#options.journal;
    const recent = await records.recent(1);
    const source = recent.at(-1)?.shot.source;
    this.#stream ??= source === undefined ? null : streamOf(source);
    this.#begin();
    const memory = this.#memory;
    if (memory === null || this.#stream === null) return;
    const rows = await shotRows(records, this.#stream);
    this.#rebuilt = rows.length > 0;
    for (const event of inOrder(rows)) {
      const { row } = event;
      const { shot, verdict } = row;
      if (shot === null || shot.repeat) continue;
      if (event.kind === 'shot') {
        memory.observe({
          id: shot.id,
          at: shot.at,
          product: shot.product ?? Number.NaN,
          counter: shot.shotNumber ?? Number.NaN,
          models: this.#models(verdict?.probability ?? null),
        });
        continue;
      }
      const finding = findingOf(row);
      const record = memory.record(shot.id);
      if (finding === null || record === undefined) continue;
      // Alarms of before were raised then.
      memory.learn({ record, defective: finding.defective, weight: finding.weight, at: finding.at });
      this.#learned.set(finding.id, finding.defective);
    }
    this.scores = memory.scores();
    this.#show();
  }

  #show(): void {
    this.run = this.#memory?.run ?? null;
  }

  #models(probability: number | null): Partial<Record<'field' | 'legacy', number>> {
    const kind = this.#bundle?.entry.kind;
    return kind === undefined || probability === null ? {} : { [kind]: probability };
  }

  async #inspected(stream: Stream): Promise<readonly ShotRow[] | null> {
    const found = await this.#options.journal.records.inspected(stream, 0, Number.MAX_SAFE_INTEGER);
    return found.ok ? [...found.value].sort((a, b) => firstInspection(a) - firstInspection(b)) : null;
  }
}

const firstInspection = (row: ShotRow): number => row.inspections[0] ?? row.seq;

function findingOf(
  row: ShotRow,
): { readonly id: string; readonly defective: boolean; readonly at: number; readonly weight: number } | null {
  const inspection = currentInspection(row);
  if (row.shot === null || inspection === null) return null;
  return {
    id: row.shot.id,
    defective: inspection.outcome === 'defective',
    at: inspection.at,
    weight: inspectionWeight(inspection.reason),
  };
}

/** Shots and first findings by sequence number. */
function inOrder(rows: readonly ShotRow[]): readonly { readonly kind: 'shot' | 'finding'; readonly row: ShotRow }[] {
  const events = rows.flatMap((row) => [
    { kind: 'shot' as const, seq: row.seq, row },
    ...(currentInspection(row) === null ? [] : [{ kind: 'finding' as const, seq: firstInspection(row), row }]),
  ]);
  return events.sort((a, b) => a.seq - b.seq);
}

/** The last shots of a stream, in any order. */
async function shotRows(records: DurableJournal, stream: Stream): Promise<ShotRow[]> {
  const rows: ShotRow[] = [];
  let cursor: Parameters<DurableJournal['history']>[2] = null;
  do {
    const page = await records.history({ stream }, PAGE, cursor);
    if (!page.ok) break;
    rows.push(...page.value.rows);
    cursor = page.value.next;
  } while (cursor !== null && rows.length < REBUILT_SHOTS);
  return rows;
}

function readPinned(storage: Storage | null): ExpertName | null {
  try {
    const name = storage?.getItem(PINNED_KEY);
    return name === 'run_rate' || name === 'run_rate_recent' || name === 'run_rate_tilt' || name === 'field' || name === 'legacy' ? name : null;
  } catch {
    return null;
  }
}
