import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { cacheControl, fileClass, securityHeaders } from '../deploy/headers.ts';
import { compressible, contentType } from '../deploy/mime.ts';

/** The built app as a plain host serves it: security headers, brotli, real 404s. */
export interface PreviewOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** False leaves out cross-origin isolation, which the app must work without. */
  readonly isolated?: boolean;
  /** Folder of the built app; by default the repository's `dist/`. */
  readonly folder?: string;
  /** Address to listen on; by default only this machine. */
  readonly host?: string;
}

export interface Preview {
  /** Address of the app, ending with a slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** Quick enough for a first visit; `npm run compress` writes smaller files beside the originals. */
const ON_THE_FLY_QUALITY = 5;

const compress = promisify(brotliCompress);

/** Starts serving; rejects when there is no build or the port is taken. */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const { port, isolated = true, host = '127.0.0.1' } = options;
  const folder = options.folder ?? fileURLToPath(new URL('../dist', import.meta.url));
  if (!(await isFile(join(folder, 'index.html')))) throw new Error(`${folder}: not a built app; run "npm run build" first`);
  const compressed = new Map<string, Promise<Buffer>>();

  const server = createServer((request, response) => {
    const headers = securityHeaders({ isolated, fileClass: fileClass(pathOf(request) ?? '') });
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    respond(request, response, folder, compressed).catch((thrown: unknown) => {
      console.error(thrown);
      if (response.headersSent) response.destroy();
      else plain(response, 500, 'The server failed.');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://localhost:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  compressed: Map<string, Promise<Buffer>>,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    plain(response, 405, 'Only GET and HEAD.');
    return;
  }
  const path = pathOf(request);
  const file = path === null ? null : join(folder, path);
  const facts = file === null ? null : await stat(file).catch(() => null);
  if (path === null || file === null || !facts?.isFile()) {
    plain(response, 404, 'Not found.');
    return;
  }
  response.setHeader('Content-Type', contentType(path));
  response.setHeader('Cache-Control', cacheControl(path));
  const etag = `"${createHash('sha256').update(`${path} ${facts.size} ${facts.mtimeMs}`).digest('base64url').slice(0, 24)}"`;
  response.setHeader('ETag', etag);
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  if (!compressible(path) || !/\bbr\b/.test(String(request.headers['accept-encoding']))) {
    response.setHeader('Content-Length', facts.size);
    response.writeHead(200);
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
    return;
  }
  const key = `${file} ${facts.mtimeMs}`;
  const body = await (compressed.get(key) ?? remember(compressed, key, brotliOf(file)));
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('Content-Encoding', 'br');
  response.setHeader('Content-Length', body.length);
  response.writeHead(200);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The path below the root that a request asks for; null when it leads out of it or is no path. */
function pathOf(request: IncomingMessage): string | null {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = normalize(decodeURIComponent(pathname)).split(sep).join('/');
    if (path.includes('\0') || path.split('/').includes('..')) return null;
    return path === '/' ? '/index.html' : path;
  } catch {
    return null;
  }
}

async function brotliOf(file: string): Promise<Buffer> {
  const ahead = await readFile(`${file}.br`).catch(() => null);
  if (ahead) return ahead;
  return compress(await readFile(file), { params: { [constants.BROTLI_PARAM_QUALITY]: ON_THE_FLY_QUALITY } });
}

function remember(compressed: Map<string, Promise<Buffer>>, key: string, body: Promise<Buffer>): Promise<Buffer> {
  compressed.set(key, body);
  body.catch(() => compressed.delete(key));
  return body;
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() ?? false;
}
