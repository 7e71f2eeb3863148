/** A site as small as can be that runs on the real service worker: every file carries its release's number. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWorker } from '../../scripts/release-plugin.ts';
import { stampBuild, writeRelease } from '../../scripts/release-manifest.ts';

const PADS = 12;

/** What the page of the site tells: the numbers of all it was given. */
export interface SiteReport {
  readonly numbers: readonly number[];
  readonly offline: boolean;
}

const page = (n: number): string => `
export const N = ${n};
const { N: early } = await import('./early.js');
const ask = async (question) => {
  const registration = await navigator.serviceWorker.ready;
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data.ok ? data.value : null);
    registration.active.postMessage(question, [port2]);
  });
};
const number = async (path) => Number(/\\d+/.exec(await (await fetch(path)).text())[0]);
const build = document.querySelector('meta[name="castwatch-build"]').content;
window.report = async () => {
  const worker = await new Promise((resolve, reject) => {
    const started = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    started.onmessage = ({ data }) => { resolve(data); started.terminate(); };
    started.onerror = () => reject(new Error('worker'));
  });
  const pads = [];
  for (let i = 0; i < ${PADS}; i += 1) pads.push(await number('assets/pad-' + i + '.js'));
  const html = Number(document.querySelector('meta[name="release"]').content);
  const status = await ask({ kind: 'status' });
  return { numbers: [html, N, early, (await import('./late.js')).N, ...worker, await number('models/manifest.json'), ...pads],
    offline: status.yours !== null && status.missing === null };
};
window.update = async () => {
  const checked = await ask({ kind: 'check', device: 'd', forced: true, bytesPerSecond: null });
  if (checked.candidate?.stage !== 'ready') return;
  if (checked.current === null) { await ask({ kind: 'adopt', id: checked.candidate.release.id }); return; }
  await ask({ kind: 'switch', id: checked.candidate.release.id });
  location.reload();
};
await navigator.serviceWorker.register('sw.js', { updateViaCache: 'none' });
const status = await ask({ kind: 'status' });
if (status.candidate?.stage === 'trial' && status.yours?.id === status.candidate.release.id) {
  const { numbers } = await window.report();
  await ask(new Set(numbers).size === 1 ? { kind: 'confirm', id: status.yours.id } : { kind: 'reject', id: status.yours.id, detail: numbers.join() });
}
window.build = build;
`;

/** Writes release `n` of the site into a folder and signs it; `worker` is a folder that has the service worker already. */
export async function writeTinySite(folder: string, n: number, worker?: string): Promise<string> {
  mkdirSync(join(folder, 'assets'), { recursive: true });
  mkdirSync(join(folder, 'models'), { recursive: true });
  const write = (path: string, content: string): void => writeFileSync(join(folder, path), content);
  write('index.html', `<!doctype html><meta name="castwatch-build" content="x"><meta name="release" content="${n}"><script type="module" src="assets/main.js"></script>`);
  write('assets/main.js', page(n));
  write('assets/early.js', `export const N = ${n};`);
  write('assets/late.js', `export const N = ${n};`);
  write('assets/within.js', `export const N = ${n};`);
  write('assets/worker.js', `import { N } from './within.js'; const text = await (await fetch('../models/manifest.json')).json(); postMessage([${n}, N, text.sequence]);`);
  for (let i = 0; i < PADS; i += 1) write(`assets/pad-${i}.js`, `// ${n} ${'pad '.repeat(20_000)}`);
  write('models/manifest.json', JSON.stringify({ sequence: n, current: 'none', bundles: [] }));
  write('models/manifest.sig', `// ${n}`);
  if (worker === undefined) await buildWorker(folder);
  else copyFileSync(join(worker, 'sw.js'), join(folder, 'sw.js'));
  await stampBuild(folder);
  await writeRelease(folder, { sequence: n, minimum: { app: 0, models: 0 } });
  return folder;
}
