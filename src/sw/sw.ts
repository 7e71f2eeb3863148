/**
 * The service worker: keeps whole, verified releases and serves each page from the one it was loaded from (docs/adr/0016).
 * The state machine is in pointer.ts; this file only connects it to the browser's events.
 */
import { RELEASE_FILE, RELEASE_SIGNATURE, WORKER_FILE } from '../domain/release.ts';
import type { DownloadProgress, ProgressNote, UpdateQuestion, UpdateStatus } from '../domain/updates.ts';
import { reject, startTrial } from './pointer.ts';
import { Server } from './server.ts';
import { Shelf } from './shelf.ts';
import { ReleaseStore } from './store.ts';
import { Updater } from './updater.ts';

declare const self: ServiceWorkerGlobalScope;

const { scope } = self.registration;
/** What only the network knows. */
const FROM_NETWORK = new Set([RELEASE_FILE, RELEASE_SIGNATURE, WORKER_FILE].map((path) => new URL(path, scope).href));
const PROGRESS_EVERY_MS = 200;

const store = new ReleaseStore();
const shelf = new Shelf(self.caches, scope);
const updater = new Updater({
  scope,
  fetch: (address, init) => self.fetch(address, init),
  store,
  shelf,
  publicKey: __RELEASE_PUBLIC_KEY__,
  builtInFloor: __MINIMUM_SEQUENCE__,
  onProgress: tell,
});
const server = new Server({
  scope,
  store,
  shelf,
  updater,
  fetch: (request) => self.fetch(request),
  clients: async () => new Set((await self.clients.matchAll({ includeUncontrolled: true, type: 'all' })).map(({ id }) => id)),
  onTrial: watchTrial,
});

// A worker serves every release, so the newest one may take over at any moment; pages keep their releases.
self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = request.url.replace(/[?#].*$/, '');
  if (request.method !== 'GET' || !address.startsWith(scope) || FROM_NETWORK.has(address)) return;
  event.respondWith(server.respond(event));
});

self.addEventListener('message', (event) => {
  const [port] = event.ports;
  if (!port) return;
  const client = event.source && 'id' in event.source ? event.source.id : '';
  const answer = async (): Promise<void> => {
    try {
      port.postMessage({ ok: true, value: await handle(event.data as UpdateQuestion, client) });
    } catch (thrown) {
      port.postMessage({ ok: false, detail: String(thrown) });
    }
  };
  event.waitUntil(answer());
});

async function handle(question: UpdateQuestion, client: string): Promise<UpdateStatus> {
  switch (question.kind) {
    case 'status':
      break;
    case 'check':
      await server.tidy();
      await updater.check(question);
      break;
    case 'adopt': {
      const { current } = await updater.adopt(question.id);
      if (current?.id === question.id) {
        await server.bind(client, question.id);
        await self.clients.claim();
      }
      break;
    }
    case 'switch':
      await store.change((pointer) => startTrial(pointer, question.id));
      break;
    case 'confirm':
      await updater.confirm(question.id);
      await server.tidy();
      break;
    case 'reject':
      await store.change((pointer) => reject(pointer, question.id, 'self_test', question.detail, Date.now()));
      await server.tidy();
      break;
    case 'audit': {
      const { current } = await store.pointer();
      const release = current ? await updater.release(current.id) : null;
      const damaged = release ? await shelf.damaged(release) : null;
      if (release && damaged) await updater.repair(release, damaged);
      break;
    }
  }
  return server.status(client);
}

/** A trial that nobody confirms in time is over, and its pages go back to the release before. */
async function watchTrial(id: string): Promise<void> {
  const isOn = async (): Promise<boolean> => {
    const { candidate } = await store.pointer();
    return candidate?.release.id === id && candidate.stage === 'trial';
  };
  for (let second = 0; second < __TRIAL_SECONDS__; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    if (!(await isOn())) return;
  }
  await store.change((pointer) => reject(pointer, id, 'not_confirmed', `${__TRIAL_SECONDS__} s`, Date.now()));
  for (const page of await self.clients.matchAll({ type: 'window' })) {
    // Without its fragment: with one the browser would only scroll.
    if ((await store.bound(page.id)) === id) await page.navigate(page.url.replace(/#.*$/, '')).catch(() => null);
  }
}

let toldAt = 0;

function tell(progress: DownloadProgress): void {
  const now = performance.now();
  if (progress.loaded < progress.total && now - toldAt < PROGRESS_EVERY_MS) return;
  toldAt = now;
  const note: ProgressNote = { kind: 'castwatch-progress', progress };
  void self.clients.matchAll({ includeUncontrolled: true }).then((pages) => {
    for (const page of pages) page.postMessage(note);
  });
}
