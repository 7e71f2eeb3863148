import { beforeEach, expect, test } from 'vitest';
import type { ReleaseFacts, UpdateStatus } from '../domain/updates.ts';
import type { EventInput } from '../journal/journal.ts';
import { ReleaseChanges } from './release-changes.ts';

const facts = (n: number): ReleaseFacts => ({ id: `r${n}`, app: n, models: 1, version: `1.0.${n}`, build: `build-${n}`, headers: 'h', bundle: 'field-1.0.0' });
const status = (more: Partial<UpdateStatus>): UpdateStatus => ({
  schema: 1, current: facts(1), previous: null, candidate: null, bad: [], floor: { app: 0, models: 0 }, attempts: [], yours: facts(1), missing: null, ...more,
});

let stored: Map<string, string>;
let written: EventInput[];
let kept: boolean;

beforeEach(() => {
  stored = new Map();
  written = [];
  kept = true;
});

/** A fresh page each time: what is known is known over a reload. */
async function see(more: Partial<UpdateStatus>): Promise<readonly unknown[]> {
  written = [];
  const storage = { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value) };
  await new ReleaseChanges(storage, (event) => Promise.resolve((written.push(event), kept))).take(status(more));
  return written.map(({ details }) => details?.['what']);
}

test('what a device was before it began to watch is no event', async () => {
  expect(await see({ bad: [{ release: facts(2), reason: 'self_test', detail: 'x', at: 5 }] })).toEqual([]);
});

test('a release that is taken, one that is rolled back and one that is refused are written down once each', async () => {
  await see({});
  expect(await see({ current: facts(2), previous: facts(1) })).toEqual(['taken']);
  expect(written[0]?.details).toMatchObject({ before: '1.0.1 (build-1), models 1', after: '1.0.2 (build-2), models 1' });
  const bad = [{ release: facts(3), reason: 'self_test' as const, detail: 'golden vectors', at: 9 }];
  expect(await see({ current: facts(2), bad })).toEqual(['rolled_back']);
  expect(written[0]?.text).toContain('golden vectors');
  const attempts = [{ at: 10, result: 'content' as const, file: 'assets/a.js', release: facts(4) }];
  expect(await see({ current: facts(2), bad, attempts })).toEqual(['refused']);
  expect(written[0]?.text).toContain('assets/a.js');
  expect(await see({ current: facts(2), bad, attempts: [{ ...attempts[0]!, at: 11 }] })).toEqual([]);
});

test('no connection and nothing new are not events', async () => {
  await see({});
  expect(await see({ attempts: [{ at: 1, result: 'offline', file: null, release: null }, { at: 2, result: 'current', file: null, release: facts(1) }] })).toEqual([]);
});

test('what the journal did not keep is written down with the next status', async () => {
  await see({});
  kept = false;
  await see({ current: facts(2) });
  kept = true;
  expect(await see({ current: facts(2) })).toEqual(['taken']);
});
