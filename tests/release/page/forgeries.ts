/** Everything that may be wrong with an offered release. */
import type { ReleaseManifest } from '../../../src/domain/release.ts';

type Content = Uint8Array<ArrayBuffer>;

/** A release as a server offers it. */
export interface Offered {
  readonly manifest: ReleaseManifest;
  readonly files: ReadonlyMap<string, Content>;
  readonly text: Content;
  readonly signature: string;
  readonly sign: (content: Content) => Promise<string>;
  readonly signWrong: (content: Content) => Promise<string>;
}

/** `answer` is what the server says of a path; null: the truth. */
export interface Forgery {
  readonly name: string;
  answer(path: string): Promise<Response | null>;
}

const encoder = new TextEncoder();
const HTML = '<!doctype html><html><title>Sign in</title></html>';

const flipped = (content: Content, at: number): Content => {
  const copy = content.slice();
  copy[at % copy.length]! ^= 1 << at % 8;
  return copy;
};

const only = (name: string, wanted: string, body: () => Response): Forgery => ({
  name,
  answer: (path) => Promise.resolve(path === wanted ? body() : null),
});

/** All forgeries of `next` on a device that runs `running`. */
export async function forgeries(next: Offered, running: Offered): Promise<readonly Forgery[]> {
  return [...unsigned(next, running), ...(await signedByAnother(next)), ...(await malformed(next)), ...files(next, running)];
}

/** The manifest or its signature was changed after signing. */
function unsigned({ text, signature, manifest }: Offered, running: Offered): Forgery[] {
  const found: Forgery[] = [];
  for (let i = 0; i < 120; i += 1) {
    const at = Math.floor((i * text.length) / 120);
    found.push(only(`manifest: bit at ${at}`, 'release.json', () => new Response(flipped(text, at))));
  }
  for (const [i, length] of [0, 1, 100, text.length >> 1, text.length - 1].entries()) {
    found.push(only(`manifest: cut ${i}`, 'release.json', () => new Response(text.slice(0, length))));
  }
  found.push(only('manifest: longer', 'release.json', () => new Response(new Blob([text, ' ']))));
  found.push(only('manifest: HTML', 'release.json', () => new Response(HTML, { headers: { 'Content-Type': 'text/html' } })));
  found.push(only('manifest: of the running release', 'release.json', () => new Response(running.text)));
  found.push(only('signature: of the running release', 'release.sig', () => new Response(running.signature)));
  for (let i = 0; i < 40; i += 1) {
    const forged = flipped(Uint8Array.from(atob(signature), (c) => c.charCodeAt(0)), i * 13);
    found.push(only(`signature: bit ${i}`, 'release.sig', () => new Response(btoa(String.fromCharCode(...forged)))));
  }
  for (const [i, forged] of ['', 'AAAA', signature.slice(0, 40), HTML, btoa('\0'.repeat(64)), btoa('\xff'.repeat(64)), '%%%'].entries()) {
    found.push(only(`signature: form ${i}`, 'release.sig', () => new Response(forged)));
  }
  const reversed = encoder.encode(JSON.stringify({ ...manifest, app: { ...manifest.app, files: [...manifest.app.files].reverse() } }));
  found.push(only('manifest: order of files', 'release.json', () => new Response(reversed)));
  for (const changed of changes(manifest)) {
    found.push(only(`unsigned ${changed.name}`, 'release.json', () => new Response(changed.text)));
  }
  return found;
}

/** Each field changed and signed, but not with the key that the worker knows. */
async function signedByAnother({ manifest, signWrong }: Offered): Promise<Forgery[]> {
  return Promise.all(
    changes(manifest).map(async ({ name, text }) => pair(`another's ${name}`, text, await signWrong(encoder.encode(text)))),
  );
}

