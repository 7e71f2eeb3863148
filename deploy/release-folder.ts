/** A built app's folder as what goes to the bucket: each file with its headers and compressed where that is smaller. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliBest } from '../scripts/wire-size.ts';
import { RELEASE_FILE, RELEASE_SIGNATURE, releaseFiles, type ReleaseManifest } from '../src/domain/release.ts';
import { cacheControl, fileClass } from './headers.ts';
import { compressible, contentType } from './mime.ts';
import { ReleaseError } from './release-error.ts';

/** A file as it is stored and served; `path` is below the site's root, without a leading slash. */
export interface StoredFile {
  readonly path: string;
  /** Of the file itself, not of its compressed form; lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  /** Bytes over the wire. */
  readonly stored: number;
  readonly type: string;
  readonly encoding: 'br' | null;
  readonly cache: string;
}

/** Everything that is known of a release; stored as `releases/<id>/record.json`. */
export interface ReleaseRecord {
  readonly schema: 1;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** Commit it was built from; null where the folder came from elsewhere. */
  readonly commit: string | null;
  readonly kind: 'app' | 'models';
  readonly version: string;
  readonly sequence: { readonly app: number; readonly models: number };
  /** Numbers that no tablet goes below once it has run this release. */
  readonly minimum: { readonly app: number; readonly models: number };
  readonly files: readonly StoredFile[];
}

export interface Release {
  readonly record: ReleaseRecord;
  /** The stored bytes of a file. */
  readonly body: (path: string) => Buffer;
}

/** Whether a file's name stands for its content for ever. */
export function immutable({ path }: Pick<StoredFile, 'path'>): boolean {
  return fileClass(`/${path}`) !== 'plain';
}

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/**
 * Reads what `release.json` of a folder lists, and that manifest itself. Fails when a file is not what the manifest says.
 * The id follows from the content: the same folder is the same release, however often it is sent.
 */
export async function readRelease(folder: string, facts: Pick<ReleaseRecord, 'commit' | 'kind'>): Promise<Release> {
  const text = await readFile(join(folder, RELEASE_FILE)).catch(() => {
    throw new ReleaseError(`${folder}: there is no ${RELEASE_FILE}`, 'Build the app first: npm run build.');
  });
  const manifest = JSON.parse(text.toString()) as ReleaseManifest;
  const listed = [...releaseFiles(manifest), manifest.worker];
  const bodies = new Map<string, Buffer>();
  const files: StoredFile[] = [];
  for (const path of [...listed.map((file) => file.path), RELEASE_FILE, RELEASE_SIGNATURE]) {
    const content = await readFile(join(folder, path));
    const expected = listed.find((file) => file.path === path);
    if (expected && expected.sha256 !== sha256(content)) {
      throw new ReleaseError(`${path}: not the file that ${RELEASE_FILE} lists`, 'Build the app anew: npm run build.');
    }
    const small = compressible(path) ? await brotliBest(content) : content;
    const body = small.length < content.length ? small : content;
    bodies.set(path, body);
    files.push({
      path,
      sha256: sha256(content),
      bytes: content.length,
      stored: body.length,
      type: contentType(path),
      encoding: body === small && small !== content ? 'br' : null,
      cache: cacheControl(`/${path}`),
    });
  }
  const { app, models } = manifest;
  const id = `${app.version}-a${app.sequence}-m${models.sequence}-${sha256(text).slice(0, 8)}`;
  const sequence = { app: app.sequence, models: models.sequence };
  const { minimum } = manifest;
  const record: ReleaseRecord = {
    schema: 1,
    id,
    created: new Date().toISOString(),
    ...facts,
    version: app.version,
    sequence,
    minimum,
    files,
  };
  return {
    record,
    body(path) {
      const body = bodies.get(path);
      if (!body) throw new Error(`${path}: not in release ${id}`);
      return body;
    },
  };
}
