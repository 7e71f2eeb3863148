import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LineEvents } from '../line/line.ts';
import { WORK_SIZES, WORKS, type Acceleration, type BackendEvent, type Work, type WorkTimes } from '../model/acceleration.ts';
import type { LoadedBundle } from '../model/client.ts';
import { Backends } from './backends.svelte.ts';
import { Settings } from './settings.svelte.ts';

const entry = { id: 'field-9', webgpu: { files: [] } };
const timesOf = (work: Work): WorkTimes => ({ work, processorMs: 2, webgpuMs: work === 1 ? 1.9 : 1 });
const FAST = WORK_SIZES.map(timesOf);
const EXPLAINED = [timesOf('candidates'), { work: 'attribution', processorMs: 2, webgpuMs: 3 }] as const;

/** A device whose adapter, times and answers a test decides on. */
function deviceOf({ software = false, times = FAST, explained = EXPLAINED, storage = new Map() }: {
  software?: boolean;
  times?: readonly WorkTimes[] | null;
  explained?: readonly WorkTimes[];
  storage?: Map<string, string>;
} = {}) {
  const listeners = new Map<string, (payload: never) => void>();
  let tell: (event: BackendEvent) => void = () => undefined;
  const told: (readonly Work[])[] = [];
  /** What the explanation worker was told last. */
  let explaining: readonly Work[] = [];
  const events: BackendEvent[] = [];
  const kept = { getItem: (key: string) => storage.get(key) ?? null, setItem: (key: string, value: string) => void storage.set(key, value) };
  const settings = new Settings(kept);
  const measure = vi.fn(() => Promise.resolve(times));
  let idle = false;
  const backends = new Backends({
    control: {
      accelerate: (_, works): Promise<Acceleration> => {
        told.push(works);
        return Promise.resolve(works.length > 0 ? { state: 'on', adapter: 'a', works } : { state: 'off', reason: 'not_wanted', detail: '' });
      },
      measure,
      compute: () => Promise.resolve(null),
      onBackendEvent: (listener) => {
        tell = listener;
        return () => undefined;
      },
    },
    explainer: { accelerate: (works) => (explaining = works), measure: () => Promise.resolve(explained) },
    line: {
      bundle: { entry } as unknown as LoadedBundle,
      status: { state: 'ready', bundleId: entry.id, backend: 'wasm' },
      on: (event: keyof LineEvents, listener: (payload: never) => void) => {
        listeners.set(event, listener);
        return () => listeners.delete(event);
      },
    },
    settings,
    storage: kept,
    readAdapter: () => Promise.resolve({ name: 'a', software }),
    browser: 'b',
    idle: () => idle,
    onEvent: (event) => events.push(event),
  });
  stops.push(backends.start());
  flushSync();
  const choose = (backend: 'auto' | 'wasm' | 'webgpu'): void => {
    settings.update({ backend });
    flushSync();
  };
  return {
    backends, told, events, measure, choose, settings,
    lose: (reason: BackendEvent['reason']) => tell({ kind: 'backend_disabled', reason, bundleId: entry.id, detail: 'd' }),
    restart: () => {
      listeners.get('status')?.({ state: 'restarting' } as never);
      listeners.get('status')?.({ state: 'ready' } as never);
    },
    explaining: () => explaining,
    rest: () => (idle = true),
    again: () => deviceOf({ software, times, explained, storage }),
  };
}

const stops: (() => void)[] = [];
/** Enough for whatever is under way, the wait for a calm moment included. */
const settle = () => vi.advanceTimersByTimeAsync(6_000);
/** The next look at whether the line rests. */
const look = () => vi.advanceTimersByTimeAsync(31_000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.useRealTimers();
});

it('auto waits for the line to rest, measures once, uses what is faster, and knows it after a restart of the page', async () => {
  const device = deviceOf();
  await look();
  expect(device.measure).not.toHaveBeenCalled();
  device.rest();
  await look();
  await look();
  expect(device.measure).toHaveBeenCalledTimes(1);
  // A live shot is not faster by half, an attribution not at all.
  expect(device.backends.acceleration).toMatchObject({ state: 'on', works: [512, 7535, 'candidates'] });
  expect(device.explaining()).toEqual(['candidates']);
  const next = device.again();
  await settle();
  expect(next.measure).not.toHaveBeenCalled();
  expect(next.backends.acceleration).toMatchObject({ state: 'on', works: [512, 7535, 'candidates'] });
  expect(next.explaining()).toEqual(['candidates']);
});

it('auto leaves a software adapter alone; a person may force it, and take it back', async () => {
  const device = deviceOf({ software: true });
  device.rest();
  await look();
  expect([device.measure.mock.calls.length, device.backends.acceleration.state]).toEqual([0, 'off']);
  device.choose('webgpu');
  await settle();
  expect(device.backends.acceleration).toMatchObject({ state: 'on', works: WORKS });
  expect(device.explaining()).toEqual(['candidates', 'attribution']);
  device.choose('wasm');
  await settle();
  expect(device.told.at(-1)).toEqual([]);
  expect(device.explaining()).toEqual([]);
  expect(device.backends.acceleration).toMatchObject({ state: 'off', reason: 'not_wanted' });
});

it('what breaks down stays off, through a restart of the worker and other settings, until it is chosen again', async () => {
  const device = deviceOf();
  device.choose('webgpu');
  await settle();
  device.lose('device_lost');
  expect(device.explaining()).toEqual([]);
  device.restart();
  device.settings.update({ andon: true });
  flushSync();
  await settle();
  expect(device.backends.acceleration).toMatchObject({ state: 'off', reason: 'device_lost' });
  expect(device.events).toHaveLength(1);
  device.choose('auto');
  device.choose('webgpu');
  await settle();
  expect(device.backends.acceleration.state).toBe('on');
});

it('a restarted worker is told again', async () => {
  const device = deviceOf();
  device.choose('webgpu');
  await settle();
  const before = device.told.length;
  device.restart();
  await settle();
  expect(device.told.length).toBe(before + 1);
});

it('what contradicted the reference stays off on this device until somebody measures again', async () => {
  const device = deviceOf();
  device.choose('webgpu');
  await settle();
  device.lose('disagreement');
  const next = device.again();
  next.rest();
  await look();
  expect([next.backends.acceleration.state, next.measure.mock.calls.length]).toEqual(['off', 0]);
  void next.backends.measure();
  await settle();
  expect(next.backends.acceleration.state).toBe('on');
});

it('what was measured only to know it is not left running', async () => {
  const device = deviceOf({ software: true });
  await settle();
  void device.backends.measure();
  await settle();
  expect(device.backends.record?.times?.map(({ work }) => work)).toEqual(WORKS);
  expect(device.told).toEqual([[]]);
});

it('a bundle that explains nothing is measured on shots alone', async () => {
  const device = deviceOf({ explained: [] });
  device.rest();
  await look();
  await look();
  expect(device.backends.record?.times).toEqual(FAST);
  expect(device.backends.acceleration).toMatchObject({ state: 'on', works: [512, 7535] });
});

it('a measurement that finds nothing is not tried over and over', async () => {
  const device = deviceOf({ times: null });
  device.rest();
  for (let i = 0; i < 4; i += 1) await look();
  expect(device.measure).toHaveBeenCalledTimes(1);
  expect(device.backends.acceleration.state).toBe('off');
});
