/** The verifying core on a page of its own, with the browser's cryptography, caches and database. Only the server is made up. */
import type { ReleaseFile, ReleaseManifest } from '../../../src/domain/release.ts';
import { sha256Hex } from '../../../src/model/signature.ts';
import { Shelf } from '../../../src/sw/shelf.ts';
import { ReleaseStore } from '../../../src/sw/store.ts';
import { Updater } from '../../../src/sw/updater.ts';
import { forgeries, type Forgery, type Offered } from './forgeries.ts';

export interface TamperReport {
  readonly offered: number;
  readonly accepted: readonly string[];
  /** Forgeries after which the release in use was not whole any more. */
  readonly harmed: readonly string[];
  /** How many were refused for which reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** The same release without a forgery was taken at the end, so the refusals say something. */
  readonly honestTaken: boolean;
}

const SCOPE = 'https://station.invalid/';
const encoder = new TextEncoder();

async function describe(path: string, content: Uint8Array<ArrayBuffer>): Promise<ReleaseFile> {
  return { path, type: 'text/plain', bytes: content.length, sha256: await sha256Hex(content) };
}

function filler(seed: number, length: number): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16);
}

/** A small site of 16 files, as release `n`. */
async function siteOf(n: number): Promise<Pick<Offered, 'manifest' | 'files'>> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>([['index.html', encoder.encode(`<!doctype html><title>${n}</title>`)]]);
  for (let i = 0; i < 8; i += 1) files.set(`assets/part-${i}.js`, filler(n * 100 + i, 500 + 700 * i));
  files.set('assets/run-time.wasm', filler(n * 100 + 50, 60_000));
  for (let i = 0; i < 6; i += 1) files.set(`models/field-0.${n}.0/part-${i}`, filler(n * 100 + 60 + i, 3000));
  const described = await Promise.all([...files].map(([path, content]) => describe(path, content)));
  const manifest: ReleaseManifest = {
    schema: 1,
    share: 1,
    minimum: { app: 0, models: 0 },
    worker: { path: 'sw.js', bytes: 1, sha256: '0'.repeat(64) },
    app: {
      sequence: n,
      version: '1.0.0',
      build: `build-${n}`,
      headers: { stamp: 'stamp', fields: { 'X-Content-Type-Options': 'nosniff' } },
      files: described.filter(({ path }) => !path.startsWith('models/')),
    },
    models: { sequence: n, current: `field-0.${n}.0`, files: described.filter(({ path }) => path.startsWith('models/')) },
  };
  return { manifest, files };
}

async function signer(): Promise<{ publicKey: string; sign: (content: Uint8Array<ArrayBuffer>) => Promise<string> }> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const base64 = (bytes: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return {
    publicKey: base64(await crypto.subtle.exportKey('spki', publicKey)),
    sign: async (content) => base64(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, content)),
  };
}

async function tamper(limit: number): Promise<TamperReport> {
  const trusted = await signer();
  const stranger = await signer();
  const offer = async (n: number): Promise<Offered> => {
    const site = await siteOf(n);
    const text = encoder.encode(JSON.stringify(site.manifest));
    return { ...site, text, signature: await trusted.sign(text), sign: trusted.sign, signWrong: stranger.sign };
  };
  const [running, next] = [await offer(5), await offer(6)];

  let served = running;
  let forgery: Forgery | null = null;
  const store = new ReleaseStore(`proof-${Date.now()}`);
  const shelf = new Shelf(caches, SCOPE);
  const updater = new Updater({
    scope: SCOPE,
    store,
    shelf,
    publicKey: trusted.publicKey,
    builtInFloor: { app: 3, models: 3 },
    onProgress: () => undefined,
    fetch: async (address) => {
      const path = address.slice(SCOPE.length);
      const forged = await forgery?.answer(path);
      if (forged) return forged;
      if (path === 'release.json') return new Response(served.text);
      if (path === 'release.sig') return new Response(served.signature);
      const content = served.files.get(path);
      return content ? new Response(content) : new Response('no', { status: 404 });
    },
  });
  const ask = { device: 'device', forced: true, bytesPerSecond: null };
  const first = await updater.check(ask);
  const id = first.candidate?.release.id ?? '';
  await updater.adopt(id);
  served = next;

  const all = await forgeries(next, running);
  // A short form takes every so many of them, so that all kinds are among them.
  const step = Math.max(1, all.length / limit);
  const chosen = Array.from({ length: Math.min(limit, all.length) }, (_, i) => all[Math.floor(i * step)]).filter((entry) => entry !== undefined);
  const accepted: string[] = [];
  const harmed: string[] = [];
  const refusals: Record<string, number> = {};
  for (const one of chosen) {
    forgery = one;
    const { current, candidate, attempts } = await updater.check(ask);
    const result = attempts.at(-1)?.result ?? 'none';
    refusals[result] = (refusals[result] ?? 0) + 1;
    if (current?.id !== id || candidate?.stage === 'ready' || result === 'ready') accepted.push(one.name);
    const release = await updater.release(id);
    if (!release || (await shelf.damaged(release))) harmed.push(one.name);
    // The next forgery must not find the true files of this one's release.
    await shelf.keepOnly(new Set([id]));
  }
  forgery = null;
  const honest = await updater.check(ask);
  await shelf.keepOnly(new Set());
  return { offered: chosen.length, accepted, harmed, refusals, honestTaken: honest.candidate?.stage === 'ready' };
}

declare global {
  interface Window {
    tamper: typeof tamper;
  }
}
window.tamper = tamper;
