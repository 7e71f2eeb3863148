/** A release: every file that a station runs, listed with its hash in one signed manifest (`release.json`, docs/adr/0016). */

/** The manifest and its detached signature, beside index.html. */
export const RELEASE_FILE = 'release.json';
export const RELEASE_SIGNATURE = 'release.sig';
/** The service worker's script, at the root and never hashed: its address is its identity. */
export const WORKER_FILE = 'sw.js';

/** One file; `path` is below the app's root, `type` the Content-Type it is served with. */
export interface ReleaseFile {
  readonly path: string;
  readonly type: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** Numbers below which a device never goes back; see {@link ReleaseManifest.minimum}. */
export interface SequenceFloor {
  readonly app: number;
  readonly models: number;
}

/** `release.json`. The app and the models are numbered on their own: models may be released without an app. */
export interface ReleaseManifest {
  readonly schema: 1;
  /** Share of the fleet (0..1) that takes this release by itself, by a stable hash of the device's id. */
  readonly share: number;
  /** A device that has run this release never takes one with a lower number again. */
  readonly minimum: SequenceFloor;
  /** The service worker that goes with it. It is for hosts and audits: the browser updates it on its own terms. */
  readonly worker: Omit<ReleaseFile, 'type'>;
  readonly app: {
    readonly sequence: number;
    readonly version: string;
    /** Stamp of the build's content; index.html carries the same one in `<meta name="castwatch-build">`. */
    readonly build: string;
    /** The headers that every file is served with, and their stamp: another header makes another release. */
    readonly headers: { readonly stamp: string; readonly fields: Readonly<Record<string, string>> };
    readonly files: readonly ReleaseFile[];
  };
  readonly models: {
    /** Number of `models/manifest.json`. */
    readonly sequence: number;
    /** The bundle a new device begins with. */
    readonly current: string;
    readonly files: readonly ReleaseFile[];
  };
}

/**
 * Whether a file belongs to the second backend (docs/adr/0022). A device holds such files only if it has used one: they are no
 * part of a first download, and nothing is missing without them.
 */
export function isOptional(path: string): boolean {
  return /^(assets|models\/[^/]+)\/webgpu\//.test(path);
}

/** All files of a release, the app's first. */
export function releaseFiles({ app, models }: Pick<ReleaseManifest, 'app' | 'models'>): readonly ReleaseFile[] {
  return [...app.files, ...models.files];
}

/** Bytes of all files of a release, without the optional ones. */
export function releaseBytes(manifest: Pick<ReleaseManifest, 'app' | 'models'>): number {
  return releaseFiles(manifest).reduce((sum, { path, bytes }) => sum + (isOptional(path) ? 0 : bytes), 0);
}

/**
 * What a release's id is the sha256 of: its content and headers. Numbers, share and worker are not part of it, so that the
 * same content signed again (for a larger share of the fleet, say) is the same release.
 */
export function releaseIdentity(manifest: Pick<ReleaseManifest, 'app' | 'models'>): string {
  return JSON.stringify([manifest.app.headers.stamp, ...releaseFiles(manifest).map(({ path, type, sha256 }) => [path, type, sha256])]);
}
