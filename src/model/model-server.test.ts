import { generateKeyPairSync, createHash, sign, type KeyObject } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { diskFiles, MODELS_FOLDER, createNodeServer, developmentPublicKey } from '../../scripts/node-models.ts';
import { appError, type AppError } from '../domain/app-error.ts';
import type { Manifest } from '../domain/bundle.ts';
import { err, ok } from '../domain/result.ts';
import type { Bytes, ModelFiles } from './files.ts';
import { ModelServer } from './model-server.ts';
import { createWasmBackend } from './sessions.ts';

/** The released files with some of them changed; those of the current bundle are named without its folder. */
async function withChanges(changes: Record<string, Bytes | AppError>): Promise<ModelFiles> {
  const disk = diskFiles(MODELS_FOLDER);
  const { current } = await readJson<Manifest>(disk, 'manifest.json');
  return {
    read(path, options) {
      const change = changes[path.replace(`${current}/`, '')];
      if (change === undefined) return disk.read(path, options);
      return Promise.resolve(change instanceof Uint8Array ? ok(change) : err(change));
    },
  };
}

async function readJson<T>(files: ModelFiles, path: string): Promise<T> {
  const bytes = await files.read(path);
  if (!bytes.ok) throw new Error(`${path} is not there`);
  return JSON.parse(new TextDecoder().decode(bytes.value)) as T;
}

const bytesOf = (text: string): Bytes => new Uint8Array(Buffer.from(text));

async function bytesAt(path: string): Promise<Bytes> {
  const disk = diskFiles(MODELS_FOLDER);
  const { current } = await readJson<Manifest>(disk, 'manifest.json');
  const bytes = await disk.read(`${current}/${path}`);
  if (!bytes.ok) throw new Error(`${path} is not there`);
  return bytes.value;
}

/** A release of our own: the current bundle with a file replaced, listed and signed as it should be. */
async function release(path: string, content: Bytes): Promise<{ files: ModelFiles; publicKey: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const manifest = await readJson<Manifest>(diskFiles(MODELS_FOLDER), 'manifest.json');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const bundles = manifest.bundles.map((bundle) => ({
    ...bundle,
    files: bundle.files.map((file) => (file.path === path ? { path, bytes: content.length, sha256 } : file)),
  }));
  const listed = bytesOf(JSON.stringify({ ...manifest, bundles }));
  const files = await withChanges({ [path]: content, 'manifest.json': listed, 'manifest.sig': signature(listed, privateKey) });
  return { files, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string };
}

function signature(content: Bytes, key: KeyObject): Bytes {
  return bytesOf(sign('sha256', content, { key, dsaEncoding: 'ieee-p1363' }).toString('base64'));
}

async function failureOf(files: ModelFiles, publicKey = developmentPublicKey()): Promise<AppError> {
  createNodeServer();
  const server = new ModelServer({ files, publicKey, createBackend: createWasmBackend });
  const loaded = await server.load(null);
  if (loaded.ok) throw new Error('the bundle was loaded');
  const prediction = await server.predict('any', new Float64Array(30));
  expect(prediction).toMatchObject({ ok: false, error: { code: 'not_ready' } });
  return loaded.error;
}

