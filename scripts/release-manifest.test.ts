import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../src/domain/bundle.ts';
import { releaseFiles, type ReleaseManifest } from '../src/domain/release.ts';
import { stampBuild, writeRelease } from './release-manifest.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'castwatch-release-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<meta name="castwatch-build" content="development" />');
  writeFileSync(join(folder, 'assets/index-1.js'), 'export {};');
  writeFileSync(join(folder, 'assets/index-1.js.br'), 'compressed');
  writeFileSync(join(folder, 'sw.js'), '// worker');
  cpSync('public/models', join(folder, 'models'), { recursive: true });
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (): ReleaseManifest => JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')) as ReleaseManifest;

describe('the release manifest', () => {
  test('lists every file that a device needs with its true length and hash, and no other', async () => {
    await stampBuild(folder);
    const manifest = await writeRelease(folder, { sequence: 7 });
    expect(read()).toEqual(manifest);
    for (const { path, bytes, sha256 } of [...releaseFiles(manifest), manifest.worker]) {
      const content = readFileSync(join(folder, path));
      expect([path, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([path, bytes, sha256]);
    }
    const models = JSON.parse(readFileSync('public/models/manifest.json', 'utf8')) as Manifest;
    const listed = models.bundles.flatMap(({ files, webgpu }) => [...files, ...(webgpu?.files ?? [])]);
    expect(manifest.models.files).toHaveLength(2 + listed.length);
    expect(manifest.app.files.map(({ path }) => path)).toEqual(['assets/index-1.js', 'index.html']);
    expect(readFileSync(join(folder, 'index.html'), 'utf8')).toContain(`content="${manifest.app.build}"`);
  });

  test('is signed over its exact bytes', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeRelease(folder, { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() });
    const fits = (key: ReturnType<typeof createPublicKey>): boolean =>
      verify(
        'sha256',
        readFileSync(join(folder, 'release.json')),
        { key, dsaEncoding: 'ieee-p1363' },
        Buffer.from(readFileSync(join(folder, 'release.sig'), 'utf8'), 'base64'),
      );
    expect(fits(publicKey)).toBe(true);
    expect(fits(createPublicKey(readFileSync('deploy/keys/development.public.pem')))).toBe(false);
  });

  test('the stamp stands for the content: the same for the same, another for another', async () => {
    const first = await stampBuild(folder);
    expect(await stampBuild(folder)).toBe(first);
    writeFileSync(join(folder, 'assets/index-1.js'), 'export { };');
    expect(await stampBuild(folder)).not.toBe(first);
  });

  test('models are released beside the same app, and only beside the same', async () => {
    await stampBuild(folder);
    const { app } = await writeRelease(folder, { sequence: 7 });
    expect((await writeRelease(folder, { sequence: 99, modelsOnly: true })).app).toEqual(app);
    writeFileSync(join(folder, 'assets/index-1.js'), 'export { };');
    await expect(writeRelease(folder, { modelsOnly: true })).rejects.toThrow('assets/index-1.js');
  });

  test('a model that was not released cannot slip in', async () => {
    const { current } = JSON.parse(readFileSync('public/models/manifest.json', 'utf8')) as { current: string };
    writeFileSync(join(folder, 'models', current, 'scaler.json'), '{}');
    await expect(writeRelease(folder)).rejects.toThrow('scaler.json');
  });
});
