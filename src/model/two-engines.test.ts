import { expect, test } from 'vitest';
import { createNodeServer, diskFiles, MODELS_FOLDER } from '../../scripts/node-models.ts';
import { scoreOff, tamperedBackend } from '../../tests/fixtures/tampered-backend.ts';
import type { BackendFactory } from './backend.ts';
import type { LoadedBundle } from './client.ts';
import type { ModelServer } from './model-server.ts';
import { createWasmBackend } from './sessions.ts';

const disk = diskFiles(MODELS_FOLDER);

/** The run-time, off by so much for a shot by itself. */
const offForOne = (error: number): BackendFactory => tamperedBackend((output, rows) => (rows === 1 ? scoreOff(output, error) : output));

async function loadedBy(server: ModelServer): Promise<LoadedBundle> {
  const loaded = await server.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  return loaded.value;
}

const goldenShot = ({ reference }: LoadedBundle, product = '1'): Float64Array => Float64Array.from(reference.products[product]!.golden_shot);

test('a bundle answers before its run-time has started, with the numbers that the run-time gives later', async () => {
  let startRuntime = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (startRuntime = resolve));
  const server = createNodeServer(disk, async (models) => {
    await waiting;
    return createWasmBackend(models);
  });
  let load: Promise<unknown> = Promise.resolve();
  const bundle = await new Promise<LoadedBundle>((resolve) => {
    load = server.load(null, { onEarly: resolve });
  });
  expect(bundle.backend).toBe('typescript');
  const shots = [goldenShot(bundle, '1'), goldenShot(bundle, '2')];
  const before = await server.predict(bundle.entry.id, Float64Array.from(shots.flatMap((shot) => [...shot])));
  startRuntime();
  expect(await load).toMatchObject({ ok: true, value: { backend: 'wasm' } });
  for (const [row, shot] of shots.entries()) {
    const after = await server.predict(bundle.entry.id, shot);
    if (!before.ok || !after.ok) throw new Error('no prediction');
    expect([before.value.backend, after.value.backend]).toEqual(['typescript', 'wasm']);
    expect(before.value.probability[row]).toBeCloseTo(after.value.probability[0]!, 12);
    expect(before.value.t2[row]).toBeCloseTo(after.value.t2[0]!, 9);
    expect(before.value.spe[row]).toBeCloseTo(after.value.spe[0]!, 9);
  }
});

test('without details a prediction says the same, and only that', async () => {
  const server = createNodeServer(disk);
  const bundle = await loadedBy(server);
  const shots = Float64Array.from(Array.from({ length: 600 }, (_, i) => [...goldenShot(bundle, i % 2 === 0 ? '1' : '2')]).flat());
  const whole = await server.predict(bundle.entry.id, shots);
  const brief = await server.predict(bundle.entry.id, shots, { details: false });
  if (!whole.ok || !brief.ok) throw new Error('no prediction');
  const empty = new Float64Array(0);
  expect(brief.value).toEqual({ ...whole.value, scaled: empty, latents: empty, reconstruction: empty, durationMs: brief.value.durationMs });
});

test('a bundle whose run-time fails answers no longer', async () => {
  const server = createNodeServer(disk, () => Promise.reject(new Error('no memory')));
  const early: LoadedBundle[] = [];
  expect(await server.load(null, { onEarly: (bundle) => early.push(bundle) })).toMatchObject({
    ok: false,
    error: { code: 'runtime_failed' },
  });
  const [bundle] = early;
  expect(await server.predict(bundle!.entry.id, goldenShot(bundle!))).toMatchObject({ ok: false, error: { code: 'not_ready' } });
});

test.each([
  ['differs by more than 1e-9', 1e-7],
  ['is no number', NaN],
])('a live shot whose probability %s between the engines has no prediction', async (_, error) => {
  const server = createNodeServer(disk, offForOne(error));
  const bundle = await loadedBy(server);
  expect(await server.predict(bundle.entry.id, goldenShot(bundle))).toMatchObject({ ok: false, error: { code: 'engines_disagree' } });
});

test('a file is computed by the plain engine, and not at all when the run-time contradicts it in a row that it checks', async () => {
  const calls: number[] = [];
  let contradicts = false;
  const server = createNodeServer(
    disk,
    tamperedBackend((output, rows) => {
      calls.push(rows);
      return contradicts && rows === 3 ? { ...output, score: output.score.with(2, output.score[2]! + 1e-7) } : output;
    }),
  );
  const bundle = await loadedBy(server);
  const file = Float64Array.from(Array.from({ length: 250 }, () => [...goldenShot(bundle)]).flat());
  calls.length = 0;
  expect(await server.predict(bundle.entry.id, file)).toMatchObject({ ok: true, value: { rows: 250, backend: 'typescript' } });
  // Rows 0, 100 and 200.
  expect(calls).toEqual([3]);
  contradicts = true;
  expect(await server.predict(bundle.entry.id, file)).toMatchObject({ ok: false, error: { code: 'engines_disagree' } });
});

test('engines that differ by rounding agree', async () => {
  const server = createNodeServer(disk, offForOne(1e-11));
  const bundle = await loadedBy(server);
  expect(await server.predict(bundle.entry.id, goldenShot(bundle))).toMatchObject({ ok: true, value: { backend: 'wasm' } });
});

test('a run-time that fails its golden vectors after a disagreement is of no more use', async () => {
  let broken = false;
  const server = createNodeServer(disk, tamperedBackend((output) => (broken ? scoreOff(output, 1) : output)));
  const bundle = await loadedBy(server);
  broken = true;
  expect(await server.predict(bundle.entry.id, goldenShot(bundle))).toMatchObject({ ok: false, error: { code: 'runtime_failed' } });
});
