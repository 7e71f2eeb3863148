import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNodeServer, diskFiles, MODELS_FOLDER } from '../../scripts/node-models.ts';
import { appError } from '../domain/app-error.ts';
import { FEATURE_INDEX, type FeatureName } from '../domain/feature.ts';
import { err, ok } from '../domain/result.ts';
import { createShot, type Shot, type ShotSource } from '../domain/shot.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { Journal } from '../journal/journal.ts';
import { createSessionJournal } from '../journal/session-journal.ts';
import type { LoadedBundle } from '../model/client.ts';
import { createInProcessWorker } from '../model/in-process-worker.ts';
import type { ModelFiles } from '../model/files.ts';
import { WorkerPredictionClient, type WorkerLike } from '../model/worker-client.ts';
import { createLine } from './create-line.ts';
import type { Line } from './line.ts';

let client: WorkerPredictionClient;
let workers: WorkerLike[];
let line: Line;
let bundle: LoadedBundle;
let judged: JudgedShot[];

function start(journal: Journal = createSessionJournal(), files: ModelFiles = diskFiles(MODELS_FOLDER)): void {
  workers = [];
  client = new WorkerPredictionClient({
    createWorker: () => {
      const worker = createInProcessWorker(createNodeServer(files));
      workers.push(worker);
      return worker;
    },
    modelsUrl: 'file:///models/',
    restartDelayMs: () => 5,
  });
  line = createLine({ client, journal, retryDelayMs: () => 5 });
  judged = [];
  line.on('judged', (shot) => judged.push(shot));
}

async function load(): Promise<void> {
  const loaded = await line.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  bundle = loaded.value;
}

beforeEach(() => {
  start();
});
afterEach(() => {
  client.dispose();
});

