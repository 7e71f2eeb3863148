import { afterEach, describe, expect, test } from 'vitest';
import { createNodeServer, diskFiles, MODELS_FOLDER } from '../../scripts/node-models.ts';
import { appError } from '../domain/app-error.ts';
import { err } from '../domain/result.ts';
import type { ClientStatus } from './client.ts';
import type { ModelFiles } from './files.ts';
import { createInProcessWorker } from './in-process-worker.ts';
import { WorkerPredictionClient, type WorkerLike } from './worker-client.ts';

/** A client whose workers are real model servers in this thread, which a test can cut off. */
function startClient(files: ModelFiles = diskFiles(MODELS_FOLDER)) {
  const workers: WorkerLike[] = [];
  const statuses: ClientStatus[] = [];
  const client = new WorkerPredictionClient({
    createWorker: () => {
      const worker = createInProcessWorker(createNodeServer(files));
      workers.push(worker);
      return worker;
    },
    modelsUrl: 'file:///models/',
    restartDelayMs: () => 1,
  });
  client.onStatus((status) => statuses.push(status));
  clients.push(client);
  return { client, workers, statuses };
}

const clients: WorkerPredictionClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

async function loaded(files?: ModelFiles) {
  const started = startClient(files);
  const bundle = await started.client.load(null);
  if (!bundle.ok) throw new Error(bundle.error.code);
  const { entry, reference } = bundle.value;
  const shot = Float64Array.from(Object.values(reference.products)[0]!.golden_shot);
  return { ...started, id: entry.id, shot };
}

/** The worker takes commands and never answers again, as one in an endless loop. */
function hang(worker: WorkerLike): void {
  worker.postMessage = () => undefined;
}

/** The browser reports that the worker died. */
function die(worker: WorkerLike): void {
  worker.onerror?.(Object.assign(new Event('error'), { message: 'out of memory' }) as ErrorEvent);
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};

test('a load ends ready, with the bytes shown on the way, and predictions leave the caller its values', async () => {
  const { client, statuses, id, shot } = await loaded();
  expect(client.status).toEqual({ state: 'ready', bundleId: id, backend: 'wasm' });
  expect(statuses[0]).toEqual({ state: 'loading', progress: null });
  const prediction = await client.predict(id, shot);
  expect(prediction).toMatchObject({ ok: true, value: { rows: 1 } });
  expect(shot).toHaveLength(30);
  expect(await client.selfTest(id)).toMatchObject({ ok: true, value: { failures: 0 } });
  expect(await client.diagnostics(id)).toMatchObject({ ok: true, value: { backend: 'wasm' } });
  // Without a second backend, nor before a bundle is loaded, nothing is computed there.
  expect(await client.compute(id, shot.slice())).toBeNull();
  expect(await client.compute('other', shot.slice())).toBeNull();
});

test('values move to the worker only where they may be taken, and never with the whole buffer that they lie in', async () => {
  const { client, workers, id, shot } = await loaded();
  const worker = workers[0]!;
  const post = worker.postMessage.bind(worker);
  // As between real threads.
  worker.postMessage = (message, transfer) => post(structuredClone(message, { transfer }), []);
  const two = Float64Array.from([...shot, ...shot]);
  const first = two.subarray(0, 30);
  for (const options of [{}, { take: true }]) expect(await client.predict(id, first, options)).toMatchObject({ ok: true, value: { rows: 1 } });
  expect([...two]).toEqual([...shot, ...shot]);
  expect(await client.predict(id, two, { take: true })).toMatchObject({ ok: true, value: { rows: 2 } });
  expect(two).toHaveLength(0);
});

test('two loads of one bundle at a time are one', async () => {
  const { client } = startClient();
  const [first, second] = await Promise.all([client.load(null), client.load(null)]);
  expect(first).toBe(second);
});

test('a load that fails leaves inference unavailable for that reason', async () => {
  const { client } = startClient({ read: (path) => Promise.resolve(err(appError('offline', { file: path }))) });
  expect(await client.load(null)).toMatchObject({ ok: false, error: { code: 'offline' } });
  expect(client.status).toMatchObject({ state: 'unavailable', error: { code: 'offline' } });
  expect(await client.predict('field', new Float64Array(30))).toMatchObject({ ok: false, error: { code: 'not_ready' } });
});

