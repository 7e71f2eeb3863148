/** The inspection of one shot: every step is a record of its own, and the last one can be taken back. */
import type { AppError } from '../domain/app-error.ts';
import type { Cavity, Defect } from '../domain/defect.ts';
import type { Result } from '../domain/result.ts';
import type { DurableJournal, InspectionInput } from '../journal/journal.ts';
import type { ShotFile } from '../journal/query.ts';
import { currentInspection, type RowInspection } from '../journal/store/rows.ts';

/** What was found before is looked at for the order of the defects: this far back. */
const WINDOW_MS = 30 * 24 * 3600_000;

/** One shot under inspection. */
export class Inspecting {
  file = $state.raw<ShotFile | null>(null);
  /** Defects found in this product lately, one entry a finding. */
  found = $state.raw<readonly Defect[]>([]);
  part = $state('');
  note = $state('');
  error = $state.raw<AppError | null>(null);
  busy = $state(false);
  /** What stood before the last step; undefined when there is nothing to take back. */
  #before = $state.raw<RowInspection | null | undefined>(undefined);
  readonly #records: DurableJournal;
  readonly seq: number;

  constructor(records: DurableJournal, seq: number) {
    this.#records = records;
    this.seq = seq;
  }

  /** The finding in force. */
  get current(): RowInspection | null {
    return this.file === null ? null : currentInspection(this.file.row);
  }

  get canUndo(): boolean {
    return this.#before !== undefined;
  }

  /** Part id or note differ from what is recorded. */
  get extrasChanged(): boolean {
    const { current } = this;
    return current !== null && (this.part.trim() !== (current.part ?? '') || this.note.trim() !== (current.note ?? ''));
  }

  /** Reads the shot and what was found in its product. */
  async load(now = Date.now()): Promise<void> {
    await this.#read();
    const { current } = this;
    this.part = current?.part ?? this.part;
    this.note = current?.note ?? this.note;
    const row = this.file?.row;
    if (!row?.shot) return;
    const { stream, product } = row.shot;
    const rows = await this.#records.inspected(stream, now - WINDOW_MS, now);
    if (!rows.ok) return;
    this.found = rows.value
      .filter(({ shot }) => shot?.product === product)
      .flatMap((other) => currentInspection(other)?.findings.map(({ defect }) => defect) ?? []);
  }

  good(): Promise<boolean> {
    return this.#save({ outcome: 'good', findings: [] });
  }

  /** Adds a finding to those of a defective part. */
  defect(cavity: Cavity, defect: Defect): Promise<boolean> {
    const others = (this.current?.findings ?? []).filter((finding) => finding.cavity !== cavity || finding.defect !== defect);
    return this.#save({ outcome: 'defective', findings: [...others, { cavity, defect }] });
  }

  /** Keeps the part id and the note with the finding in force. */
  async extras(): Promise<boolean> {
    const { current } = this;
    if (current === null || current.outcome === 'withdrawn') return false;
    return this.#save({ outcome: current.outcome, findings: current.findings });
  }

  /** Takes the last step back; what it said stays in the audit trail. */
  async undo(): Promise<boolean> {
    const before = this.#before;
    if (before === undefined) return false;
    const done = await this.#step(() =>
      before === null || before.outcome === 'withdrawn'
        ? this.#records.withdrawInspection(this.seq)
        : this.#records.inspect(this.seq, { outcome: before.outcome, findings: before.findings, part: before.part, note: before.note }),
    );
    if (done) {
      this.#before = undefined;
      this.part = this.current?.part ?? this.part;
      this.note = this.current?.note ?? '';
    }
    return done;
  }

  async #save(finding: Pick<InspectionInput, 'outcome' | 'findings'>): Promise<boolean> {
    const before = this.current;
    const text = (value: string): string | null => (value.trim() === '' ? null : value.trim());
    const done = await this.#step(() => this.#records.inspect(this.seq, { ...finding, part: text(this.part), note: text(this.note) }));
    if (done) this.#before = before;
    return done;
  }

  async #step(act: () => Promise<Result<number>>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    const result = await act();
    this.error = result.ok ? null : result.error;
    await this.#read();
    this.busy = false;
    return result.ok;
  }

  async #read(): Promise<void> {
    const file = await this.#records.shot(this.seq);
    if (file.ok) this.file = file.value;
    else this.error = file.error;
  }
}
