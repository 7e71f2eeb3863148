import { posix } from 'node:path';

/** Content types by file extension: the same on every host, since none of them knows them all. */
export const MIME_TYPES: Readonly<Record<string, string>> = {
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

/** ONNX graphs and the forest's arrays. */
export const DEFAULT_MIME_TYPE = 'application/octet-stream';

/** Content-Type of a path, by its extension. */
export function contentType(path: string): string {
  return MIME_TYPES[posix.extname(path).slice(1)] ?? DEFAULT_MIME_TYPE;
}

/** Extensions of files that brotli makes no smaller. */
export const INCOMPRESSIBLE: ReadonlySet<string> = new Set(['png', 'ico', 'woff2', 'br']);

/** Whether a path may be sent compressed. */
export function compressible(path: string): boolean {
  return !INCOMPRESSIBLE.has(posix.extname(path).slice(1));
}
