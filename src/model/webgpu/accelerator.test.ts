import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { diskFiles, MODELS_FOLDER, createNodeServer } from '../../../scripts/node-models.ts';
import type { Manifest } from '../../domain/bundle.ts';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { ok } from '../../domain/result.ts';
import { WORKS, type BackendEvent } from '../acceleration.ts';
import type { BackendOutput, InferenceBackend } from '../backend.ts';
import { readBundle } from '../bundle.ts';
import type { Bytes, ModelFiles } from '../files.ts';
import { Pipeline } from '../pipeline.ts';
import { createWasmBackend } from '../sessions.ts';
import { Accelerator, type Accelerated, type StartedBackend } from './accelerator.ts';
import { BackendLost } from './backend.ts';

const proof = { schema: 1, bound: 1e-5, band: 1e-4, limit_band: 1e-3, noise: new Array<number>(12).fill(2 ** -14) };
const added: Readonly<Record<string, Bytes>> = {
  'webgpu/pipeline.onnx': new Uint8Array([1]),
  'webgpu/proof.json': new TextEncoder().encode(JSON.stringify(proof)),
};
const disk = diskFiles(MODELS_FOLDER);
const files: ModelFiles = { read: (path, options) => {
  const name = Object.keys(added).find((file) => path.endsWith(file));
  return name === undefined ? disk.read(path, options) : Promise.resolve(ok(added[name]!));
} };

let reference: Accelerated;
let wasm: InferenceBackend;
let values: Float64Array;

beforeAll(async () => {
  // Prepares the run-time.
  createNodeServer();
  const { bundles, current } = JSON.parse(readFileSync(`${MODELS_FOLDER}manifest.json`, 'utf8')) as Manifest;
  const entry = bundles.find(({ id }) => id === current)!;
  const read = await readBundle(disk, entry);
  if (!read.ok) throw new Error(read.error.code);
  const listed = Object.entries(added).map(([path, content]) => ({ path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }));
  const bundle = { ...read.value, entry: { ...entry, webgpu: { files: listed } } };
  reference = { bundle, pipeline: new Pipeline(await createWasmBackend(bundle), bundle) };
  wasm = await createWasmBackend(bundle);
  const inputs = bundle.golden.rows.flatMap(({ input }) => input.map((value) => value ?? NaN));
  values = Float64Array.from([...inputs, ...inputs, ...inputs]);
});

/** Stands in for a device: the reference's own models, rounded to float32, and whatever a test does to them. */
class Device implements StartedBackend {
  readonly name = 'webgpu';
  readonly runtimeVersion = '1';
  readonly adapter = 'a device';
  released = false;
  calls = 0;
  change: (output: BackendOutput, rows: number) => BackendOutput | Promise<BackendOutput> = (output) => output;
  lose: (lost: BackendLost) => void = () => undefined;

  async infer(scaled: Float64Array, rows: number): Promise<BackendOutput> {
    this.calls += 1;
    const { latents, reconstruction, score } = await wasm.infer(scaled, rows);
    const round = (list: Float64Array): Float64Array => list.map(Math.fround);
    return this.change({ latents: round(latents), reconstruction: round(reconstruction), score: round(score), doubtful: new Uint8Array(rows) }, rows);
  }

  heapBytes = (): number => 0;

  release(): Promise<void> {
    this.released = true;
    this.lose(new BackendLost('failed', 'released'));
    return Promise.resolve();
  }
}

let device: Device;
let events: BackendEvent[];
let accelerator: Accelerator;

beforeEach(() => {
  device = new Device();
  events = [];
  accelerator = new Accelerator({
    files,
    onEvent: (event) => events.push(event),
    startBackend: () => Promise.resolve(device),
  });
});

test('works that are chosen go to the device, others and those of another bundle do not', async () => {
  expect(await accelerator.accelerate(reference, [512])).toEqual({ state: 'on', adapter: 'a device', works: [512] });
  expect(await accelerator.predict(reference, values.slice(0, FEATURE_COUNT), {})).toBeNull();
  const got = await accelerator.predict(reference, values, {});
  expect(got?.backend).toBe('webgpu');
  const want = await reference.pipeline.run(values);
  for (let row = 0; row < want.rows; row += 1) expect(Math.abs(got!.probability[row]! - want.probability[row]!)).toBeLessThan(1e-6);
  expect(await accelerator.predict(reference, values.slice(0, FEATURE_COUNT), { total: 500 })).not.toBeNull();
  expect(await accelerator.predict(reference, values, { total: 9000 })).toBeNull();
  expect(await accelerator.accelerate(reference, [])).toMatchObject({ state: 'off', reason: 'not_wanted' });
  expect(device.released).toBe(true);
  expect(await accelerator.predict(reference, values, {})).toBeNull();
  expect(events).toEqual([]);
});

