import { expect, test } from 'vitest';
import type { ReleaseFacts, UpdateStatus } from '../../domain/updates.ts';
import type { MarkerRow } from '../../journal/store/database.ts';
import { logLines, signatureState, stationLines } from './station-lines.ts';

const release: ReleaseFacts = { id: 'r1', app: 4, models: 2, version: '1.0.0', build: '0123456789', headers: 'abcdefghij', bundle: 'field-1.0.0' };
const status: UpdateStatus = {
  schema: 1,
  current: release,
  previous: null,
  candidate: { release: { ...release, app: 5 }, stage: 'ready', starts: 0 },
  bad: [{ release, reason: 'self_test', detail: 'golden vectors', at: 1 }],
  floor: { app: 0, models: 0 },
  attempts: [{ at: 2, result: 'content', file: 'assets/a.js', release }],
  yours: release,
  missing: { files: ['models/x.onnx'], bytes: 2_000_000 },
};
const marker = (what: string, at: number, type: 'station' | 'stop' = 'station'): MarkerRow => ({
  kind: 'event', seq: 1, at, mono: 0, session: 1, schema: 1, bundle: null, data: { type, text: 'kept', details: { what } },
});

test('release, signature, attempts, bad releases and missing files are all there, by name', () => {
  const text = stationLines({ device: 'tablet-7', phase: 'ready', status, wake: 'held' }).map(({ value }) => value).join('\n');
  for (const said of ['tablet-7', '[4.2 abcdefgh]', '[5.2 abcdefgh]', 'assets/a.js', 'golden vectors', 'models/x.onnx']) expect(text).toContain(said);
});

test('a page from the network is not called verified', () => {
  expect(signatureState(status)).toBe('verified');
  expect(signatureState({ ...status, yours: null })).toBe('network');
  expect(signatureState(null)).toBe('none');
});

test('the log has what the journal kept and what it did not, once each, the newest first', () => {
  const lines = logLines(
    [marker('reload', 50_000), marker('stop', 60_000, 'stop')],
    [
      { at: 49_990, event: { kind: 'reload', reason: 'memory', detail: 'kept' } },
      { at: 90_000, event: { kind: 'page_error', detail: 'not kept' } },
    ],
  );
  expect(lines.map(({ at }) => at)).toEqual([90_000, 50_000]);
  expect(lines[0]?.text).toContain('not kept');
});
