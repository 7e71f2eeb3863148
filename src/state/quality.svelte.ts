/** What the quality view and the shift report read from the journal, and the exports. */
import type { AppError } from '../domain/app-error.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Exporter } from '../journal/export/exporter.ts';
import type { ExportSummary } from '../journal/export/export-job.ts';
import type { DurableJournal, JournalStatus } from '../journal/journal.ts';
import type { HistoryCursor } from '../journal/query.ts';
import type { MarkerRow } from '../journal/store/database.ts';
import type { ShotRow, Stream, TallyRow } from '../journal/store/rows.ts';
import { partsOf, populationOf, type FieldPart, type Population } from '../monitor/field/parts.ts';
import type { Shadow } from '../line/shadow.ts';
import type { Shift } from '../monitor/field/shifts.ts';
import { stretchOf, type Period } from './quality-period.ts';
import type { Settings } from './settings.svelte.ts';

/** Inspected parts and counts of a stretch of days. */
export interface FieldRecord {
  readonly from: number;
  readonly to: number;
  readonly stream: Stream;
  readonly parts: readonly FieldPart[];
  readonly days: readonly TallyRow[];
  readonly markers: readonly MarkerRow[];
}

/** Everything of one shift. */
export interface ShiftRecord {
  readonly shift: Shift;
  readonly rows: readonly ShotRow[];
  readonly parts: readonly FieldPart[];
  readonly markers: readonly MarkerRow[];
}

/** Events that say something about the parts around them; the others are the app's own business. */
const SHOWN: ReadonlySet<string> = new Set([
  'die_change', 'stop', 'note', 'model_change', 'threshold_change', 'clock_change', 'records_lost', 'unrecorded', 'restore',
  'new_run', 'run_alarm', 'run_alarm_seen', 'predictor_pinned',
]);

const PAGE = 1000;

export interface QualityOptions {
  readonly records: DurableJournal;
  readonly settings: Pick<Settings, 'data'>;
  readonly shadow: Pick<Shadow, 'start' | 'enabled'>;
  /** Loaded when the first export is asked for. */
  readonly createExporter: () => Promise<Exporter>;
}

const NOTHING_CONFIRMED = { journalId: null, through: 0, seq: 0 };

/** The figures of a stretch of days, a shift's record, and the ways out of the tablet. */
export class QualityState {
  stream = $state<Extract<Stream, 'line' | 'demo'>>('line');
  period = $state<Period>('week');
  product = $state<number | null>(null);
  field = $state.raw<FieldRecord | null>(null);
  error = $state.raw<AppError | null>(null);
  /** Grows when something was recorded or the journal was opened: what is shown may be read again. */
  version = $state(0);
  /** The last confirmed export, with the record that says so. */
  #confirmed: { readonly journalId: string | null; readonly through: number; readonly seq: number } = NOTHING_CONFIRMED;
  readonly #records: DurableJournal;
  readonly #options: QualityOptions;
  #turn = 0;

  constructor(options: QualityOptions) {
    this.#records = options.records;
    this.#options = options;
  }