/** Signed with the right key, and still not to be taken: a form that is not known, a path that leads out, an old number. */
async function malformed({ manifest, sign }: Offered): Promise<Forgery[]> {
  const [file] = manifest.app.files;
  const withFile = (change: object): unknown => ({ ...manifest, app: { ...manifest.app, files: [...manifest.app.files, { ...file, path: 'x', ...change }] } });
  const bad: readonly (readonly [string, unknown])[] = [
    ...Object.keys(manifest).map((key) => [`without ${key}`, { ...manifest, [key]: undefined }] as const),
    ...Object.keys(manifest.app).map((key) => [`without app.${key}`, { ...manifest, app: { ...manifest.app, [key]: undefined } }] as const),
    ...Object.keys(manifest.models).map((key) => [`without models.${key}`, { ...manifest, models: { ...manifest.models, [key]: undefined } }] as const),
    ...['../x', '/x', 'a//b', 'a/../b', './x', 'a\\b', 'http:x', 'a b', '', '%2e%2e/x', 'models/x'].map((path) => [`path ${path}`, withFile({ path })] as const),
    ...[-1, 1.5, '7', null, 1e12].map((bytes) => [`bytes ${String(bytes)}`, withFile({ bytes })] as const),
    ...['', 'ABC', 'g'.repeat(64), 'A'.repeat(64), null].map((sha256) => [`sha256 ${String(sha256)}`, withFile({ sha256 })] as const),
    ['a key more', { ...manifest, extra: 1 }],
    ['a file twice', withFile({ path: file?.path })],
    ['no page', { ...manifest, app: { ...manifest.app, files: manifest.app.files.filter(({ path }) => path !== 'index.html') } }],
    ['another schema', { ...manifest, schema: 2 }],
    ['share 2', { ...manifest, share: 2 }],
    ['an old app', { ...manifest, app: { ...manifest.app, sequence: 2 } }],
    ['old models', { ...manifest, models: { ...manifest.models, sequence: 2 } }],
    ['a list', [manifest]],
    ['null', null],
    ['a file that is not there', withFile({ path: 'assets/none.js' })],
  ];
  return Promise.all(
    bad.map(async ([name, value]) => {
      const text = JSON.stringify(value);
      return pair(`signed, ${name}`, text, await sign(encoder.encode(text)));
    }),
  );
}

/** Each file: a bit, too short, too long, empty, a web page, another file, the running release's, gone, an error, broken off. */
function files(next: Offered, running: Offered): Forgery[] {
  const found: Forgery[] = [];
  const list = [...next.files];
  for (const [i, [path, content]] of list.entries()) {
    const other = list[(i + 1) % list.length]?.[1] ?? content;
    const before = running.files.get(path) ?? other;
    const answers: readonly (readonly [string, () => Response])[] = [
      ...[0, 0.3, 0.6, 0.99].map((share) => [`bit at ${share}`, () => new Response(flipped(content, Math.floor(share * content.length)))] as const),
      ['too short', () => new Response(content.slice(0, -1))],
      ['too long', () => new Response(new Blob([content, ' ']))],
      ['empty', () => new Response('')],
      ['HTML', () => new Response(HTML, { headers: { 'Content-Type': 'text/html' } })],
      ['another file', () => new Response(other)],
      ['of the running release', () => new Response(before)],
      ['gone', () => new Response('no', { status: 404 })],
      ['forbidden', () => new Response(content, { status: 403 })],
      ['an error', () => new Response(content, { status: 500 })],
      ['broken off', () => new Response(new ReadableStream({ start(controller) { controller.enqueue(content.slice(0, 20)); controller.error(new Error('gone')); } }))],
    ];
    found.push(...answers.map(([name, body]) => only(`${path}: ${name}`, path, body)));
  }
  return found;
}

function pair(name: string, text: string, signature: string): Forgery {
  return {
    name,
    answer: (path) => Promise.resolve(path === 'release.json' ? new Response(text) : path === 'release.sig' ? new Response(signature) : null),
  };
}

/** The manifest with one value changed, for every value in it. */
function changes(manifest: ReleaseManifest): { readonly name: string; readonly text: string }[] {
  const found: { name: string; text: string }[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key]);
      return;
    }
    const copy = structuredClone(manifest) as unknown as Record<string, unknown>;
    let holder = copy;
    for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
    holder[path.at(-1) ?? ''] = typeof value === 'number' ? value + 1 : `${String(value)}x`;
    found.push({ name: path.join('.'), text: JSON.stringify(copy) });
  };
  walk(manifest, []);
  return found;
}
