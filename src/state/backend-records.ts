/** What this device has found out about its backends: one record per bundle, browser and adapter, in local storage. */
import { z, type Schema } from '../domain/zod.ts';
import { workSchema, type Work, type WorkTimes } from '../model/acceleration.ts';
import type { SettingsStorage } from './settings.svelte.ts';

/** What a record holds for. With another bundle, browser or adapter everything is found out anew. */
export interface BackendKey {
  readonly bundleId: string;
  readonly browser: string;
  readonly adapter: string;
}

export interface BackendRecord extends BackendKey {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Null before the first measurement. */
  readonly times: readonly WorkTimes[] | null;
  /** WebGPU contradicted the reference, and how: it is not used again before somebody has it measured anew. Null: it did not. */
  readonly distrusted: string | null;
}

/** How many times faster WebGPU has to be for a live shot, which wasm has in a moment anyway. */
export const SHOT_FACTOR = 1.5;

/** The works that go to WebGPU by their measured times. */
export function fasterWorks(times: readonly WorkTimes[]): readonly Work[] {
  return times.filter(({ work, processorMs, webgpuMs }) => processorMs > webgpuMs * (work === 1 ? SHOT_FACTOR : 1)).map(({ work }) => work);
}

const STORAGE_KEY = 'castwatch.backends';
const KEPT = 8;

const ms = z.number().check(z.nonnegative());
const recordSchema: Schema<BackendRecord> = z.object({
  bundleId: z.string(),
  browser: z.string(),
  adapter: z.string(),
  at: z.number(),
  times: z.nullable(z.array(z.object({ work: workSchema, processorMs: ms, webgpuMs: ms }))),
  distrusted: z.nullable(z.string()),
});

const same = (a: BackendKey, b: BackendKey): boolean => a.bundleId === b.bundleId && a.browser === b.browser && a.adapter === b.adapter;

export class BackendRecords {
  readonly #storage: SettingsStorage | null;
  /** Also where the browser forbids storage: then they last as long as the page. */
  #records: readonly BackendRecord[];

  constructor(storage: SettingsStorage | null) {
    this.#storage = storage;
    this.#records = read(storage);
  }

  find(key: BackendKey): BackendRecord | null {
    return this.#records.find((record) => same(record, key)) ?? null;
  }

  /** Keeps a record in place of the one with the same key. */
  keep(record: BackendRecord): void {
    this.#records = [...this.#records.filter((other) => !same(other, record)), record].slice(-KEPT);
    try {
      this.#storage?.setItem(STORAGE_KEY, JSON.stringify(this.#records));
    } catch {
      // What cannot be kept is measured again.
    }
  }
}

function read(storage: SettingsStorage | null): readonly BackendRecord[] {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(STORAGE_KEY) ?? '[]');
    return (Array.isArray(stored) ? stored : []).flatMap((entry) => {
      const parsed = recordSchema.safeParse(entry);
      return parsed.success ? [parsed.data] : [];
    });
  } catch {
    return [];
  }
}
