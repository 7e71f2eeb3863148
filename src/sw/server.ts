/** Serves pages: each stays with the release it was loaded from, and gets only files of it that are what its manifest says. */
import type { ReleaseFile } from '../domain/release.ts';
import type { MissingFiles, Pointer, UpdateStatus } from '../domain/updates.ts';
import { fallBack, keptReleases, startPage } from './pointer.ts';
import { neverChanges, type Release } from './release.ts';
import { checked, type Shelf } from './shelf.ts';
import { statusPage } from './status-page.ts';
import type { ReleaseStore } from './store.ts';
import type { Updater } from './updater.ts';

/** What the server needs of a fetch event. */
export interface PageRequest {
  readonly request: Request;
  /** The page or worker that asks; empty for a page load. */
  readonly clientId: string;
  /** The page or worker that comes of it; empty for anything else. */
  readonly resultingClientId: string;
  /** Keeps the worker alive for something that goes on after the answer. */
  waitUntil(work: Promise<unknown>): void;
}

export interface ServerOptions {
  readonly scope: string;
  readonly store: ReleaseStore;
  readonly shelf: Shelf;
  readonly updater: Updater;
  readonly fetch: (request: Request) => Promise<Response>;
  /** Clients that live. */
  readonly clients: () => Promise<ReadonlySet<string>>;
  /** A trial has begun for a page; the worker watches over it. */
  readonly onTrial: (id: string) => Promise<void>;
}

/** Larger files are not hashed on every delivery: the run-time's wasm, which `audit` and the golden vectors look after. */
const HASHED_UP_TO = 6e6;
/** What the app cannot start without. */
const ESSENTIAL = /^(text\/(html|javascript|css)|application\/wasm)\b/;
/** A reserved client is not listed yet. */
const BINDING_GRACE_MS = 600_000;