  /** Follows the journal from now on; returns the way to stop. */
  start(): () => void {
    // A database that is being filled (after a restore) shows more and more.
    const markOf = ({ role, records, checked, filling }: JournalStatus): string => `${role}/${records}/${checked}/${filling}`;
    let mark = markOf(this.#records.status);
    const { settings, shadow } = this.#options;
    const stops = [
      shadow.start(),
      $effect.root(() => {
        $effect(() => {
          shadow.enabled = settings.data.shadow;
        });
      }),
      this.#records.onRecorded(() => (this.version += 1)),
      this.#records.onStatus((status) => {
        if (markOf(status) !== mark) this.version += 1;
        mark = markOf(status);
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Reads the chosen stretch: whole days of the local clock up to the end of today. */
  async load(now: number): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const { stream } = this;
    const { from, to } = stretchOf(this.period, now);
    const [rows, days, markers] = await Promise.all([
      this.#records.inspected(stream, from, to),
      this.#records.days(stream, from, to),
      this.#records.markers(from, to),
    ]);
    if (turn !== this.#turn) return;
    const failed = [rows, days, markers].find((result) => !result.ok);
    this.error = failed && !failed.ok ? failed.error : null;
    if (!rows.ok || !days.ok || !markers.ok) return;
    this.field = { from, to, stream, parts: partsOf(rows.value), days: days.value, markers: markers.value.filter(isShown) };
  }

  /** The inspected parts and the population of the chosen product. */
  chosen(field: FieldRecord): { readonly parts: readonly FieldPart[]; readonly population: Population } {
    const { product } = this;
    if (product === null) return { parts: field.parts, population: populationOf(field.days) };
    return {
      parts: field.parts.filter((part) => part.product === product),
      population: populationOf(field.days.filter((day) => day.product === product)),
    };
  }

  /** Every shot of a shift, oldest first. */
  async shift(shift: Shift): Promise<Result<ShiftRecord>> {
    const rows: ShotRow[] = [];
    let cursor: HistoryCursor | null = null;
    do {
      const page: Awaited<ReturnType<DurableJournal['history']>> = await this.#records.history({ stream: this.stream, from: shift.from, to: shift.to }, PAGE, cursor);
      if (!page.ok) return page;
      rows.push(...page.value.rows);
      cursor = page.value.next;
    } while (cursor);
    const markers = await this.#records.markers(shift.from, shift.to);
    if (!markers.ok) return markers;
    rows.reverse();
    return ok({ shift, rows, parts: partsOf(rows), markers: markers.value.filter(isShown) });
  }

  /** Makes an export; `parquet` begins behind what has been exported and confirmed. */
  async export(
    kind: 'csv' | 'parquet' | 'training',
    line: string,
    onProgress: (share: number) => void,
  ): Promise<Result<{ readonly file: Blob; readonly summary: ExportSummary } | null>> {
    const { journalId } = this.#records.status;
    // The status is told a moment after the record it speaks of.
    const confirmed = this.#confirmed.journalId === journalId ? this.#confirmed : NOTHING_CONFIRMED;
    const lastSeq = Math.max(this.#records.status.lastSeq, confirmed.seq);
    const from = kind === 'parquet' ? Math.max(this.#records.status.exportedThrough, confirmed.through) + 1 : 1;
    if (journalId === null || from > lastSeq) return ok(null);
    const exporter = await this.#options.createExporter();
    const stream = kind === 'parquet' ? null : kind === 'training' ? 'line' : this.stream;
    return exporter.export({ kind, line, journalId, range: { from, through: lastSeq }, stream }, { onProgress });
  }

  async backup(line: string, onProgress: (share: number) => void): ReturnType<Exporter['backup']> {
    const { journalId } = this.#records.status;
    return (await this.#options.createExporter()).backup({ journalId: journalId ?? '', line }, { onProgress });
  }

  /** The file has been put where it is safe: everything up to `through` counts as exported. */
  async confirm(through: number, details: Readonly<Record<string, string | number>>): Promise<Result<number>> {
    const { journalId } = this.#records.status;
    const recorded = await this.#records.recordEvent({ type: 'export', details: { ...details, throughSeq: through } });
    if (recorded.ok) this.#confirmed = { journalId, through, seq: recorded.value };
    return recorded;
  }

  /** Checks a backup and makes it the journal; resolves to its number of records. */
  async restore(file: Blob): Promise<Result<number>> {
    const staged = await (await this.#options.createExporter()).stage(file);
    if (!staged.ok) return staged;
    const adopted = await this.#records.adoptBackup();
    if (!adopted.ok) return adopted;
    const { records, journalId, line } = staged.value;
    await this.#records.recordEvent({ type: 'restore', details: { records, journal: journalId, line } });
    return ok(records);
  }
}

function isShown(marker: MarkerRow): boolean {
  return marker.kind === 'event' && SHOWN.has(marker.data.type);
}
