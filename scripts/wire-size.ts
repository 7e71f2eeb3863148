import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { compressible } from '../deploy/mime.ts';
import type { Manifest } from '../src/domain/bundle.ts';
import { isOptional } from '../src/domain/release.ts';

/** What the built app weighs over the wire: brotli at its best, which hosts serve from files compressed ahead. */

const root = fileURLToPath(new URL('..', import.meta.url));
/** The run-time's wasm takes a minute and never changes between builds: compressed files are kept by content. */
const CACHE = join(root, 'node_modules/.cache/castwatch-brotli');

const compress = promisify(brotliCompress);

/** A file of the build, relative to `dist/`, with its length over the wire. */
export interface WireFile {
  readonly path: string;
  readonly raw: number;
  readonly wire: number;
}

/** Bytes over the wire of some files, and of our own JavaScript among them. */
export interface WireSize {
  readonly total: number;
  readonly javascript: number;
}

/** Adds files up. */
export function sizeOf(files: readonly WireFile[]): WireSize {
  const sum = (list: readonly WireFile[]): number => list.reduce((bytes, { wire }) => bytes + wire, 0);
  return { total: sum(files), javascript: sum(files.filter(({ path }) => extname(path) === '.js')) };
}

/**
 * Writes `file.br` beside every file of `dist/` that gets smaller by it. Returns what goes over the wire: the app with the bundle
 * in use, without the other bundles and without what only a device with the second backend fetches.
 */
export async function compressBuild(folder = join(root, 'dist')): Promise<readonly WireFile[]> {
  const paths = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && extname(entry.name) !== '.br')
    .map((entry) => join(entry.parentPath, entry.name));
  const files: WireFile[] = [];
  for (const path of paths.sort()) {
    const content = await readFile(path);
    let wire = content.length;
    if (compressible(path)) {
      const small = await brotliBest(content);
      if (small.length < content.length) {
        await writeFile(`${path}.br`, small);
        wire = small.length;
      }
    }
    files.push({ path: path.slice(folder.length + 1), raw: content.length, wire });
  }
  const manifest = JSON.parse(await readFile(join(folder, 'models/manifest.json'), 'utf8')) as Manifest;
  const otherBundles = manifest.bundles.filter(({ id }) => id !== manifest.current).map(({ id }) => `models/${id}/`);
  return files.filter(({ path }) => !isOptional(path) && !otherBundles.some((bundle) => path.startsWith(bundle)));
}

/** Brotli at its best; what was compressed before comes from a cache. */
export async function brotliBest(content: Buffer): Promise<Buffer> {
  const kept = join(CACHE, createHash('sha256').update(content).digest('hex'));
  const before = await readFile(kept).catch(() => null);
  if (before) return before;
  const small = await compress(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  await mkdir(CACHE, { recursive: true });
  await writeFile(kept, small);
  return small;
}
