import { beforeEach, expect, test } from 'vitest';
import { ok } from '../domain/result.ts';
import type { ClientStatus } from '../model/client.ts';
import type { WatchdogEvent } from './watchdog.ts';
import { GAP_MS, WorkerMemory } from './worker-memory.ts';

let heapBytes: number;
let idle: boolean;
let busy: boolean;
let time: number;
let status: ClientStatus;
let recycled: number;
let events: WatchdogEvent[];

beforeEach(() => {
  [heapBytes, idle, busy, time, recycled, events] = [500, true, false, 0, 0, []];
  status = { state: 'ready', bundleId: 'field-1.0.0', backend: 'wasm' };
});

const memory = (): WorkerMemory =>
  new WorkerMemory({
    client: {
      get status() {
        return status;
      },
      diagnostics: () => Promise.resolve(ok({ heapBytes })),
      recycle: () => {
        if (!busy) recycled += 1;
        return !busy;
      },
    },
    limitBytes: 400,
    idle: () => idle,
    onEvent: (event) => events.push(event),
    now: () => time,
  });

test('a worker that has grown is replaced while the line rests, and it is written down', async () => {
  await memory().check();
  expect(recycled).toBe(1);
  expect(events).toEqual([{ kind: 'recycled', detail: '500' }]);
});

test('not while shots come, not while it works, not before it is ready, and not when it is small', async () => {
  const watched = memory();
  idle = false;
  await watched.check();
  [idle, busy] = [true, true];
  await watched.check();
  [busy, status] = [false, { state: 'loading', progress: null }];
  await watched.check();
  [status, heapBytes] = [{ state: 'ready', bundleId: 'field-1.0.0', backend: 'wasm' }, 400];
  await watched.check();
  expect([recycled, events]).toEqual([0, []]);
});

test('a worker that is always large is not replaced over and over', async () => {
  const watched = memory();
  for (; time < GAP_MS; time += GAP_MS / 10) await watched.check();
  expect(recycled).toBe(1);
  await watched.check();
  expect(recycled).toBe(2);
});
