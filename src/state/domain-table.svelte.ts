/** The domain table of this device: the shipped default until the plant changes it, kept in local storage. */
import { appError } from '../domain/app-error.ts';
import { DEFAULT_DOMAIN_TABLE } from '../domain/domain-table-default.ts';
import { domainTableSchema, localDate, type DomainTable } from '../domain/domain-table.ts';
import { FEATURE_NAMES, type ControlClass, type FeatureName } from '../domain/feature.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { plant } from '../messages/plant.svelte.ts';
import type { SettingsHealth, SettingsStorage } from './settings.svelte.ts';

const STORAGE_KEY = 'castwatch.domain-table';
/** A table takes 20 kB; a larger file is something else. */
const MOST_BYTES = 1_000_000;

/** What the plant knows, and the ways to change it. Every change carries an author and a date. */
export class DomainTableStore {
  health = $state<SettingsHealth>('good');
  readonly #storage: SettingsStorage | null;
  readonly #now: () => number;

  /** @param storage null where the browser forbids it: changes then last as long as the page */
  constructor(storage: SettingsStorage | null, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
    this.#read();
  }

  /** The table in use. */
  get table(): DomainTable {
    return plant.table;
  }

  /** Whether the plant has changed the shipped default. */
  get changed(): boolean {
    return plant.table !== DEFAULT_DOMAIN_TABLE;
  }

  /** Who may change each signal. */
  get controls(): Readonly<Record<FeatureName, ControlClass>> {
    const { signals } = plant.table;
    return Object.fromEntries(FEATURE_NAMES.map((name) => [name, signals[name].control])) as Record<FeatureName, ControlClass>;
  }

  /** Puts a changed table in use, signed by its author with today's date. */
  save(table: Pick<DomainTable, 'signals' | 'defects'>, author: string): void {
    this.#use({ schema: 1, author: author.trim(), date: localDate(this.#now()), signals: table.signals, defects: table.defects });
  }

  /** Back to the shipped default. */
  reset(): void {
    this.#use(DEFAULT_DOMAIN_TABLE);
  }

  /** The table as the text of a file. */
  exportText(): string {
    return `${JSON.stringify(plant.table, null, 2)}\n`;
  }

  /** Takes a table from a file, with the author and date that it carries. Nothing changes when it is not a domain table. */
  async importFile(file: Pick<File, 'name' | 'size' | 'text'>): Promise<Result<DomainTable>> {
    const invalid = (where: string, detail: string): Result<DomainTable> =>
      err(appError('schema_invalid', { file: file.name, where, detail }));
    if (file.size > MOST_BYTES) return invalid('', `${file.size} bytes`);
    let content: unknown;
    try {
      content = JSON.parse(await file.text());
    } catch (thrown) {
      return invalid('', thrown instanceof Error ? thrown.message : String(thrown));
    }
    const parsed = domainTableSchema.safeParse(content);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return invalid(issue?.path.join('.') ?? '', issue?.message ?? '');
    }
    this.#use(parsed.data);
    return ok(parsed.data);
  }

  #use(table: DomainTable): void {
    plant.table = table;
    try {
      if (this.#storage === null) throw new Error('no storage');
      this.#storage.setItem(STORAGE_KEY, table === DEFAULT_DOMAIN_TABLE ? '' : JSON.stringify(table));
      this.health = 'good';
    } catch {
      this.health = 'not-saved';
    }
  }

  #read(): void {
    plant.table = DEFAULT_DOMAIN_TABLE;
    try {
      const text = this.#storage?.getItem(STORAGE_KEY) ?? '';
      if (text === '') return;
      const parsed = domainTableSchema.safeParse(JSON.parse(text));
      if (parsed.success) plant.table = parsed.data;
      else this.health = 'discarded';
    } catch {
      this.health = 'discarded';
    }
  }
}