describe('a worker that dies', () => {
  test('gives up what was pending, and its successor has the bundle again', async () => {
    const { client, workers, statuses, id, shot } = await loaded();
    hang(workers[0]!);
    const pending = client.predict(id, shot);
    die(workers[0]!);
    expect(await pending).toMatchObject({ ok: false, error: { code: 'worker_died', retryable: true } });
    expect(client.status).toMatchObject({ state: 'restarting', cause: { code: 'worker_died' } });
    expect(await client.predict(id, shot)).toMatchObject({ ok: false, error: { code: 'worker_died' } });
    await until(() => client.status.state === 'ready');
    expect(workers).toHaveLength(2);
    expect(statuses.at(-1)).toEqual({ state: 'ready', bundleId: id, backend: 'wasm' });
    expect(await client.predict(id, shot)).toMatchObject({ ok: true });
  });

  test('is replaced again and again until its bundle loads', async () => {
    const disk = diskFiles(MODELS_FOLDER);
    let failures = 0;
    const { client, workers, statuses, id, shot } = await loaded({
      read: (path, options) => {
        if (failures === 0) return disk.read(path, options);
        failures -= 1;
        return Promise.resolve(err(appError('offline', { file: path })));
      },
    });
    failures = 4;
    die(workers[0]!);
    await until(() => client.status.state === 'ready');
    expect(statuses.some((status) => status.state === 'unavailable' && status.error.code === 'offline')).toBe(true);
    expect(await client.predict(id, shot)).toMatchObject({ ok: true });
  });

  test('during the first load fails the load', async () => {
    const { client, workers } = startClient({ read: () => new Promise(() => undefined) });
    const load = client.load(null);
    die(workers[0]!);
    expect(await load).toMatchObject({ ok: false, error: { code: 'worker_died' } });
  });
});

test('a call that runs out of time says so, and the worker that hung is replaced', async () => {
  const { client, workers, id, shot } = await loaded();
  hang(workers[0]!);
  expect(await client.predict(id, shot, { timeoutMs: 5 })).toMatchObject({
    ok: false,
    error: { code: 'timeout', params: { timeoutMs: 5 } },
  });
  await until(() => client.status.state === 'ready');
  expect(await client.predict(id, shot)).toMatchObject({ ok: true });
});

test('a worker that gives no sign of life is replaced, one that does is left alone', async () => {
  const { client, workers, id, shot } = await loaded();
  expect(await client.beat(500)).toMatchObject({ ok: true });
  expect(workers).toHaveLength(1);
  hang(workers[0]!);
  expect(await client.beat(5)).toMatchObject({ ok: false, error: { code: 'timeout' } });
  await until(() => client.status.state === 'ready');
  expect(await client.predict(id, shot)).toMatchObject({ ok: true });
});

test('a page that was busy for long does not take its worker for dead', async () => {
  const { client, workers } = await loaded();
  const beat = client.beat(20);
  const busyUntil = performance.now() + 700;
  while (performance.now() < busyUntil);
  expect(await beat).toMatchObject({ ok: true });
  expect(workers).toHaveLength(1);
});

test('a load that runs out of time is given up, and the next one may succeed', async () => {
  const disk = diskFiles(MODELS_FOLDER);
  let slow = true;
  const { client, workers } = startClient({
    read: (path, options) => (slow ? new Promise(() => undefined) : disk.read(path, options)),
  });
  expect(await client.load(null, { timeoutMs: 5 })).toMatchObject({ ok: false, error: { code: 'timeout' } });
  expect(client.status).toMatchObject({ state: 'unavailable', error: { code: 'timeout' } });
  slow = false;
  expect(await client.load(null)).toMatchObject({ ok: true });
  // A worker that never came up is not trusted with a second attempt.
  expect(workers).toHaveLength(2);
});

test('an idle worker is replaced by a fresh one that judges as before, a busy one is not', async () => {
  const { client, workers, statuses, id, shot } = await loaded();
  const before = await client.predict(id, shot);
  const running = client.predict(id, shot);
  expect(client.recycle()).toBe(false);
  await running;
  expect(client.recycle()).toBe(true);
  expect(client.recycle()).toBe(false);
  await until(() => client.status.state === 'ready');
  expect(workers).toHaveLength(2);
  expect(statuses.map(({ state }) => state)).not.toContain('restarting');
  const after = await client.predict(id, shot);
  if (!before.ok || !after.ok) throw new Error('no prediction');
  expect(after.value.probability).toEqual(before.value.probability);
});

describe('a caller that gives up', () => {
  test('hears so at once, and the worker goes on', async () => {
    const { client, workers, id, shot } = await loaded();
    const many = new Float64Array(30 * 2048).map((_, i) => shot[i % 30]!);
    const controller = new AbortController();
    const prediction = client.predict(id, many, { signal: controller.signal });
    controller.abort();
    expect(await prediction).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(await client.predict(id, shot, { signal: controller.signal })).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(await client.predict(id, shot)).toMatchObject({ ok: true });
    expect(workers).toHaveLength(1);
  });

  test('by disposing of the client gets everything back as aborted', async () => {
    const { client, workers, id, shot } = await loaded();
    hang(workers[0]!);
    const pending = client.predict(id, shot);
    client.dispose();
    expect(await pending).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(await client.load(null)).toMatchObject({ ok: false, error: { code: 'aborted' } });
  });
});
