/** Writes the signed list of everything that a station runs: `release.json` and `release.sig` of a built app. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { securityHeaders } from '../deploy/headers.ts';
import { contentType } from '../deploy/mime.ts';
import { DEFAULT_SHARE, MINIMUM_SEQUENCE } from '../deploy/release-policy.ts';
import type { Manifest } from '../src/domain/bundle.ts';
import {
  RELEASE_FILE,
  RELEASE_SIGNATURE,
  WORKER_FILE,
  type ReleaseFile,
  type ReleaseManifest,
  type SequenceFloor,
} from '../src/domain/release.ts';

const root = new URL('../', import.meta.url);
const UNLISTED = new Set<string>([RELEASE_FILE, RELEASE_SIGNATURE, WORKER_FILE]);

/** How a release is numbered and whom it is for. */
export interface ReleaseOptions {
  /** Number of the app; by default `CASTWATCH_RELEASE_SEQUENCE`, else the build's time in seconds. */
  readonly sequence?: number;
  /** Share of the fleet, 0..1; by default `CASTWATCH_RELEASE_SHARE`, else all of it. */
  readonly share?: number;
  readonly minimum?: SequenceFloor;
  /** PEM of the private key; by default the file named by `CASTWATCH_RELEASE_KEY`, else the development key. */
  readonly privateKey?: string;
  /** Only the models are new: the app's part stays as it is in the folder's manifest. */
  readonly modelsOnly?: boolean;
}

/**
 * Lists and signs what lies in a built app's folder. Fails when a model file is not what `models/manifest.json` says, or, for
 * `modelsOnly`, when a file of the app is not what the former manifest says.
 */
export async function writeRelease(folder: string, options: ReleaseOptions = {}): Promise<ReleaseManifest> {
  const models = await modelsPart(folder);
  const app = options.modelsOnly ? await keptApp(folder) : await appPart(folder, options.sequence ?? defaultSequence());
  const manifest: ReleaseManifest = {
    schema: 1,
    share: options.share ?? Number(process.env.CASTWATCH_RELEASE_SHARE ?? DEFAULT_SHARE),
    minimum: options.minimum ?? MINIMUM_SEQUENCE,
    worker: omitType(await describe(folder, WORKER_FILE)),
    app,
    models,
  };
  await signRelease(folder, manifest, options.privateKey);
  return manifest;
}

/** Writes a manifest with its signature. */
export async function signRelease(folder: string, manifest: ReleaseManifest, privateKey?: string): Promise<void> {
  const content = Buffer.from(JSON.stringify(manifest));
  const key = createPrivateKey(privateKey ?? (await readFile(keyFile(), 'utf8')));
  const signature = sign('sha256', content, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
  await writeFile(join(folder, RELEASE_FILE), content);
  await writeFile(join(folder, RELEASE_SIGNATURE), `${signature}\n`);
}

/** Gives a built app the stamp of its content: index.html tells the service worker which release it belongs to. */
export async function stampBuild(folder: string): Promise<string> {
  const page = join(folder, 'index.html');
  const html = await readFile(page, 'utf8');
  const files = await Promise.all((await appPaths(folder)).filter((path) => path !== 'index.html').map((path) => describe(folder, path)));
  const content = JSON.stringify([html.replace(STAMP, '$1$3'), headerStamp(), files]);
  const stamp = sha256(Buffer.from(content)).slice(0, 16);
  if (!STAMP.test(html)) throw new Error('index.html has no <meta name="castwatch-build">');
  await writeFile(page, html.replace(STAMP, `$1${stamp}$3`));
  return stamp;
}

const STAMP = /(<meta name="castwatch-build" content=")([^"]*)(")/;

async function appPart(folder: string, sequence: number): Promise<ReleaseManifest['app']> {
  const build = STAMP.exec(await readFile(join(folder, 'index.html'), 'utf8'))?.[2] ?? '';
  const { version } = JSON.parse(await readFile(new URL('package.json', root), 'utf8')) as { version: string };
  return {
    sequence,
    version,
    build,
    headers: { stamp: headerStamp(), fields: securityHeaders() },
    files: await Promise.all((await appPaths(folder)).map((path) => describe(folder, path))),
  };
}

async function keptApp(folder: string): Promise<ReleaseManifest['app']> {
  const { app } = JSON.parse(await readFile(join(folder, RELEASE_FILE), 'utf8')) as ReleaseManifest;
  for (const file of app.files) {
    if ((await describe(folder, file.path)).sha256 !== file.sha256) throw new Error(`${file.path}: not the file of the former release`);
  }
  return app;
}

async function modelsPart(folder: string): Promise<ReleaseManifest['models']> {
  const { sequence, current, bundles } = JSON.parse(await readFile(join(folder, 'models/manifest.json'), 'utf8')) as Manifest;
  const files = [await describe(folder, 'models/manifest.json'), await describe(folder, 'models/manifest.sig')];
  for (const bundle of bundles) {
    for (const listed of [...bundle.files, ...(bundle.webgpu?.files ?? [])]) {
      const file = await describe(folder, `models/${bundle.id}/${listed.path}`);
      if (file.sha256 !== listed.sha256) throw new Error(`${file.path}: not the file that models/manifest.json lists`);
      files.push(file);
    }
  }
  return { sequence, current, files };
}

/** Everything in the folder but the models, what describes the release itself, and what was compressed ahead. */
async function appPaths(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !path.startsWith('models/') && !UNLISTED.has(path) && !/\.(br|map)$/.test(path))
    .sort();
}

async function describe(folder: string, path: string): Promise<ReleaseFile> {
  const content = await readFile(join(folder, path));
  return { path, type: contentType(path), bytes: content.length, sha256: sha256(content) };
}

function omitType({ path, bytes, sha256: hash }: ReleaseFile): ReleaseManifest['worker'] {
  return { path, bytes, sha256: hash };
}

/**
 * A change of the headers alone has to reach tablets. They store every file with a page's headers, model files too, so that
 * these are all the stamp has to cover; the policy of models comes from the host alone.
 */
function headerStamp(): string {
  return sha256(Buffer.from(JSON.stringify(securityHeaders()))).slice(0, 16);
}

function defaultSequence(): number {
  const given = process.env.CASTWATCH_RELEASE_SEQUENCE ?? process.env.SOURCE_DATE_EPOCH;
  return given === undefined ? Math.floor(Date.now() / 1000) : Number(given);
}

function keyFile(): string {
  return fileURLToPath(new URL(process.env.CASTWATCH_RELEASE_KEY ?? 'deploy/keys/development.key.pem', root));
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