describe('the released bundles', () => {
  test('load, prove themselves on their golden vectors and report every byte', async () => {
    const server = createNodeServer();
    const manifest = await server.manifest();
    if (!manifest.ok) throw new Error(manifest.error.code);
    for (const { id, files } of manifest.value.bundles) {
      const progress: number[] = [];
      const loaded = await server.load(id, { onProgress: ({ loadedBytes }) => progress.push(loadedBytes) });
      expect(loaded).toMatchObject({ ok: true, value: { entry: { id }, backend: 'wasm' } });
      expect(Math.max(0, ...progress)).toBeLessThanOrEqual(files.reduce((sum, { bytes }) => sum + bytes, 0));
      expect(await server.selfTest(id)).toMatchObject({ ok: true, value: { failures: 0 } });
      await server.unload(id);
      expect(await server.predict(id, new Float64Array(30))).toMatchObject({ ok: false, error: { code: 'not_ready' } });
    }
  });

  test('give the same answer to a shot alone and among 1,300 others', async () => {
    const server = createNodeServer();
    const loaded = await server.load(null);
    if (!loaded.ok) throw new Error(loaded.error.code);
    const { entry, reference } = loaded.value;
    const golden = Object.values(reference.products).map((product) => product.golden_shot);
    const rows = Array.from({ length: 1301 }, (_, row) =>
      golden[row % golden.length]!.map((value, i) => (i === 0 ? value : value * (1 + 0.01 * Math.sin(row + i)))),
    );
    const many = await server.predict(entry.id, Float64Array.from(rows.flat()));
    if (!many.ok) throw new Error(many.error.code);
    for (const row of [0, 511, 512, 1300]) {
      const one = await server.predict(entry.id, Float64Array.from(rows[row]!));
      if (!one.ok) throw new Error(one.error.code);
      // One row is multiplied in another order of additions than many.
      expect(many.value.probability[row]).toBeCloseTo(one.value.probability[0]!, 12);
      expect(many.value.t2[row]).toBeCloseTo(one.value.t2[0]!, 9);
      expect(many.value.spe[row]).toBeCloseTo(one.value.spe[0]!, 9);
    }
  });
});

describe('a load that fails says why', () => {
  test('offline', async () => {
    const files = await withChanges({ 'scaler.json': appError('offline', { file: 'scaler.json' }) });
    expect(await failureOf(files)).toMatchObject({ code: 'offline', retryable: true });
  });

  test('a missing file', async () => {
    const files = await withChanges({ 'boosting.onnx': appError('file_missing', { file: 'boosting.onnx', status: 404 }) });
    expect(await failureOf(files)).toMatchObject({ code: 'file_missing', params: { status: 404 } });
  });

  test('a web page in place of a model', async () => {
    const files = await withChanges({ 'autoencoder.onnx': bytesOf('<!doctype html><title>Not found</title>') });
    expect(await failureOf(files)).toMatchObject({ code: 'html_instead' });
  });

  test('one flipped bit in a model', async () => {
    const damaged = (await bytesAt('boosting.onnx')).slice();
    damaged[1000]! ^= 1;
    expect(await failureOf(await withChanges({ 'boosting.onnx': damaged }))).toMatchObject({ code: 'hash_mismatch' });
  });

  test('a manifest that is not the signed one', async () => {
    const manifest = await readJson<Manifest>(diskFiles(MODELS_FOLDER), 'manifest.json');
    const changed = bytesOf(JSON.stringify({ ...manifest, sequence: manifest.sequence + 1 }));
    const error = await failureOf(await withChanges({ 'manifest.json': changed }));
    expect(error).toMatchObject({ code: 'signature_invalid', retryable: false });
  });

  test('but not for a manifest whose signature came from before a release, and is there now', async () => {
    const disk = diskFiles(MODELS_FOLDER);
    const server = createNodeServer({
      read: (path, options) =>
        path === 'manifest.sig' && options?.cache !== 'reload' ? Promise.resolve(ok(bytesOf('AAAA'))) : disk.read(path, options),
    });
    expect(await server.manifest()).toMatchObject({ ok: true });
  });

  test('a manifest signed with another key', async () => {
    const { files } = await release('card.md', bytesOf('# Another card'));
    expect(await failureOf(files)).toMatchObject({ code: 'signature_invalid' });
  });

  test('a signature that is no base64', async () => {
    expect(await failureOf(await withChanges({ 'manifest.sig': bytesOf('%%%') }))).toMatchObject({ code: 'signature_invalid' });
  });

  test('a signed file with a key that the contract does not name', async () => {
    const scaler: unknown = JSON.parse(Buffer.from(await bytesAt('scaler.json')).toString());
    const { files, publicKey } = await release('scaler.json', bytesOf(JSON.stringify({ ...(scaler as object), extra: 1 })));
    const error = await failureOf(files, publicKey);
    expect(error).toMatchObject({ code: 'schema_invalid', params: { file: expect.stringContaining('scaler.json') as string } });
  });

  test('a signed file with a number out of place, named', async () => {
    const scaler = JSON.parse(Buffer.from(await bytesAt('scaler.json')).toString()) as { scale: number[] };
    scaler.scale[4] = 0;
    const { files, publicKey } = await release('scaler.json', bytesOf(JSON.stringify(scaler)));
    expect(await failureOf(files, publicKey)).toMatchObject({ code: 'schema_invalid', params: { where: 'scale.4' } });
  });

  test('a signed model whose answers are not those of the golden vectors', async () => {
    const golden = JSON.parse(Buffer.from(await bytesAt('golden.json')).toString()) as { rows: { calibrated: number }[] };
    golden.rows[7]!.calibrated += 1e-9;
    const { files, publicKey } = await release('golden.json', bytesOf(JSON.stringify(golden)));
    expect(await failureOf(files, publicKey)).toMatchObject({ code: 'self_test_failed', params: { rows: 1 } });
  });

  test('a signed model that the run-time refuses', async () => {
    const { files, publicKey } = await release('autoencoder.onnx', bytesOf('not a model'));
    expect(await failureOf(files, publicKey)).toMatchObject({ code: 'runtime_failed' });
  });

  test('a run-time whose own file is missing', async () => {
    const disk = diskFiles(MODELS_FOLDER);
    const server = new ModelServer({
      files: {
        read: (path, options) =>
          path === 'runtime.wasm'
            ? Promise.resolve(err(appError('file_missing', { file: path, status: 404 })))
            : disk.read(path, options),
      },
      publicKey: developmentPublicKey(),
      createBackend: () => Promise.reject(new Error('no wasm')),
      runtimeFile: 'runtime.wasm',
    });
    expect(await server.load(null)).toMatchObject({ ok: false, error: { code: 'file_missing', params: { file: 'runtime.wasm' } } });
  });

  test('a bundle that is not listed', async () => {
    const loaded = await createNodeServer().load('field-9.9.9');
    expect(loaded).toMatchObject({ ok: false, error: { code: 'bundle_unknown', params: { bundle: 'field-9.9.9' } } });
  });
});