test('doubtful rows come from the reference, bit by bit', async () => {
  await accelerator.accelerate(reference, WORKS);
  device.change = (output, rows) => ({ ...output, score: output.score.map((s, i) => (i % 2 ? s + 3 : s)), doubtful: Uint8Array.from({ length: rows }, (_, i) => i % 2) });
  const got = await accelerator.predict(reference, values, {});
  const want = await reference.pipeline.run(values);
  for (let row = 1; row < 512; row += 2) {
    expect(got!.probability[row]).toBe(want.probability[row]);
    expect(got!.spe[row]).toBe(want.spe[row]);
    expect(Object.is(got!.t2[row], want.t2[row])).toBe(true);
  }
  expect(events).toEqual([]);
});

describe('what goes wrong gives the call back, turns the device off and is told', () => {
  const broken = async (change: Device['change']) => {
    await accelerator.accelerate(reference, WORKS);
    device.change = change;
    expect(await accelerator.predict(reference, values, {})).toBeNull();
    expect(device.released).toBe(true);
    // The next call does not go there any more.
    const { calls } = device;
    expect(await accelerator.predict(reference, values, {})).toBeNull();
    expect(device.calls).toBe(calls);
    expect(events).toHaveLength(1);
    return events[0]!;
  };

  test('a score that contradicts the reference', async () => {
    expect(await broken((output) => ({ ...output, score: output.score.map((s) => s + 0.01) }))).toMatchObject({ reason: 'disagreement' });
  });

  test('a latent that does, even where the row is doubtful', async () => {
    const change = (output: BackendOutput, rows: number) => ({ ...output, latents: output.latents.map((l) => l + 0.01), doubtful: new Uint8Array(rows).fill(1) });
    expect(await broken(change)).toMatchObject({ reason: 'disagreement' });
  });

  test('an error of the run-time', async () => {
    expect(await broken(() => Promise.reject(new Error('no kernel')))).toMatchObject({ reason: 'failed', detail: 'no kernel' });
  });
});

test('a device that contradicts the golden vectors is never used', async () => {
  device.change = (output) => ({ ...output, score: output.score.map((s) => s + 0.01) });
  expect(await accelerator.accelerate(reference, WORKS)).toMatchObject({ state: 'off', reason: 'disagreement' });
  expect(await accelerator.predict(reference, values, {})).toBeNull();
});

test('a bundle without the files has no device, and neither has one whose files are damaged', async () => {
  const { entry } = reference.bundle;
  const without = { ...reference, bundle: { ...reference.bundle, entry: { ...entry, webgpu: undefined } } };
  expect(await accelerator.accelerate(without, WORKS)).toMatchObject({ state: 'off', reason: 'no_files' });
  const damaged = { files: entry.webgpu!.files.map((file) => ({ ...file, sha256: '0'.repeat(64) })) };
  const other = { ...reference, bundle: { ...reference.bundle, entry: { ...entry, webgpu: damaged } } };
  expect(await accelerator.accelerate(other, WORKS)).toMatchObject({ state: 'off', reason: 'failed' });
});

test('an aborted call rejects and loses nothing', async () => {
  await accelerator.accelerate(reference, WORKS);
  const controller = new AbortController();
  device.change = (output) => {
    controller.abort();
    return output;
  };
  await expect(accelerator.predict(reference, values, { signal: controller.signal })).rejects.toThrow();
  expect(events).toEqual([]);
});

test('rows of an explanation are computed whatever works are chosen, checked like any, the same every time, and given back by a device that breaks', async () => {
  expect(await accelerator.compute(reference, values)).toBeNull();
  await accelerator.accelerate(reference, ['attribution']);
  expect(await accelerator.predict(reference, values, {})).toBeNull();
  const got = await accelerator.compute(reference, values);
  expect(got).toMatchObject({ backend: 'webgpu', rows: values.length / FEATURE_COUNT });
  expect((await accelerator.compute(reference, values))!.probability).toEqual(got!.probability);
  const want = await reference.pipeline.run(values);
  expect([got!.probability[0], got!.probability[100]]).toEqual([want.probability[0], want.probability[100]]);
  expect(await accelerator.compute({ ...reference, bundle: { ...reference.bundle, entry: { ...reference.bundle.entry, id: 'other' } } }, values)).toBeNull();
  device.change = (output) => ({ ...output, score: output.score.map((s) => s + 0.01) });
  expect(await accelerator.compute(reference, values)).toBeNull();
  expect(events).toMatchObject([{ reason: 'disagreement' }]);
  expect(await accelerator.compute(reference, values)).toBeNull();
});

test('both backends are measured on every work of shots, and the device runs on', async () => {
  const times = await accelerator.measure(reference, async (shots) => (await reference.pipeline.run(shots)).rows > 0);
  expect(times?.map(({ work }) => work)).toEqual([1, 512, 7535]);
  expect(times?.every(({ processorMs, webgpuMs }) => processorMs > 0 && webgpuMs > 0)).toBe(true);
  expect(await accelerator.compute(reference, values)).not.toBeNull();
});