export class Server {
  readonly #options: ServerOptions;
  readonly #bound = new Map<string, string>();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  async respond(page: PageRequest): Promise<Response> {
    const { request } = page;
    try {
      return request.mode === 'navigate' ? await this.#load(page) : await this.#subresource(page);
    } catch {
      // Storage that fails must not take the network away from a device that has one; but a page whose release is not known
      // gets nothing that differs between releases.
      const path = this.#pathOf(request.url);
      if (request.mode !== 'navigate' && !neverChanges(path)) return unavailable(path);
      return this.#options.fetch(request).catch(() => (request.mode === 'navigate' ? statusPage(null) : unavailable(path)));
    }
  }

  /** The pointer as one page sees it. */
  async status(clientId: string): Promise<UpdateStatus> {
    const pointer = await this.#options.store.pointer();
    const [yours, current] = await Promise.all([this.#releaseOf(clientId), this.#release(pointer.current?.id)]);
    return { ...pointer, yours: yours?.facts ?? null, missing: current ? await this.#options.shelf.missing(current) : everything(pointer) };
  }

  /** From now on a page that came from the network is one of this release. */
  async bind(clientId: string, id: string): Promise<void> {
    this.#bound.set(clientId, id);
    await this.#options.store.bind(clientId, id);
  }

  /** Throws away what neither the pointer nor a living page needs. */
  async tidy(): Promise<void> {
    const { store, shelf, clients } = this.#options;
    const alive = await clients();
    const bindings = [...(await store.bindings())];
    const gone = bindings.filter(([client, { at }]) => !alive.has(client) && Date.now() - at > BINDING_GRACE_MS).map(([client]) => client);
    const used = bindings.filter(([client]) => !gone.includes(client)).map(([, { release }]) => release);
    const kept = new Set([...keptReleases(await store.pointer()), ...used]);
    await shelf.keepOnly(kept);
    await store.prune(gone, kept);
  }

  async #load(page: PageRequest): Promise<Response> {
    const { fetch, store, updater } = this.#options;
    const path = this.#pathOf(page.request.url);
    let current = await this.#release((await store.pointer()).current?.id);
    let missing = current ? await this.#essentialMissing(current) : null;
    if (current && missing) {
      const previous = await this.#usable((await store.pointer()).previous?.id);
      if (previous) {
        await store.change(fallBack);
        [current, missing] = [previous, null];
      }
    }
    let tried = false;
    const after = await store.change((pointer) => {
      const started = startPage(pointer, current !== null && missing === null, Date.now());
      tried = started.serve !== null && started.serve.id === started.pointer.candidate?.release.id;
      return started.pointer;
    });
    const candidate = tried ? await this.#usable(after.candidate?.release.id) : null;
    const serve = candidate ?? (missing === null ? current : null);
    if (serve) {
      if (candidate) page.waitUntil(this.#options.onTrial(serve.facts.id));
      const file = serve.files.get(path === '' ? 'index.html' : path);
      if (!file) return fetch(page.request);
      if (page.resultingClientId !== '') await this.bind(page.resultingClientId, serve.facts.id);
      return (await this.#deliver(serve, file)) ?? statusPage({ files: [file.path], bytes: file.bytes });
    }
    if (current && missing) {
      page.waitUntil(this.#recover(current, missing));
      return statusPage(missing);
    }
    const lost = everything(after);
    if (lost === null) return fetch(page.request).catch(() => statusPage(null));
    page.waitUntil(updater.check({ device: '', forced: true, bytesPerSecond: null }));
    return statusPage(lost);
  }

  async #subresource({ request, clientId, resultingClientId }: PageRequest): Promise<Response> {
    const { fetch } = this.#options;
    const release = await this.#releaseOf(clientId);
    if (!release) return fetch(request);
    // A worker is a client of its own, of the release of the page that starts it.
    if (resultingClientId !== '') await this.bind(resultingClientId, release.facts.id);
    const path = this.#pathOf(request.url);
    const file = release.files.get(path);
    if (file) return (await this.#deliver(release, file)) ?? unavailable(path);
    // A page never gets a file of another release than its own, not even one that the server has.
    return /^(assets|models)\//.test(path) ? absent(path) : fetch(request);
  }

  /** A file as its manifest says: from the cache, else from the network if that still has exactly this one. */
  async #deliver(release: Release, file: ReleaseFile): Promise<Response | null> {
    const stored = await this.#options.shelf.response(release, file);
    if (stored) {
      if (file.bytes > HASHED_UP_TO) return stored;
      // The response itself goes out, not a copy of its bytes: the browser keeps compiled code beside it.
      if (await checked(file, new Uint8Array(await stored.clone().arrayBuffer()))) return stored;
    }
    if (!(await this.#options.updater.fetchChecked(release, file))) return null;
    return (await this.#options.shelf.response(release, file)) ?? null;
  }

  async #releaseOf(clientId: string): Promise<Release | null> {
    if (clientId === '') return null;
    const id = this.#bound.get(clientId) ?? (await this.#options.store.bound(clientId));
    if (id === null) return null;
    this.#bound.set(clientId, id);
    return this.#release(id);
  }

  async #release(id: string | undefined): Promise<Release | null> {
    return id === undefined ? null : this.#options.updater.release(id);
  }

  /** A release that can be started, else null. */
  async #usable(id: string | undefined): Promise<Release | null> {
    const release = await this.#release(id);
    return release && !(await this.#essentialMissing(release)) ? release : null;
  }

  /** All that is missing of a release, if something is that it cannot start without. */
  async #essentialMissing(release: Release): Promise<MissingFiles | null> {
    const missing = await this.#options.shelf.missing(release);
    const essential = missing?.files.some((path) => ESSENTIAL.test(release.files.get(path)?.type ?? ''));
    return essential ? missing : null;
  }

  /** Gets back what is missing; if the server has moved on, gets that. */
  async #recover(release: Release, missing: MissingFiles): Promise<void> {
    const { updater } = this.#options;
    if (await updater.repair(release, missing)) await updater.check({ device: '', forced: true, bytesPerSecond: null });
  }

  #pathOf(address: string): string {
    const { pathname } = new URL(address);
    return pathname.slice(new URL(this.#options.scope).pathname.length);
  }
}

/** A release is current, but not even its manifest is left: its files cannot be named. */
function everything({ current }: Pointer): MissingFiles | null {
  return current === null ? null : { files: [`release ${current.version} (${current.build})`], bytes: 0 };
}

function unavailable(path: string): Response {
  return plain(503, `${path}: not kept on this device, and no connection`);
}

function absent(path: string): Response {
  return plain(404, `${path}: not part of this release`);
}

function plain(status: number, text: string): Response {
  return new Response(`${text}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' } });
}
