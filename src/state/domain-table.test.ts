import { beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_DOMAIN_TABLE } from '../domain/domain-table-default.ts';
import { plant } from '../messages/plant.svelte.ts';
import { DomainTableStore } from './domain-table.svelte.ts';
import type { SettingsStorage } from './settings.svelte.ts';

class FakeStorage implements SettingsStorage {
  readonly items = new Map<string, string>();
  full = false;
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(key, value);
  }
}

const now = (): number => new Date(2026, 10, 23, 9).getTime();
const changed = {
  signals: {
    ...DEFAULT_DOMAIN_TABLE.signals,
    Process_Cylinder_Pressure: { ...DEFAULT_DOMAIN_TABLE.signals.Process_Cylinder_Pressure, unit: 'bar' as const, control: 'O' as const },
  },
  defects: DEFAULT_DOMAIN_TABLE.defects,
};
const fileOf = (text: string, size = text.length) => ({ name: 'table.json', size, text: () => Promise.resolve(text) });

let storage: FakeStorage;
beforeEach(() => {
  storage = new FakeStorage();
  plant.table = DEFAULT_DOMAIN_TABLE;
});

describe('a change', () => {
  test('is in use at once, carries author and date, and is there after a restart', () => {
    const store = new DomainTableStore(storage, now);
    expect(store.changed).toBe(false);
    store.save(changed, ' 김철수 ');
    expect(store.table).toMatchObject({ author: '김철수', date: '2026-11-23' });
    expect(store.controls.Process_Cylinder_Pressure).toBe('O');

    plant.table = DEFAULT_DOMAIN_TABLE;
    const restarted = new DomainTableStore(storage, now);
    expect(restarted.table.signals.Process_Cylinder_Pressure.unit).toBe('bar');
    expect(restarted.changed).toBe(true);
    expect(restarted.health).toBe('good');
  });

  test('is taken back by the reset, for good', () => {
    const store = new DomainTableStore(storage, now);
    store.save(changed, 'a');
    store.reset();
    expect(store.changed).toBe(false);
    expect(new DomainTableStore(storage, now).changed).toBe(false);
  });

  test('that cannot be stored lasts as long as the page, and that is said', () => {
    storage.full = true;
    const store = new DomainTableStore(storage, now);
    store.save(changed, 'a');
    expect(store.health).toBe('not-saved');
    expect(store.table.signals.Process_Cylinder_Pressure.unit).toBe('bar');
    expect(new DomainTableStore(null, now).changed).toBe(false);
  });
});

test.each(['{', '[]', '{"schema":1}', JSON.stringify({ ...DEFAULT_DOMAIN_TABLE, signals: {} })])(
  'a stored table that is none gives way to the shipped one, and that is said: %s',
  (text) => {
    storage.items.set('castwatch.domain-table', text);
    const store = new DomainTableStore(storage, now);
    expect(store.changed).toBe(false);
    expect(store.health).toBe('discarded');
  },
);

describe('a file', () => {
  test('that was exported comes back the same, with its own author and date', async () => {
    const store = new DomainTableStore(storage, now);
    store.save(changed, 'a');
    const text = store.exportText();
    store.reset();
    expect(await store.importFile(fileOf(text))).toMatchObject({ ok: true });
    expect(store.table).toEqual({ schema: 1, author: 'a', date: '2026-11-23', ...changed });
  });

  test.each([
    ['no JSON', 'PK\u0003', undefined],
    ['another JSON', '{"a":1}', undefined],
    ['of a missing signal', JSON.stringify({ ...DEFAULT_DOMAIN_TABLE, signals: {} }), undefined],
    ['with a __proto__', '{"__proto__":{"schema":1}}', undefined],
    ['too large', '{}', 2_000_000],
  ])('%s is refused by name and changes nothing', async (_, text, size) => {
    const store = new DomainTableStore(storage, now);
    store.save(changed, 'a');
    const result = await store.importFile(fileOf(text, size));
    expect(result).toMatchObject({ ok: false, error: { code: 'schema_invalid', params: { file: 'table.json' } } });
    expect(store.table.author).toBe('a');
  });
});
