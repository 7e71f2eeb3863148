/** What the lines have learned from their inspections, as the screens see it; kept in step with the journal. */
import { inSlices } from '../domain/next-task.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { JournalStatus } from '../journal/journal.ts';
import { streamOf, type Stream } from '../journal/store/rows.ts';
import type { Line } from '../line/line.ts';
import type { LoadedBundle } from '../model/client.ts';
import { ALARM_PAUSE_MS, type Alarm } from '../monitor/line-memory/alarms.ts';
import { EXPERT_NAMES, type ExpertName } from '../monitor/line-memory/constants.ts';
import { alarmDetails, runReasonOf, runStarts } from '../monitor/line-memory/journalled.ts';
import { STOP_MS, type RunReason, type RunView } from '../monitor/line-memory/line-memory.ts';
import { DEFAULT_PLAN, type PlanSettings } from '../monitor/line-memory/plan.ts';
import { standing, type Score, type Standing } from '../monitor/line-memory/standing.ts';
import { WatchedLine, type Journalled } from '../monitor/line-memory/watched-line.ts';
import type { JournalState } from './journal.svelte.ts';
import type { Settings } from './settings.svelte.ts';

/** How many of the newest shots are read: what is before them stands in their records. */
const NEWEST = 1_000;
const PINNED_KEY = 'castwatch.pinned-predictor';
const HOUR_MS = 3_600_000;

/** Whose figures are shown: all of the line, the run that is on, or a product. */
export type ScoreScope = 'all' | 'run' | number;

type LineStream = Extract<Stream, 'line' | 'demo'>;
/** What happened since a moment from which on the record may not have been read. */
interface Meanwhile {
  readonly since: number;
  readonly events: ({ readonly judged: JudgedShot } | { readonly reason: RunReason })[];
}

export interface LineMemoryStateOptions {
  readonly line: Line;
  readonly journal: JournalState;
  readonly settings: Pick<Settings, 'data'>;
  readonly storage: Storage | null;
  readonly now?: () => number;
}

