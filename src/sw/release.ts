/** Reads a release manifest: signature first, then its form, key by key. Small enough to go without a schema library. */
import { RELEASE_FILE, RELEASE_SIGNATURE, releaseIdentity, type ReleaseFile, type ReleaseManifest, type SequenceFloor } from '../domain/release.ts';
import type { RefusalCode, ReleaseFacts } from '../domain/updates.ts';
import type { Bytes } from '../model/files.ts';
import { sha256Hex, signatureFits } from '../model/signature.ts';

/** A release as the worker knows it. */
export interface Release {
  readonly facts: ReleaseFacts;
  readonly manifest: ReleaseManifest;
  readonly files: ReadonlyMap<string, ReleaseFile>;
  /** What was signed, kept to be verified again whenever it is read back. */
  readonly signed: SignedManifest;
}

export interface SignedManifest {
  readonly content: Bytes;
  readonly signature: Bytes;
}

/** A refusal on the way, as an exception: it ends the whole attempt. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly file: string | null;

  constructor(code: RefusalCode, file: string | null = null, detail = '') {
    super(`${code} ${file ?? ''} ${detail}`);
    this.code = code;
    this.file = file;
  }
}

/** Limits of what a manifest may ask of a device. */
const MAX_FILES = 2000;
const MAX_BYTES = 300e6;

/** Fetches what the server offers. Two files that do not fit may be two releases in one cache: once more past it. */
export async function readOffer(fetchFile: (path: string, cache: RequestCache) => Promise<Bytes>, publicKey: string): Promise<Release> {
  const read = async (cache: RequestCache): Promise<Release> => {
    const [content, signature] = await Promise.all([fetchFile(RELEASE_FILE, cache), fetchFile(RELEASE_SIGNATURE, cache)]);
    return openRelease({ content, signature }, publicKey);
  };
  try {
    return await read('no-cache');
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.code === 'signature') return read('reload');
    throw thrown;
  }
}

/** Verifies and reads a signed manifest. Throws a {@link Refusal}. */
export async function openRelease(signed: SignedManifest, publicKey: string): Promise<Release> {
  if (!(await signatureFits(signed.content, signed.signature, publicKey))) throw new Refusal('signature', RELEASE_FILE);
  let manifest: ReleaseManifest;
  try {
    manifest = parseManifest(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(signed.content)));
  } catch (thrown) {
    throw new Refusal('form', RELEASE_FILE, String(thrown));
  }
  const { app, models } = manifest;
  return {
    manifest,
    signed,
    files: new Map([...app.files, ...models.files].map((file) => [file.path, file])),
    facts: {
      id: await sha256Hex(new TextEncoder().encode(releaseIdentity(manifest))),
      app: app.sequence,
      models: models.sequence,
      version: app.version,
      build: app.build,
      headers: app.headers.stamp,
      bundle: models.current,
    },
  };
}

/** What may be cached for good under its name; the same rule as deploy/headers.ts has. */
export function neverChanges(path: string): boolean {
  return /^assets\//.test(path) || /^models\/[^/]+-\d+\.\d+\.\d+\//.test(path);
}

type Fields = Readonly<Record<string, unknown>>;

function parseManifest(value: unknown): ReleaseManifest {
  const top = fields(value, ['schema', 'share', 'minimum', 'worker', 'app', 'models']);
  if (top.schema !== 1) throw new Error('schema');
  const app = fields(top.app, ['sequence', 'version', 'build', 'headers', 'files']);
  const headers = fields(app.headers, ['stamp', 'fields']);
  const models = fields(top.models, ['sequence', 'current', 'files']);
  const worker = fields(top.worker, ['path', 'bytes', 'sha256']);
  const manifest: ReleaseManifest = {
    schema: 1,
    share: number(top.share, 0, 1),
    minimum: floor(top.minimum),
    worker: { path: path(worker.path), bytes: whole(worker.bytes), sha256: hash(worker.sha256) },
    app: {
      sequence: whole(app.sequence),
      version: text(app.version),
      build: text(app.build),
      headers: { stamp: text(headers.stamp), fields: headerFields(headers.fields) },
      files: files(app.files),
    },
    models: { sequence: whole(models.sequence), current: text(models.current), files: files(models.files) },
  };
  const all = [...manifest.app.files, ...manifest.models.files];
  if (all.length > MAX_FILES || all.reduce((sum, { bytes }) => sum + bytes, 0) > MAX_BYTES) throw new Error('too large');
  if (new Set(all.map((file) => file.path)).size !== all.length) throw new Error('a path twice');
  if (manifest.app.files.some((file) => file.path.startsWith('models/'))) throw new Error('a model among the app');
  if (!manifest.models.files.every((file) => file.path.startsWith('models/'))) throw new Error('not a model');
  if (!manifest.app.files.some((file) => file.path === 'index.html')) throw new Error('no index.html');
  return manifest;
}

/** An object with exactly these keys. */
function fields(value: unknown, keys: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object');
  const has = Object.keys(value);
  if (has.length !== keys.length || !keys.every((key) => Object.hasOwn(value, key))) throw new Error(`keys ${has.join()}`);
  return value as Fields;
}

function number(value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high)) throw new Error(`number ${String(value)}`);
  return value;
}

function whole(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Error(`whole number ${String(value)}`);
  return number(value, 0, Number.MAX_SAFE_INTEGER);
}

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > 2000) throw new Error('text');
  return value;
}

function hash(value: unknown): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw new Error('sha256');
  return value;
}

/** A path below the app's root that means only itself. */
function path(value: unknown): string {
  const plain = typeof value === 'string' && value.length <= 300 && /^[\w.-]+(\/[\w.-]+)*$/.test(value);
  if (!plain || value.split('/').some((part) => /^\.+$/.test(part))) throw new Error(`path ${String(value)}`);
  return value;
}

function floor(value: unknown): SequenceFloor {
  const { app, models } = fields(value, ['app', 'models']);
  return { app: whole(app), models: whole(models) };
}

function headerFields(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('headers');
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, text(content)]));
}

function files(value: unknown): readonly ReleaseFile[] {
  if (!Array.isArray(value)) throw new Error('files');
  return value.map((entry: unknown) => {
    const file = fields(entry, ['path', 'type', 'bytes', 'sha256']);
    return { path: path(file.path), type: text(file.type), bytes: whole(file.bytes), sha256: hash(file.sha256) };
  });
}