/** The median good shot of product 1, or that with some values changed. */
function shot(changes: Partial<Record<FeatureName, number>> = {}, source: ShotSource = 'demo'): Shot {
  const values = Float64Array.from(bundle.reference.products['1']!.golden_shot);
  for (const [name, value] of Object.entries(changes)) values[FEATURE_INDEX[name as FeatureName]] = value;
  return createShot(values, { source, receivedAt: 0 });
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('a live shot', () => {
  beforeEach(load);

  test('gets a verdict with everything that made it, and is announced', async () => {
    const { verdict } = await line.receive(shot());
    expect(['ok', 'ng']).toContain(verdict.class);
    expect(verdict).toMatchObject({
      threshold: line.policy?.threshold,
      policy: bundle.calibration.default_policy,
      bundleId: bundle.entry.id,
      backend: 'wasm',
      reasons: [],
    });
    expect(verdict.class).toBe((verdict.probability ?? NaN) >= (verdict.threshold ?? NaN) ? 'ng' : 'ok');
    expect(verdict.latents).toHaveLength(12);
    expect(verdict.reconstruction).toHaveLength(30);
    expect(judged).toHaveLength(1);
  });

  test('that repeats the one before from the same source is marked, and no other', async () => {
    await line.receive(shot());
    await line.receive(shot({}, 'api'));
    await line.receive(shot());
    await line.receive(shot({ Process_Shot: 1 }));
    expect(judged.map(({ shot: { repeat } }) => repeat)).toEqual([false, false, true, false]);
  });

  test('with a missing value is held and keeps no probability', async () => {
    const { verdict } = await line.receive(shot({ Sensor_Coolant_Temp: NaN }));
    expect(verdict).toMatchObject({
      class: 'hold',
      probability: null,
      reasons: [{ kind: 'missing', features: ['Sensor_Coolant_Temp'] }],
    });
  });

  test('is announced in the order of arrival', async () => {
    const arrivals = Array.from({ length: 20 }, (_, i) => shot({ Process_Shot: i + 1 }));
    await Promise.all(arrivals.map((arrival) => line.receive(arrival)));
    expect(judged.map(({ shot: { id } }) => id)).toEqual(arrivals.map(({ id }) => id));
  });

  test('while the worker is down is a HOLD that says so, and after the restart it is judged again', async () => {
    workers[0]!.onerror?.(Object.assign(new Event('error'), { message: 'gone' }) as ErrorEvent);
    const { verdict } = await line.receive(shot());
    expect(verdict).toMatchObject({
      class: 'hold',
      probability: null,
      reasons: [{ kind: 'unavailable', error: { code: 'worker_died' } }],
    });
    await until(() => line.status.state === 'ready');
    expect((await line.receive(shot({ Process_Shot: 2 }))).verdict.class).not.toBe('hold');
  });

  test('is judged by the policy chosen last', async () => {
    line.setPolicy({ kind: 'fixed', threshold: 0 });
    expect((await line.receive(shot())).verdict.class).toBe('ng');
    line.setPolicy({ kind: 'fixed', threshold: 1 });
    expect((await line.receive(shot())).verdict).toMatchObject({ class: 'ok', policy: { kind: 'fixed', threshold: 1 } });
  });
});

test('before a bundle is loaded, a shot is a HOLD that says so', async () => {
  const values = new Float64Array(30);
  const { verdict } = await line.receive(createShot(values, { source: 'demo', receivedAt: 0 }));
  expect(verdict).toMatchObject({ class: 'hold', bundleId: null, reasons: [{ kind: 'unavailable', error: { code: 'not_ready' } }] });
});

test('a first load that failed for want of a network is tried again by itself', async () => {
  const disk = diskFiles(MODELS_FOLDER);
  let online = false;
  start(createSessionJournal(), {
    read: (path, options) => (online ? disk.read(path, options) : Promise.resolve(err(appError('offline', { file: path })))),
  });
  expect(await line.load(null)).toMatchObject({ ok: false, error: { code: 'offline' } });
  online = true;
  await until(() => line.bundle !== null);
  expect(line.status.state).toBe('ready');
});

describe('a file', () => {
  beforeEach(load);
  const file = (rows: number): Shot[] =>
    Array.from({ length: rows }, (_, i) => shot({ Process_Shot: 1 + Math.floor(i / 2) }, 'csv'));

  test('is judged in order, its repeats marked and scored, without being announced', async () => {
    const progress: number[] = [];
    const result = await line.receiveMany(file(1500), { onProgress: ({ done }) => progress.push(done) });
    if (!result.ok) throw new Error(result.error.code);
    expect(result.value).toHaveLength(1500);
    // Every second row repeats the one before it, also across the chunks.
    expect(result.value.map((row) => row.shot.repeat)).toEqual(result.value.map((_, i) => i % 2 === 1));
    expect(result.value.every(({ verdict }) => verdict.probability !== null && verdict.latents === null)).toBe(true);
    expect(progress.at(-1)).toBe(1500);
    expect(judged).toEqual([]);
  });

  test('gets the verdicts that its shots would get one by one', async () => {
    const shots = [shot({}, 'csv'), shot({ Process_Cycle_Time: 400 }, 'csv'), shot({ Process_Product_Type: 9 }, 'csv')];
    const result = await line.receiveMany(shots, { details: true });
    if (!result.ok) throw new Error(result.error.code);
    for (const [i, row] of result.value.entries()) {
      const single = await line.preview(shots[i]!);
      expect(row.verdict.class).toBe(single.class);
      expect(row.verdict.reasons).toEqual(single.reasons);
      expect(row.verdict.latents).toHaveLength(12);
      if (single.probability !== null) expect(row.verdict.probability).toBeCloseTo(single.probability, 12);
    }
  });

  test('can be cancelled', async () => {
    const controller = new AbortController();
    const result = await line.receiveMany(file(3000), { signal: controller.signal, onProgress: () => { controller.abort(); } });
    expect(result).toMatchObject({ ok: false, error: { code: 'aborted' } });
  });

  test('waits for a worker that died under it', async () => {
    const result = await line.receiveMany(file(3000), {
      onProgress: ({ done }) => {
        if (done === 1024) workers[0]!.onerror?.(Object.assign(new Event('error'), { message: 'gone' }) as ErrorEvent);
      },
    });
    if (!result.ok) throw new Error(result.error.code);
    expect(result.value.filter(({ verdict }) => verdict.reasons.some(({ kind }) => kind === 'unavailable'))).toEqual([]);
    expect(workers).toHaveLength(2);
  });

  test('stays with the bundle it began with when another is chosen on the way', async () => {
    const other = await client.manifest();
    const legacy = other.ok ? other.value.bundles.find(({ id }) => id !== bundle.entry.id) : undefined;
    let switched: Promise<unknown> | undefined;
    const result = await line.receiveMany(file(6000), {
      onProgress: () => { switched ??= line.load(legacy!.id); },
    });
    await until(() => line.bundle?.entry.id === legacy!.id);
    if (!result.ok) throw new Error(result.error.code);
    expect(new Set(result.value.map(({ verdict }) => verdict.bundleId))).toEqual(new Set([bundle.entry.id]));
    expect((await line.receive(shot())).verdict.bundleId).toBe(legacy!.id);
    // What is not in use any more is freed.
    expect(await client.predict(bundle.entry.id, shot().values)).toMatchObject({ ok: false, error: { code: 'not_ready' } });
  });
});

describe('the journal', () => {
  test('has the shot before it is judged, and the verdict before it is announced', async () => {
    const order: string[] = [];
    start({
      recordShots: (shots) => { order.push(`shot ${shots.length}`); return Promise.resolve(ok(undefined)); },
      recordVerdicts: () => { order.push('verdict'); return Promise.resolve(ok(undefined)); },
      recent: () => Promise.resolve([]),
    });
    await load();
    line.on('judged', () => order.push('announced'));
    await line.receive(shot());
    expect(order).toEqual(['shot 1', 'verdict', 'announced']);
  });

  test('that fails is reported, and the verdict comes all the same', async () => {
    const failure = err(appError('journal_failed', { detail: 'disk full' }));
    start({
      recordShots: () => Promise.resolve(failure),
      recordVerdicts: () => Promise.resolve(failure),
      recent: () => Promise.resolve([]),
    });
    await load();
    const failures: string[] = [];
    line.on('journalFailure', ({ code }) => failures.push(code));
    expect((await line.receive(shot())).verdict.class).not.toBe('hold');
    expect(failures).toEqual(['journal_failed', 'journal_failed']);
  });

  test('of the session keeps the latest shots and none of a preview', async () => {
    const journal = createSessionJournal(2);
    start(journal);
    await load();
    for (let i = 1; i <= 7; i += 1) await line.receive(shot({ Process_Shot: i }));
    await line.preview(shot({ Process_Shot: 99 }));
    const kept = await journal.recent(5);
    expect(kept.map((entry) => entry.shot.values[FEATURE_INDEX.Process_Shot])).toEqual([6, 7]);
  });
});
