import { afterEach, expect, test } from 'vitest';
import { createNodeServer, diskFiles, MODELS_FOLDER } from '../../scripts/node-models.ts';
import { createShot, type Shot } from '../domain/shot.ts';
import { createSessionJournal } from '../journal/session-journal.ts';
import type { BackendFactory } from '../model/backend.ts';
import type { LoadedBundle } from '../model/client.ts';
import { createInProcessWorker } from '../model/in-process-worker.ts';
import { createWasmBackend } from '../model/sessions.ts';
import { WorkerPredictionClient } from '../model/worker-client.ts';
import { createLine } from './create-line.ts';
import type { Line } from './line.ts';

const clients: WorkerPredictionClient[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.dispose();
});

function start(createBackend: BackendFactory): { line: Line; used: LoadedBundle[]; withdrawn: LoadedBundle[] } {
  const client = new WorkerPredictionClient({
    createWorker: () => createInProcessWorker(createNodeServer(diskFiles(MODELS_FOLDER), createBackend)),
    modelsUrl: 'file:///models/',
    restartDelayMs: () => 1,
  });
  clients.push(client);
  const line = createLine({ client, journal: createSessionJournal(), retryDelayMs: () => 1 });
  const [used, withdrawn]: [LoadedBundle[], LoadedBundle[]] = [[], []];
  line.on('bundle', (bundle) => used.push(bundle));
  line.on('withdrawn', (bundle) => withdrawn.push(bundle));
  return { line, used, withdrawn };
}

/** The median good shot of product 1. */
function goodShot({ reference }: LoadedBundle): Shot {
  return createShot(Float64Array.from(reference.products['1']!.golden_shot), { source: 'demo', receivedAt: 0 });
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
};

test('a shot that comes while the run-time starts has its verdict at once, and the same one afterwards', async () => {
  let startRuntime = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (startRuntime = resolve));
  const { line, used } = start(async (models) => {
    await waiting;
    return createWasmBackend(models);
  });
  const load = line.load(null);
  await until(() => line.bundle !== null);
  const early = await line.receive(goodShot(line.bundle!));
  startRuntime();
  await load;
  const late = await line.receive(goodShot(line.bundle!));
  expect([early.verdict.backend, late.verdict.backend]).toEqual(['typescript', 'wasm']);
  expect(early.verdict.class).toBe(late.verdict.class);
  expect(early.verdict.class).not.toBe('hold');
  expect(early.verdict.probability).toBeCloseTo(late.verdict.probability!, 12);
  // It is one bundle: what follows it begins once.
  expect(used).toHaveLength(1);
  expect(line.bundle?.backend).toBe('wasm');
});

test('a run-time that cannot start takes the bundle with it: from then on every shot is held, and no retry answers early', async () => {
  const { line, used, withdrawn } = start(() => Promise.reject(new Error('no memory')));
  expect(await line.load(null)).toMatchObject({ ok: false, error: { code: 'runtime_failed' } });
  const shot = goodShot(used[0]!);
  expect(withdrawn).toHaveLength(1);
  expect([line.bundle, line.policy]).toEqual([null, null]);
  expect((await line.receive(shot)).verdict).toMatchObject({ class: 'hold', reasons: [{ kind: 'unavailable' }] });
  expect(used).toHaveLength(1);
});
