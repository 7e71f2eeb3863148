import { expect, test } from 'vitest';
import { BackendRecords, fasterWorks, type BackendRecord } from './backend-records.ts';

const storageWith = (text: string | null) => ({
  text,
  getItem(): string | null {
    return this.text;
  },
  setItem(_key: string, value: string): void {
    this.text = value;
  },
});
const record = (changes: Partial<BackendRecord> = {}): BackendRecord => ({
  bundleId: 'field-1',
  browser: 'b 1',
  adapter: 'a',
  at: 1,
  times: [{ work: 512, processorMs: 2, webgpuMs: 1 }],
  distrusted: null,
  ...changes,
});

test('WebGPU gets what it is faster at, a live shot only when it is faster by half', () => {
  const times = (processorMs: number, webgpuMs: number) => ([1, 512, 'attribution'] as const).map((work) => ({ work, processorMs, webgpuMs }));
  expect(fasterWorks(times(2, 1))).toEqual([1, 512, 'attribution']);
  expect(fasterWorks(times(1.4, 1))).toEqual([512, 'attribution']);
  expect(fasterWorks(times(1, 1))).toEqual([]);
});

test('a record comes back for its bundle, browser and adapter and for no other', () => {
  const storage = storageWith(null);
  new BackendRecords(storage).keep(record());
  const again = new BackendRecords(storage);
  expect(again.find({ bundleId: 'field-1', browser: 'b 1', adapter: 'a' })).toEqual(record());
  for (const other of [{ bundleId: 'field-2' }, { browser: 'b 2' }, { adapter: 'c' }]) {
    expect(again.find({ bundleId: 'field-1', browser: 'b 1', adapter: 'a', ...other })).toBeNull();
  }
});

test('damaged entries are left out, the others stay, and only the latest are kept', () => {
  const storage = storageWith(JSON.stringify([{ ...record(), times: 'fast' }, { ...record(), times: [{ size: 512, processorMs: 2, webgpuMs: 1 }] }, record({ bundleId: 'field-3' }), 7]));
  const records = new BackendRecords(storage);
  expect(records.find(record())).toBeNull();
  expect(records.find(record({ bundleId: 'field-3' }))).not.toBeNull();
  for (let i = 0; i < 20; i += 1) records.keep(record({ bundleId: `b-${i}` }));
  expect((JSON.parse(storage.text ?? '[]') as unknown[]).length).toBe(8);
  expect(new BackendRecords(storageWith('{')).find(record())).toBeNull();
  expect(new BackendRecords(null).find(record())).toBeNull();
});
