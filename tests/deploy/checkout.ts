/** The project as a person would have it who releases it: a clean checkout with the plant's own keys. */
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../../src/domain/bundle.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a command ended and what it said. */
export interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export class Checkout {
  readonly folder: string;
  /** What the build and the release read of the environment: names of the plant's keys. */
  readonly keys: Record<string, string>;
  readonly #home = mkdtempSync(join(tmpdir(), 'castwatch-checkout-'));
  readonly #models = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  /** Copies what git knows of this checkout, uncommitted changes included, and commits it. */
  constructor() {
    this.folder = join(this.#home, 'castwatch');
    const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
    for (const path of listed) copy(path, join(this.folder, path));
    this.#linkPackages();

    const release = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = (name: string, pem: string | Buffer): string => {
      writeFileSync(join(this.#home, name), pem);
      return join(this.#home, name);
    };
    this.keys = {
      CASTWATCH_PUBLIC_KEY: key('models.public.pem', this.#models.publicKey.export({ type: 'spki', format: 'pem' })),
      CASTWATCH_RELEASE_PUBLIC_KEY: key('release.public.pem', release.publicKey.export({ type: 'spki', format: 'pem' })),
      CASTWATCH_RELEASE_KEY: key('release.key.pem', release.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    };
    this.#git('init', '-q');
    this.changeModels((manifest) => manifest);
  }

  /** The packages of this checkout, without its caches: notes of tests that passed are each checkout's own. */
  #linkPackages(): void {
    const packages = join(root, 'node_modules');
    mkdirSync(join(this.folder, 'node_modules/.cache'), { recursive: true });
    for (const name of readdirSync(packages)) {
      if (name !== '.cache' && !name.startsWith('.vite')) symlinkSync(join(packages, name), join(this.folder, 'node_modules', name));
    }
    // Files that were compressed before are known by their content.
    const compressed = '.cache/castwatch-brotli';
    mkdirSync(join(packages, compressed), { recursive: true });
    symlinkSync(join(packages, compressed), join(this.folder, 'node_modules', compressed));
  }

  #git(...args: string[]): string {
    return execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: this.folder, encoding: 'utf8' }).trim();
  }

  /** Writes a file, without committing it. */
  write(path: string, content: string): void {
    writeFileSync(join(this.folder, path), content);
  }

  remove(path: string): void {
    rmSync(join(this.folder, path));
  }

  commit(): void {
    this.#git('add', '-A');
    this.#git('commit', '-q', '--allow-empty', '-m', 'change');
  }

  /** Changes the list of bundles, signs it with the plant's key and commits, as after `castwatch-train`. */
  changeModels(change: (manifest: Manifest, folder: string) => Manifest): void {
    const folder = join(this.folder, 'public/models');
    const text = JSON.stringify(change(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Manifest, folder));
    const signature = sign('sha256', Buffer.from(text), { key: this.#models.privateKey, dsaEncoding: 'ieee-p1363' });
    writeFileSync(join(folder, 'manifest.json'), text);
    writeFileSync(join(folder, 'manifest.sig'), `${signature.toString('base64')}\n`);
    this.commit();
  }

  /** Runs `npm run` with a command line, with the environment given beside that of this process. */
  npm(args: readonly string[], env: Record<string, string | undefined> = {}): Promise<Outcome> {
    const process_ = spawn('npm', ['run', '--silent', ...args], { cwd: this.folder, env: { ...process.env, ...this.keys, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    process_.stdout.on('data', (part: Buffer) => (said.out += part.toString()));
    process_.stderr.on('data', (part: Buffer) => (said.err += part.toString()));
    return new Promise((resolve) => process_.on('close', (code) => resolve({ code, ...said })));
  }

  clear(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}

function copy(path: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(join(root, path), to, { verbatimSymlinks: true });
}
