import { expect, test } from 'vitest';
import { ok } from '../domain/result.ts';
import type { EventInput } from '../journal/journal.ts';
import { StationRecord } from './station-record.ts';

function written(): { record: StationRecord; events: EventInput[]; pass: (ms: number) => void } {
  const events: EventInput[] = [];
  let now = 0;
  const record = new StationRecord({ recordEvent: (event) => Promise.resolve((events.push(event), ok(events.length))) }, () => now);
  return { record, events, pass: (ms) => (now += ms) };
}

test('what the watchdog found and what went wrong on the page become events of the station', () => {
  const { record, events } = written();
  record.write({ kind: 'reload', reason: 'memory', detail: '12' });
  record.write({ kind: 'clock_jump', ms: -60_000 });
  record.write({ kind: 'page_error', detail: 'x'.repeat(5000) });
  expect(events.map(({ type, details }) => [type, details])).toEqual([
    ['station', { what: 'reload', reason: 'memory' }],
    ['station', { what: 'clock_jump', ms: -60_000 }],
    ['station', { what: 'page_error' }],
  ]);
  expect(events[2]?.text).toHaveLength(2000);
});

test('a station in trouble does not fill the journal', () => {
  const { record, events, pass } = written();
  for (let i = 0; i < 500; i += 1) record.write({ kind: 'worker_lost', detail: '' });
  expect(events).toHaveLength(60);
  pass(3_600_000);
  record.write({ kind: 'worker_lost', detail: '' });
  expect(events).toHaveLength(61);
});

test('the page is left after its last words are kept', async () => {
  let keep = (): void => undefined;
  let left = false;
  const record = new StationRecord({ recordEvent: () => new Promise((resolve) => (keep = () => resolve(ok(1)))) });
  record.write({ kind: 'reload', reason: 'inference', detail: '' });
  const leaving = record.settled().then(() => (left = true));
  await Promise.resolve();
  expect(left).toBe(false);
  keep();
  await leaving;
});
