import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createNodeServer, developmentPublicKey, diskFiles, MODELS_FOLDER } from '../../scripts/node-models.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import { goldenInputs } from './self-test.ts';
import { readBundle } from './bundle.ts';
import { ModelServer } from './model-server.ts';
import { Pipeline } from './pipeline.ts';
import { createPlainBackend } from './plain/plain-backend.ts';
import type { FromThread, ThreadWorker, ToThread } from './plain/second-thread.ts';
import type { Prediction } from './prediction.ts';
import { createWasmBackend } from './sessions.ts';

const disk = diskFiles(MODELS_FOLDER);
/** More than are computed without help. */
let file: Float64Array;

beforeAll(async () => {
  const server = createNodeServer(disk);
  const manifest = await server.manifest();
  const loaded = await server.load(null);
  if (!manifest.ok || !loaded.ok) throw new Error('no models');
  const bundle = await readBundle(disk, loaded.value.entry);
  if (!bundle.ok) throw new Error(bundle.error.code);
  file = goldenInputs(bundle.value.golden);
});

/** The real engine, on this thread after all; `change` stands in for what may befall another one. */
class Thread implements ThreadWorker {
  onmessage: ThreadWorker['onmessage'] = null;
  onerror: ThreadWorker['onerror'] = null;
  runs = 0;
  ended = false;
  change: (prediction: Prediction) => Prediction = (prediction) => prediction;
  #pipeline: Pipeline | null = null;

  postMessage(message: ToThread): void {
    if (message.kind === 'open') {
      this.#pipeline = new Pipeline(createPlainBackend(message.files.explanation), message.files);
      return;
    }
    this.runs += 1;
    void this.#pipeline?.run(message.values, { details: message.details }).then((prediction) => {
      try {
        this.#say({ kind: 'done', id: message.id, prediction: this.change(prediction) });
      } catch (thrown) {
        this.#say({ kind: 'failed', detail: String(thrown) });
      }
    });
  }

  terminate(): void {
    this.ended = true;
  }

  #say(data: FromThread): void {
    if (!this.ended) this.onmessage?.(new MessageEvent('message', { data }));
  }
}

let thread: Thread;
let server: ModelServer;
let bundleId: string;

async function start(): Promise<void> {
  server = new ModelServer({
    files: disk,
    publicKey: developmentPublicKey(),
    createBackend: createWasmBackend,
    rehearsalAfterMs: 0,
    createThread: () => thread,
  });
  const loaded = await server.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  bundleId = loaded.value.entry.id;
}

async function predicted(): Promise<Prediction> {
  const prediction = await server.predict(bundleId, file.slice(), { details: false });
  if (!prediction.ok) throw new Error(prediction.error.code);
  return { ...prediction.value, durationMs: 0 };
}

beforeEach(() => {
  thread = new Thread();
});

test('every other part of a file goes to the second thread, which says the same', async () => {
  await start();
  const before = await predicted();
  await vi.waitFor(() => expect(thread.runs).toBeGreaterThan(2), { timeout: 20_000 });
  // The rehearsal goes on meanwhile.
  const { runs } = thread;
  const after = await Promise.all(Array.from({ length: 6 }, predicted));
  for (const each of after) expect(each).toEqual(before);
  expect(thread.runs - runs).toBeGreaterThanOrEqual(3);
  await server.unload(bundleId);
  expect(thread.ended).toBe(true);
});

test('a few shots are not worth the way', async () => {
  await start();
  // Its proof, and half of the rehearsal.
  await vi.waitFor(() => expect(thread.runs).toBe(13), { timeout: 20_000 });
  const { runs } = thread;
  for (let i = 0; i < 4; i += 1) await server.predict(bundleId, file.slice(0, 40 * FEATURE_COUNT));
  expect(thread.runs).toBe(runs);
});

test.each<[string, Thread['change']]>([
  ['breaks down', () => { throw new Error('out of memory'); }],
  ['says something else', (prediction) => ({ ...prediction, probability: prediction.probability.map((p) => p + 1e-7) })],
])('a second thread that %s is given up, and the same call is computed without it', async (_, change) => {
  await start();
  const before = await predicted();
  await vi.waitFor(() => expect(thread.runs).toBeGreaterThan(2), { timeout: 20_000 });
  thread.change = change;
  const after = await Promise.all(Array.from({ length: 4 }, predicted));
  for (const each of after) expect(each).toEqual(before);
  expect(thread.ended).toBe(true);
  const { runs } = thread;
  await predicted();
  await predicted();
  expect(thread.runs).toBe(runs);
});

test('where no second thread can be started, files go by one', async () => {
  const createThread = vi.fn(() => {
    throw new Error('no nested workers');
  });
  server = new ModelServer({ files: disk, publicKey: developmentPublicKey(), createBackend: createWasmBackend, rehearsalAfterMs: 0, createThread });
  const loaded = await server.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  bundleId = loaded.value.entry.id;
  const before = await predicted();
  await vi.waitFor(() => expect(createThread).toHaveBeenCalled(), { timeout: 20_000 });
  expect(await predicted()).toEqual(before);
});

test('a second thread that contradicts the golden vectors is never used', async () => {
  thread.change = (prediction) => ({ ...prediction, score: prediction.score.map((score) => score + 1e-6) });
  await start();
  await vi.waitFor(() => expect(thread.ended).toBe(true), { timeout: 20_000 });
  expect(thread.runs).toBe(1);
  await predicted();
  await predicted();
  expect(thread.runs).toBe(1);
});