test('a failed load leaves the bundle in use alone', async () => {
  let broken = false;
  const disk = diskFiles(MODELS_FOLDER);
  const server = createNodeServer({
    read: (path, options) =>
      broken && path.startsWith('legacy') ? Promise.resolve(err(appError('offline', { file: path }))) : disk.read(path, options),
  });
  const loaded = await server.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  const { entry, reference } = loaded.value;
  const shot = Float64Array.from(Object.values(reference.products)[0]!.golden_shot);
  const before = await server.predict(entry.id, shot);
  broken = true;
  const manifest = await server.manifest();
  const other = manifest.ok ? manifest.value.bundles.find(({ kind }) => kind === 'legacy') : undefined;
  expect(await server.load(other!.id)).toMatchObject({ ok: false, error: { code: 'offline' } });
  const after = await server.predict(entry.id, shot);
  expect(after.ok && after.value.probability[0]).toBe(before.ok && before.value.probability[0]);
});

test('two bundles that work at the same time do not disturb each other, nor does a third being loaded', async () => {
  const server = createNodeServer();
  const manifest = await server.manifest();
  if (!manifest.ok) throw new Error(manifest.error.code);
  const ids = manifest.value.bundles.map(({ id }) => id);
  const shots = new Map<string, Float64Array>();
  const alone = new Map<string, Float64Array>();
  for (const id of ids) {
    const loaded = await server.load(id);
    if (!loaded.ok) throw new Error(loaded.error.code);
    const { golden_shot } = loaded.value.reference.products['2']!;
    const values = Float64Array.from({ length: 600 * 30 }, (_, k) => golden_shot[k % 30]! * (k % 30 === 0 ? 1 : 1 + 0.02 * Math.sin(k)));
    const prediction = await server.predict(id, values);
    if (!prediction.ok) throw new Error(prediction.error.code);
    shots.set(id, values);
    alone.set(id, prediction.value.probability);
  }
  const other = createNodeServer();
  const [, ...together] = await Promise.all([
    other.load(ids[0]!),
    ...Array.from({ length: 12 }, (_, i) => ids[i % ids.length]!).map(async (id) => {
      const prediction = await server.predict(id, shots.get(id)!);
      return { id, probability: prediction.ok ? [...prediction.value.probability] : prediction.error };
    }),
  ]);
  for (const { id, probability } of together) expect(probability).toEqual([...alone.get(id)!]);
});