/** The memories of the machine's line and the demo line; what is shown is that of the one whose shots come in. */
export class LineMemoryState {
  run = $state.raw<RunView | null>(null);
  pastRates = $state.raw<{ readonly low: number; readonly high: number } | null>(null);
  /** The alarm that nobody has acknowledged. */
  alarm = $state.raw<Alarm | null>(null);
  /** Of everything that was inspected: what the standing rests on. */
  scores = $state.raw<readonly Score[]>([]);
  /** Those that are shown. */
  scoped = $state.raw<readonly Score[]>([]);
  scope = $state.raw<ScoreScope>('all');
  products = $state.raw<readonly number[]>([]);
  /** When the first of the inspected parts was, ms since the epoch. */
  since = $state<number | null>(null);
  pinned = $state<ExpertName | null>(null);
  /** What the pinned predictor has cost so far, nats a label; null where none is pinned or nothing was inspected. */
  pinnedCost = $state<number | null>(null);
  readonly standing: Standing = $derived(standing(this.scores));
  readonly #options: LineMemoryStateOptions;
  readonly #now: () => number;
  #lines: Readonly<Record<LineStream, WatchedLine>> | null = null;
  #stream: LineStream | null = null;
  #bundle: LoadedBundle | null = null;
  /** Null while nothing is being read and everything has been. */
  #meanwhile: Meanwhile | null;
  #source = '';
  #wanted = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: LineMemoryStateOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.pinned = readPinned(options.storage);
    this.#meanwhile = { since: this.#now(), events: [] };
  }

  /** Follows the line and the journal from now on; returns the way to stop. */
  start(): () => void {
    const { line, journal } = this.#options;
    const stops = [
      line.on('bundle', (bundle) => {
        this.#bundle = bundle;
        this.#rebuildSoon();
      }),
      journal.records.onRecorded((kept) => {
        for (const { kind, shot } of kept) if (kind === 'inspection' && shot !== null) this.#queue(() => this.#learn(shot));
      }),
      journal.records.onStatus((status) => {
        const source = sourceOf(status);
        if (source === this.#source) return;
        this.#source = source;
        this.#rebuildSoon();
      }),
      journal.onEvent(({ type, details }) => {
        const reason = runReasonOf(type);
        if (reason !== null) this.#startRun(reason, details?.['stream']);
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** A live shot with what the line memory says of it; as it is, where there is none yet. */
  annotate(judged: JudgedShot): JudgedShot {
    const stream = lineStreamOf(judged);
    if (stream === null) return judged;
    const turned = this.#stream !== stream;
    this.#stream = stream;
    if (judged.shot.repeat) return judged;
    // Without a bundle nothing is read: what is older than that is in the record by then.
    if (this.#meanwhile?.events.push({ judged }) === NEWEST) this.#meanwhile.events.shift();
    const own = this.#lines?.[stream];
    if (own === undefined) return judged;
    const { judged: annotated } = own.annotate(judged, this.#plan);
    if (turned) this.#showAll();
    else this.run = own.memory.run;
    return annotated;
  }

  /** Shows one predictor instead of the mixture, or the mixture again (null). */
  async pin(name: ExpertName | null): Promise<void> {
    this.pinned = name;
    try {
      this.#options.storage?.setItem(PINNED_KEY, name ?? '');
    } catch {
      // A full or forbidden storage: the choice holds for this page.
    }
    for (const own of Object.values(this.#lines ?? {})) own.memory.pin(name);
    this.#showAll();
    await this.#options.journal.recordEvent({ type: 'predictor_pinned', details: { predictor: name ?? 'mixture' } });
  }

  /** A person has seen the alarm: it goes from the screen, and the journal says so. */
  async acknowledge(): Promise<void> {
    const { alarm } = this;
    if (alarm === null) return;
    this.alarm = null;
    await this.#options.journal.recordEvent({ type: 'run_alarm_seen', details: { kind: alarm.kind, run: alarm.run, ...this.#named() } });
  }

  /** Whose figures are shown. */
  show(scope: ScoreScope): void {
    this.scope = scope;
    this.#showScores();
  }

  get #plan(): PlanSettings {
    const { inspectionShare, inspectionRiskiest } = this.#options.settings.data;
    return { ...DEFAULT_PLAN, budget: inspectionShare, riskiest: inspectionRiskiest };
  }

  get #line(): WatchedLine | null {
    return this.#stream === null ? null : (this.#lines?.[this.#stream] ?? null);
  }

  #named(): { readonly stream?: LineStream } {
    return this.#stream === null ? {} : { stream: this.#stream };
  }

  #queue(work: () => Promise<void>): void {
    this.#busy = this.#busy.then(work);
  }

  #startRun(reason: RunReason, stream: unknown): void {
    this.#meanwhile?.events.push({ reason });
    for (const own of Object.values(this.#lines ?? {})) if (stream === undefined || stream === own.stream) own.startRun(reason);
    this.alarm = null;
    this.#showAll();
  }

  async #learn(seq: number): Promise<void> {
    const { journal } = this.#options;
    const file = await journal.records.shot(seq);
    if (!file.ok || file.value === null || this.#lines === null) return;
    const { row } = file.value;
    const stream = row.shot?.stream;
    if (stream === undefined || stream === 'typed') return;
    const alarm = this.#lines[stream].learn(row);
    if (stream !== this.#stream) return;
    this.#showAll();
    if (alarm === null || this.#now() - alarm.at >= ALARM_PAUSE_MS) return;
    this.alarm = alarm;
    await journal.recordEvent({ type: 'run_alarm', details: alarmDetails(alarm, stream) });
  }

  /** However much happens at once, the record is read once behind what is being read. */
  #rebuildSoon(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#queue(async () => {
      this.#wanted = false;
      await this.#rebuild();
    });
  }

  async #rebuild(): Promise<void> {
    const constants = this.#bundle?.calibration.line_memory;
    const { role } = this.#options.journal.records.status;
    if (constants === undefined || role === 'opening') return;
    const meanwhile = (this.#meanwhile ??= { since: this.#now(), events: [] });
    const reads = { line: await this.#read('line'), demo: await this.#read('demo') };
    const alarms: Partial<Record<LineStream, Alarm | null>> = {};
    const lines = { line: new WatchedLine(constants, 'line', this.pinned), demo: new WatchedLine(constants, 'demo', this.pinned) };
    for (const own of Object.values(lines)) {
      const read = reads[own.stream as LineStream];
      alarms[own.stream as LineStream] = await inSlices(own.rebuilding(read));
    }
    for (const own of Object.values(lines)) {
      own.memory.pin(this.pinned);
      catchUp(own, reads[own.stream as LineStream], this.#plan, meanwhile);
    }
    this.#lines = lines;
    this.#meanwhile = null;
    const newest = [...reads.line.rows, ...reads.demo.rows].sort((a, b) => a.seq - b.seq).at(-1)?.shot?.stream;
    if (this.#stream === null && newest !== undefined && newest !== 'typed') this.#stream = newest;
    this.alarm = this.#stream === null ? null : (alarms[this.#stream] ?? null);
    this.#showAll();
  }

  async #read(stream: LineStream): Promise<Journalled> {
    const { records } = this.#options.journal;
    const now = this.#now();
    const [page, inspected] = await Promise.all([records.history({ stream }, NEWEST), records.lessons(stream)]);
    const rows = page.ok ? page.value.rows : [];
    const newest = rows[0];
    // Since the run began, and the alarm before it: what is older has no say any more.
    const from = (newest?.verdict?.memory?.run ?? rows.at(-1)?.shot?.at ?? now) - STOP_MS;
    const markers = newest === undefined ? null : await records.markers(from, now + HOUR_MS);
    return { rows, inspected: inspected.ok ? inspected.value : [], markers: markers?.ok ? markers.value : [] };
  }

  #showAll(): void {
    const memory = this.#line?.memory ?? null;
    this.run = memory?.run ?? null;
    this.pastRates = memory?.pastRates ?? null;
    this.scores = memory?.scores() ?? [];
    this.products = memory?.products ?? [];
    this.since = memory?.since ?? null;
    this.pinnedCost = memory?.pinnedCost() ?? null;
    this.#showScores();
  }

  #showScores(): void {
    const { scope } = this;
    const memory = this.#line?.memory;
    if (scope === 'all' || memory === undefined) this.scoped = this.scores;
    else this.scoped = memory.scores(scope === 'run' ? { run: this.run?.run ?? NaN } : { product: scope });
  }
}

/** What came in while the record was being read and is not among what was read. */
function catchUp(own: WatchedLine, { rows, markers }: Journalled, plan: PlanSettings, { since, events }: Meanwhile): void {
  const eventsRead = runStarts(markers, own.stream).some(({ at }) => at >= since);
  for (const event of events) {
    if ('reason' in event) {
      if (!eventsRead) own.startRun(event.reason);
    } else if (lineStreamOf(event.judged) === own.stream && !rows.some(({ shot }) => shot?.id === event.judged.shot.id)) {
      own.annotate(event.judged, plan);
    }
  }
}

function lineStreamOf({ shot: { source } }: JudgedShot): LineStream | null {
  if (source !== 'demo' && source !== 'api') return null;
  return streamOf(source) as LineStream;
}

/** Which record is read: another one, or one that was filled in or lost, is to be read again. */
function sourceOf({ role, journalId, repairs, filling }: JournalStatus): string {
  return `${role === 'opening'}/${journalId}/${repairs.length}/${filling}`;
}

function readPinned(storage: Storage | null): ExpertName | null {
  try {
    const name = storage?.getItem(PINNED_KEY);
    return EXPERT_NAMES.find((one) => one === name) ?? null;
  } catch {
    return null;
  }
}
