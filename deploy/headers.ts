/**
 * The security headers of the app: one source for the preview server, the hosting templates and the tests.
 * Cross-origin isolation (COOP + COEP) buys a finer clock and threads; the app works without it.
 */

/** Content-Security-Policy, one directive a key. `'wasm-unsafe-eval'` compiles WebAssembly and allows no JavaScript `eval`. */
export const CONTENT_SECURITY_POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self' data: blob:",
  'style-src': "'self'",
  'font-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'object-src': "'none'",
};

/** The headers that make a page cross-origin isolated. */
export const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Sent over TLS only: a browser ignores it elsewhere, and RFC 6797 (7.2) forbids it there. */
export const TRANSPORT_HEADERS: Readonly<Record<string, string>> = { 'Strict-Transport-Security': 'max-age=31536000' };

/** What a model file may do when somebody opens it as a page of its own: nothing (a bundle's plot may have its inline style). */
const MODEL_POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'style-src': "'unsafe-inline'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/**
 * How long a file's name stands for its content: `hashed` and `models` never change under their name
 * (assets/, bundle folders), `plain` files do (index.html, the service worker, manifests, icons).
 */
export type FileClass = 'hashed' | 'models' | 'plain';

export const FILE_CLASSES: readonly FileClass[] = ['hashed', 'models', 'plain'];

/** What the paths of the immutable classes look like; hosts route by the same expressions. */
export const CLASS_PATHS: Readonly<Record<Exclude<FileClass, 'plain'>, RegExp>> = {
  hashed: /^\/assets\//,
  models: /^\/models\/[^/]+-\d+\.\d+\.\d+\//,
};

/** The class of a path below the site's root (with its leading slash). */
export function fileClass(path: string): FileClass {
  if (CLASS_PATHS.hashed.test(path)) return 'hashed';
  return CLASS_PATHS.models.test(path) ? 'models' : 'plain';
}

export interface HeaderOptions {
  /** False leaves COOP and COEP out, as a host that cannot send them would. */
  readonly isolated?: boolean;
  /** True where the response goes over TLS. */
  readonly tls?: boolean;
  /** By default a page's own. */
  readonly fileClass?: FileClass;
}

/** Headers of every response of a class, missing files included. */
export function securityHeaders(options: HeaderOptions = {}): Record<string, string> {
  const policy = options.fileClass === 'models' ? MODEL_POLICY : CONTENT_SECURITY_POLICY;
  return {
    'Content-Security-Policy': Object.entries(policy)
      .map(([directive, value]) => `${directive} ${value}`)
      .join('; '),
    ...(options.isolated === false ? {} : ISOLATION_HEADERS),
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    ...(options.tls ? TRANSPORT_HEADERS : {}),
  };
}

/**
 * Cache-Control of a class. `no-cache` keeps a copy but asks for it again each time. It goes with the files that exist:
 * a missing file must not be remembered for a year.
 */
export const CACHE_CONTROL: Readonly<Record<FileClass, string>> = {
  hashed: 'public, max-age=31536000, immutable',
  models: 'public, max-age=31536000, immutable',
  plain: 'no-cache',
};

/** Cache-Control of a path below the site's root. */
export function cacheControl(path: string): string {
  return CACHE_CONTROL[fileClass(path)];
}
