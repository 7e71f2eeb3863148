import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DEFAULT_DOMAIN_TABLE } from '../domain/domain-table-default.ts';
import { FEATURE_NAMES, type FeatureName } from '../domain/feature.ts';
import { ok } from '../domain/result.ts';
import type { EventInput } from '../journal/journal.ts';
import { Changes } from './recorded-changes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('writes down who changed what in the domain table, and nothing when the app starts', async () => {
  const events: EventInput[] = [];
  const changes = new Changes({
    readOnly: false,
    records: { recordSetting: () => Promise.resolve(ok(1)) },
    recordEvent: (event) => {
      events.push(event);
      return Promise.resolve(true);
    },
  });
  changes.begin(null);
  changes.table(DEFAULT_DOMAIN_TABLE);
  await vi.runAllTimersAsync();
  expect(events).toEqual([]);
  const { signals, defects } = DEFAULT_DOMAIN_TABLE;
  const name = FEATURE_NAMES[5] as FeatureName;
  changes.table({ ...DEFAULT_DOMAIN_TABLE, author: 'Kim', date: '2026-01-05', signals: { ...signals, [name]: { ...signals[name], control: 'fixed' } }, defects });
  await vi.runAllTimersAsync();
  expect(events).toEqual([{ type: 'domain_table_change', text: `Kim, ${name}`, details: { author: 'Kim', date: '2026-01-05', signals: name, defects: '' } }]);
});
