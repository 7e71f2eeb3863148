/** Small built apps to release, and visitors that say what a site serves: the old release, the new one, or (never) a mix. */
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readRelease, type Release } from '../../deploy/release-folder.ts';
import { writeRelease } from '../../scripts/release-manifest.ts';
import { releaseFiles, type ReleaseManifest } from '../../src/domain/release.ts';
import { ok } from '../../src/domain/result.ts';
import { readManifest } from '../../src/model/manifest.ts';

const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** Of releases and models alike. */
export const PUBLIC_KEY = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const PRIVATE_KEY = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const hash = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');
const signature = (content: string): string =>
  `${sign('sha256', Buffer.from(content), { key: keys.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64')}\n`;

/** Writes a built app whose every changing file tells `app` or `models`, and signs it as a release. */
export async function makeApp(app: number, models: number, minimum = { app: 0, models: 0 }): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'castwatch-app-'));
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  write('index.html', `<!doctype html><meta name="castwatch-build" content="app${app}"><script type="module" src="./assets/app-${app}.js"></script>\n`);
  write(`assets/app-${app}.js`, `export const app = ${app};\n${'// filler that brotli makes smaller\n'.repeat(20)}`);
  write('assets/common-0.css', ':root { color: black; }\n'.repeat(20));
  write('assets/runtime-0.wasm', 'not really wasm, but as compressible\n'.repeat(40));
  write('icon.svg', `<svg xmlns="http://www.w3.org/2000/svg"><title>app ${app}</title></svg>\n`);
  write('app.webmanifest', JSON.stringify({ name: `app ${app}` }));
  write('sw.js', `// worker of app ${app}\n`);
  makeModels(join(folder, 'models'), models);
  await writeRelease(folder, { sequence: app, privateKey: PRIVATE_KEY, share: 1, minimum });
  return folder;
}

/** Writes a folder of signed models: one bundle. */
export function makeModels(folder: string, models: number): void {
  const id = `field-1.0.${models}`;
  const files = { 'scaler.json': JSON.stringify({ models }), 'boosting.onnx': `graph of models ${models}\n`.repeat(30) };
  mkdirSync(join(folder, id), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, id, name), content);
  const listed = Object.entries(files).map(([path, content]) => ({ path, bytes: content.length, sha256: hash(content) }));
  const bundle = { id, kind: 'field', version: `1.0.${models}`, date: '2026-11-26', files: listed };
  const manifest = JSON.stringify({ schema: 1, sequence: models, current: id, bundles: [bundle] });
  writeFileSync(join(folder, 'manifest.json'), manifest);
  writeFileSync(join(folder, 'manifest.sig'), signature(manifest));
}

export const release = async (app: number, models: number): Promise<Release> => readRelease(await makeApp(app, models), { commit: 'c'.repeat(40), kind: 'app' });

/** What a visit met: numbers of the app and the models of a page, and of the release that a tablet would take (null: it keeps its own). */
export interface Visit {
  readonly app: number;
  readonly models: number;
  readonly tablet: number | null;
}

/** Visits a site as a new page and as an installed tablet do. Throws when either would run a mix, or miss a file. */
export async function visit(url: string): Promise<Visit> {
  const read = async (path: string): Promise<Buffer> => {
    const response = await fetch(new URL(path, url));
    if (response.status !== 200) throw new Error(`${path}: status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  };
  // A page: the script it names is its own.
  const page = (await read('')).toString();
  const app = Number(/assets\/app-(\d+)\.js/.exec(page)?.[1]);
  if (!(await read(`assets/app-${app}.js`)).includes(`app = ${app};`)) throw new Error('the script is not of its page');
  // Its models, by the app's own reader.
  const manifest = await readManifest({ read: async (file) => ok(new Uint8Array(await read(`models/${file}`))) }, PUBLIC_KEY);
  if (!manifest.ok) throw new Error(`the models are refused: ${manifest.error.code}`);
  for (const bundle of manifest.value.bundles) {
    for (const file of bundle.files) {
      if (hash(await read(`models/${bundle.id}/${file.path}`)) !== file.sha256) throw new Error(`${file.path} is not of its manifest`);
    }
  }
  return { app, models: manifest.value.sequence, tablet: await tablet(read) };
}

/** A tablet takes a release only when its signature and every hash fit. */
async function tablet(read: (path: string) => Promise<Buffer>): Promise<number | null> {
  const text = await read('release.json');
  const raw = Buffer.from((await read('release.sig')).toString(), 'base64');
  if (!verify('sha256', text, { key: PUBLIC_KEY, dsaEncoding: 'ieee-p1363' }, raw)) return null;
  const manifest = JSON.parse(text.toString()) as ReleaseManifest;
  for (const { path, sha256 } of releaseFiles(manifest)) {
    if (hash(await read(path)) !== sha256) return null;
  }
  return manifest.app.sequence;
}
