/** What the app writes down by itself when something around the shots changes. */
import type { DomainTable } from '../domain/domain-table.ts';
import type { Policy } from '../domain/policy.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { DurableJournal, EventInput } from '../journal/journal.ts';
import type { SettingsData } from './settings.svelte.ts';

/** A number that is being typed, a slider that is being moved: only where it comes to rest is a change. */
const REST_MS = 1500;

interface Judging {
  readonly bundle: string | null;
  readonly threshold: number | null;
}

export interface ChangeSink {
  readonly records: Pick<DurableJournal, 'recordSetting'>;
  /** Of a window that only reads nothing is written. */
  readonly readOnly: boolean;
  recordEvent(event: EventInput): Promise<boolean>;
}

/** Compares model, threshold and settings with what they were, also over a reload, and records the differences. */
export class Changes {
  readonly #sink: ChangeSink;
  #before: Judging | null = null;
  #now: Judging = { bundle: null, threshold: null };
  #policy: Policy | null = null;
  #settings: SettingsData | null = null;
  #latestSettings: SettingsData | null = null;
  #table: DomainTable | null = null;
  #latestTable: DomainTable | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #began = false;

  constructor(sink: ChangeSink) {
    this.#sink = sink;
  }

  /** The last shot before this start, by which the first bundle and policy are compared; null when there is none. */
  begin(last: JudgedShot | null): void {
    this.#began = true;
    if (last && last.verdict.bundleId !== null) this.#before = { bundle: last.verdict.bundleId, threshold: last.verdict.threshold };
    this.#later();
  }

  bundle(id: string): void {
    this.#now = { ...this.#now, bundle: id };
    this.#later();
  }

  policy(policy: Policy, threshold: number): void {
    this.#policy = policy;
    this.#now = { ...this.#now, threshold };
    this.#later();
  }

  settings(data: SettingsData): void {
    this.#settings ??= data;
    this.#latestSettings = data;
    this.#later();
  }

  table(table: DomainTable): void {
    this.#table ??= table;
    this.#latestTable = table;
    this.#later();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #later(): void {
    this.stop();
    this.#timer = setTimeout(() => void this.#record(), REST_MS);
  }

  async #record(): Promise<void> {
    if (!this.#began || this.#sink.readOnly) return;
    await this.#recordJudging();
    await this.#recordTable();
    const before = this.#settings;
    const after = this.#latestSettings;
    if (!before || !after || before === after) return;
    this.#settings = after;
    for (const key of Object.keys(after) as (keyof SettingsData)[]) {
      const [was, is] = [scalarOf(before[key]), scalarOf(after[key])];
      if (was !== is) await this.#sink.records.recordSetting(key, was, is);
    }
  }

  async #recordTable(): Promise<void> {
    const before = this.#table;
    const after = this.#latestTable;
    if (!before || !after || before === after) return;
    this.#table = after;
    const details = { author: after.author, date: after.date, signals: changed(before.signals, after.signals), defects: changed(before.defects, after.defects) };
    const text = [details.author, details.signals, details.defects].filter((part) => part !== '').join(', ').slice(0, 2000);
    await this.#sink.recordEvent({ type: 'domain_table_change', text, details });
  }

  async #recordJudging(): Promise<void> {
    const before = this.#before;
    const now = this.#now;
    if (now.bundle === null || now.threshold === null) return;
    this.#before = now;
    if (before === null) return;
    if (before.bundle !== now.bundle) {
      await this.#sink.recordEvent({ type: 'model_change', details: { before: before.bundle, after: now.bundle } });
    } else if (before.threshold !== now.threshold) {
      const details = { before: before.threshold, after: now.threshold, policy: this.#policy?.kind ?? null };
      await this.#sink.recordEvent({ type: 'threshold_change', details });
    }
  }
}

/** Names of the entries that differ. */
function changed<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): string {
  return Object.keys(after).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).join(' ');
}

/** A setting as a record holds it: what is no scalar as JSON. */
function scalarOf(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === undefined ? null : JSON.stringify(value);
}
