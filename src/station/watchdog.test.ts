import { beforeEach, describe, expect, it } from 'vitest';
import { appError } from '../domain/app-error.ts';
import type { ClientStatus } from '../model/client.ts';
import { BEAT_MS, HOPELESS_MS, RELOADS, RELOADS_WITHIN_MS, Watchdog, type WatchdogEvent } from './watchdog.ts';

const READY: ClientStatus = { state: 'ready', bundleId: 'field-1.0.0', backend: 'wasm' };
const unavailable = (code: 'runtime_failed' | 'offline'): ClientStatus => ({
  state: 'unavailable',
  error: code === 'offline' ? appError('offline', { file: 'manifest.json' }) : appError('runtime_failed', { detail: 'no memory' }),
});

let time: { wall: number; monotonic: number };
let status: ClientStatus;
let listeners: ((status: ClientStatus) => void)[];
let beats: number;
let events: WatchdogEvent[];
let reloads: number;
let heap: number;
let idle: boolean;
let stored: Map<string, string>;

beforeEach(() => {
  time = { wall: 1_700_000_000_000, monotonic: 0 };
  status = READY;
  listeners = [];
  beats = 0;
  events = [];
  reloads = 0;
  heap = 10;
  idle = true;
  stored = new Map();
});

function watchdog(storage: 'kept' | 'forbidden' = 'kept'): Watchdog {
  return new Watchdog({
    client: {
      get status() {
        return status;
      },
      onStatus: (listener) => {
        listeners.push(listener);
        return () => undefined;
      },
      beat: () => {
        beats += 1;
        return Promise.resolve();
      },
    },
    onEvent: (event) => events.push(event),
    reload: () => (reloads += 1),
    storage:
      storage === 'kept'
        ? { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => void stored.set(key, value) }
        : null,
    idle: () => idle,
    heapBytes: () => heap,
    heapLimitBytes: 100,
    now: () => ({ ...time }),
  });
}

/** Lets time pass on both clocks, a round at a time. */
async function pass(dog: Watchdog, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += BEAT_MS) {
    time = { wall: time.wall + BEAT_MS, monotonic: time.monotonic + BEAT_MS };
    dog.check();
    await Promise.resolve();
    await Promise.resolve();
  }
}

function become(next: ClientStatus): void {
  status = next;
  for (const listener of listeners) listener(next);
}

describe('the watchdog', () => {
  it('asks a ready worker for a sign of life every round, and no other', async () => {
    const dog = watchdog();
    await pass(dog, 3 * BEAT_MS);
    expect(beats).toBe(3);
    become({ state: 'loading', progress: null });
    await pass(dog, 3 * BEAT_MS);
    expect(beats).toBe(3);
  });

  it('does not take a device that slept for a worker that hangs', async () => {
    const dog = watchdog();
    time = { wall: time.wall + 3_600_000, monotonic: time.monotonic + 3_600_000 };
    dog.check();
    expect(beats).toBe(0);
    await pass(dog, BEAT_MS);
    expect(beats).toBe(1);
    expect(events).toEqual([]);
  });

  it('tells once of an outage, and reloads when inference stays away for a reason that a fresh page may mend', async () => {
    const dog = watchdog();
    dog.start()();
    become(unavailable('runtime_failed'));
    become(unavailable('runtime_failed'));
    await pass(dog, HOPELESS_MS - BEAT_MS);
    expect(reloads).toBe(0);
    await pass(dog, 2 * BEAT_MS);
    expect(reloads).toBe(1);
    expect(events.map(({ kind }) => kind)).toEqual(['worker_lost', 'reload']);
  });

  it('never reloads for what only the network can mend', async () => {
    const dog = watchdog();
    dog.start()();
    become(unavailable('offline'));
    await pass(dog, 5 * HOPELESS_MS);
    expect(reloads).toBe(0);
  });

  it('forgets an outage that is over', async () => {
    const dog = watchdog();
    dog.start()();
    become(unavailable('runtime_failed'));
    await pass(dog, HOPELESS_MS / 2);
    become(READY);
    await pass(dog, HOPELESS_MS);
    expect(reloads).toBe(0);
  });

  it('stops reloading after a few times, over all fresh pages, says so once, and begins again later', async () => {
    for (let page = 0; page < RELOADS + 2; page += 1) {
      const dog = watchdog();
      dog.start()();
      become(unavailable('runtime_failed'));
      await pass(dog, HOPELESS_MS + 2 * BEAT_MS);
    }
    expect(reloads).toBe(RELOADS);
    expect(events.filter(({ kind }) => kind === 'reload_withheld')).toHaveLength(2);
    time = { wall: time.wall + RELOADS_WITHIN_MS, monotonic: time.monotonic + RELOADS_WITHIN_MS };
    const dog = watchdog();
    dog.start()();
    become(unavailable('runtime_failed'));
    await pass(dog, HOPELESS_MS + 2 * BEAT_MS);
    expect(reloads).toBe(RELOADS + 1);
  });

  it('does not reload where it could not count its reloads', async () => {
    const dog = watchdog('forbidden');
    dog.start()();
    become(unavailable('runtime_failed'));
    await pass(dog, 2 * HOPELESS_MS);
    expect(reloads).toBe(0);
  });

  it('frees a page that has grown, but only while the line rests', async () => {
    const dog = watchdog();
    heap = 101;
    idle = false;
    await pass(dog, 5 * BEAT_MS);
    expect(reloads).toBe(0);
    idle = true;
    await pass(dog, BEAT_MS);
    expect(reloads).toBe(1);
  });

  it('tells of a clock that was set, in both directions', () => {
    const dog = watchdog();
    time = { wall: time.wall - 3_600_000 + 1000, monotonic: time.monotonic + 1000 };
    dog.check();
    time = { wall: time.wall + 60_000 + 1000, monotonic: time.monotonic + 1000 };
    dog.check();
    expect(events).toEqual([{ kind: 'clock_jump', ms: -3_600_000 }, { kind: 'clock_jump', ms: 60_000 }]);
  });
});
