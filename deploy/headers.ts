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

/** Headers of every response. `isolated: false` leaves COOP and COEP out, as a host that cannot send them would. */
export function securityHeaders(options: { isolated?: boolean } = {}): Record<string, string> {
  return {
    'Content-Security-Policy': Object.entries(CONTENT_SECURITY_POLICY)
      .map(([directive, value]) => `${directive} ${value}`)
      .join('; '),
    ...(options.isolated === false ? {} : ISOLATION_HEADERS),
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
  };
}

/**
 * Cache-Control of a path below the site's root. Hashed assets and bundle folders never change under their name;
 * everything else (index.html, manifest.json, its signature) is asked for again each time.
 */
export function cacheControl(path: string): string {
  const immutable = /^\/assets\//.test(path) || /^\/models\/[^/]+-\d+\.\d+\.\d+\//.test(path);
  return immutable ? 'public, max-age=31536000, immutable' : 'no-cache';
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  webmanifest: 'application/manifest+json; charset=utf-8',
  wasm: 'application/wasm',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
  md: 'text/markdown; charset=utf-8',
  sig: 'text/plain; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
};

/** Content-Type of a path, by its extension. */
export function contentType(path: string): string {
  return CONTENT_TYPES[/\.([^./]+)$/.exec(path)?.[1] ?? ''] ?? 'application/octet-stream';
}
