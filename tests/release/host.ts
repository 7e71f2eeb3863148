import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheControl, securityHeaders } from '../../deploy/headers.ts';
import { contentType } from '../../deploy/mime.ts';
import { stampBuild, writeRelease, type ReleaseOptions } from '../../scripts/release-manifest.ts';

/** What is sent in place of a file; null: the file itself. `cut` ends the connection after the body. */
export type Tamper = (path: string, content: Buffer | null) => { status?: number; type?: string; body: Buffer; cut?: boolean } | null;

/** A plain host on one origin that publishes one release after the other, can be stopped, and can lie. */
export class ReleaseHost {
  folder: string;
  tamper: Tamper = () => null;
  /** Milliseconds before each answer. */
  delayMs = 0;
  readonly asked: string[] = [];
  #server: Server | null = null;
  #port = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  get url(): string {
    return `http://localhost:${this.#port}/`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1) || 'index.html';
      this.asked.push(path);
      const content = read(join(this.folder, path));
      const sent = this.tamper(path, content) ?? (content ? { body: content } : { status: 404, type: 'text/plain', body: Buffer.from('no') });
      setTimeout(() => {
        response.writeHead(sent.status ?? 200, {
          ...securityHeaders(),
          'Content-Type': sent.type ?? contentType(path),
          'Cache-Control': cacheControl(`/${path}`),
          ...(sent.cut ? { 'Content-Length': sent.body.length + 1000 } : { 'Content-Length': sent.body.length }),
        });
        if (sent.cut) response.write(sent.body, () => setTimeout(() => response.destroy(), 20));
        else response.end(sent.body);
      }, this.delayMs);
    });
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(this.#port, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
}

/** Releases made of one built app: each a whole folder with a manifest of its own. */
export class ReleaseYard {
  readonly #built: string;
  readonly #home = mkdtempSync(join(tmpdir(), 'castwatch-releases-'));
  #count = 0;

  constructor(built: string) {
    this.#built = built;
  }

  /** A release with that number. `change` may alter files before they are stamped and signed. */
  async make(sequence: number, change: (folder: string) => void = () => undefined, options: ReleaseOptions = {}): Promise<string> {
    const folder = join(this.#home, String((this.#count += 1)));
    cpSync(this.#built, folder, { recursive: true, filter: (path) => !path.endsWith('.br') });
    const page = join(folder, 'index.html');
    writeFileSync(page, readFileSync(page, 'utf8').replace('</head>', `<meta name="release" content="${sequence}"></head>`));
    change(folder);
    await stampBuild(folder);
    await writeRelease(folder, { sequence, ...options });
    return folder;
  }

  clear(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}
