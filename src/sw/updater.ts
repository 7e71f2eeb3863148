/** Brings releases: judges what the server offers, downloads it beside the running one, repairs what the browser lost. */
import { isOptional, releaseBytes, type ReleaseFile, type SequenceFloor } from '../domain/release.ts';
import type { CheckOutcome, DownloadProgress, MissingFiles, Pointer, UpdateQuestion } from '../domain/updates.ts';
import type { Bytes } from '../model/files.ts';
import { sha256Hex } from '../model/signature.ts';
import { fetchBytes, paceOf, type Fetch, type Pace } from './fetch-file.ts';
import { adopt, begin, complete, confirm, judgeOffer, keptReleases, noteAttempt } from './pointer.ts';
import { neverChanges, openRelease, readOffer, Refusal, type Release } from './release.ts';
import { checked, type Shelf } from './shelf.ts';
import type { ReleaseStore } from './store.ts';

export interface UpdaterOptions {
  readonly scope: string;
  readonly fetch: Fetch;
  readonly store: ReleaseStore;
  readonly shelf: Shelf;
  /** PEM. */
  readonly publicKey: string;
  readonly builtInFloor: SequenceFloor;
  readonly onProgress: (progress: DownloadProgress) => void;
}

type Check = Omit<Extract<UpdateQuestion, { kind: 'check' }>, 'kind'>;

/** A manifest has no business being longer. */
const MANIFEST_LIMIT = 2e6;

export class Updater {
  readonly #options: UpdaterOptions;
  readonly #releases = new Map<string, Promise<Release | null>>();
  #checking: Promise<Pointer> | null = null;
  #repairing: Promise<MissingFiles | null> | null = null;

  constructor(options: UpdaterOptions) {
    this.#options = options;
  }

  /** A release that was kept; its signature is verified once in a worker's life. Null: its manifest is gone or damaged. */
  release(id: string): Promise<Release | null> {
    const known = this.#releases.get(id);
    if (known) return known;
    const opened = this.#open(id);
    this.#releases.set(id, opened);
    void opened.then(
      (release) => release ?? this.#releases.delete(id),
      () => this.#releases.delete(id),
    );
    return opened;
  }

  /** Asks the server and downloads what is to be taken. One look at a time; it never rejects for what the server does. */
  check(question: Check): Promise<Pointer> {
    this.#checking ??= this.#check(question).finally(() => {
      this.#checking = null;
    });
    return this.#checking;
  }

  /** Fetches what is missing of a release, as long as the server still has just that. Resolves with what is missing after. */
  repair(release: Release, missing: MissingFiles, pace: Pace = paceOf(null)): Promise<MissingFiles | null> {
    this.#repairing ??= this.#repair(release, missing, pace).finally(() => {
      this.#repairing = null;
    });
    return this.#repairing;
  }

  async confirm(id: string): Promise<Pointer> {
    const minimum = (await this.release(id))?.manifest.minimum ?? { app: 0, models: 0 };
    return this.#options.store.change((pointer) => confirm(pointer, id, minimum));
  }

  async adopt(id: string): Promise<Pointer> {
    const minimum = (await this.release(id))?.manifest.minimum ?? { app: 0, models: 0 };
    return this.#options.store.change((pointer) => adopt(pointer, id, minimum));
  }

  /** One file from the network when it is exactly the release's, stored if there is room; else null. */
  async fetchChecked(release: Release, file: ReleaseFile, pace: Pace = paceOf(null)): Promise<Bytes | null> {
    try {
      const content = await this.#download(file, pace);
      await this.#options.shelf.store(release, file, content).catch(() => undefined);
      return content;
    } catch {
      return null;
    }
  }

  async #open(id: string): Promise<Release | null> {
    const signed = await this.#options.store.manifest(id);
    if (!signed) return null;
    const release = await openRelease(signed, this.#options.publicKey).catch(() => null);
    return release?.facts.id === id ? release : null;
  }

  async #check({ device, forced, bytesPerSecond }: Check): Promise<Pointer> {
    const { store, publicKey, builtInFloor } = this.#options;
    const pace = paceOf(bytesPerSecond);
    let release: Release | null = null;
    const outcome = (result: CheckOutcome['result'], file: string | null = null): CheckOutcome => ({
      at: Date.now(),
      result,
      file,
      release: release?.facts ?? null,
    });
    try {
      const offered = await readOffer((path, cache) => this.#fetch(path, cache, MANIFEST_LIMIT, pace), publicKey);
      release = offered;
      const selected = (await shareOf(device)) < offered.manifest.share;
      const offer = { release: offered.facts, selected, forced };
      const judgement = judgeOffer(await store.pointer(), offer, builtInFloor);
      if (judgement !== 'take') return await store.change((pointer) => noteAttempt(pointer, outcome(judgement)));
      await store.keepManifest(offered.facts.id, offered.signed);
      this.#releases.set(offered.facts.id, Promise.resolve(offered));
      await store.change((pointer) => begin(pointer, offered.facts));
      await this.#fill(offered, pace);
      return await store.change((pointer) => noteAttempt(complete(pointer, offered.facts.id), outcome('ready')));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      return store.change((pointer) => noteAttempt(pointer, outcome(thrown.code, thrown.file)));
    }
  }

  /** Every file of a release: what is stored already, what a kept release has as well, and the rest from the network. */
  async #fill(release: Release, pace: Pace): Promise<void> {
    const { store, shelf, onProgress } = this.#options;
    const others = await Promise.all(
      keptReleases(await store.pointer())
        .filter((id) => id !== release.facts.id)
        .map((id) => this.release(id)),
    );
    const current = others.find((other) => other !== null) ?? null;
    const wanted = [...release.files.values()].filter(({ path }) => !isOptional(path));
    // What a device has begun to use it keeps through updates.
    if (current && (await shelf.usesOptional(current))) wanted.push(...[...release.files.values()].filter(({ path }) => isOptional(path)));
    const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
    let loaded = 0;
    for (const file of wanted) {
      if (!(await shelf.content(release, file))) {
        const content = (await this.#elsewhere(file, others)) ?? (await this.#download(file, pace));
        await shelf.store(release, file, content);
      }
      loaded += file.bytes;
      onProgress({ release: release.facts, loaded, total });
    }
    // Something may have been taken away while the rest came.
    const missing = await shelf.missing(release);
    if (missing) throw new Refusal('storage', missing.files[0] ?? null);
  }

  async #elsewhere(file: ReleaseFile, releases: readonly (Release | null)[]): Promise<Bytes | null> {
    for (const release of releases) {
      const same = release?.files.get(file.path);
      if (release && same?.sha256 === file.sha256) {
        const content = await this.#options.shelf.content(release, same);
        if (content) return content;
      }
    }
    return null;
  }

  /** A file as the manifest says, from the network. A copy that a cache has damaged is fetched once more past it. */
  async #download(file: ReleaseFile, pace: Pace): Promise<Bytes> {
    const { path, bytes } = file;
    const attempts: readonly RequestCache[] = [neverChanges(path) ? 'default' : 'no-cache', 'reload'];
    let refusal = new Refusal('content', path);
    for (const cache of attempts) {
      try {
        const content = await checked(file, await this.#fetch(path, cache, bytes, pace));
        if (content) return content;
      } catch (thrown) {
        if (!(thrown instanceof Refusal) || thrown.code === 'offline') throw thrown;
        refusal = thrown.code === 'absent' ? new Refusal('content', path, thrown.message) : thrown;
      }
    }
    throw refusal;
  }

  #fetch(path: string, cache: RequestCache, limit: number, pace: Pace): Promise<Bytes> {
    const { fetch, scope } = this.#options;
    return fetchBytes(fetch, new URL(path, scope).href, { path, cache, limit, pace });
  }

  async #repair(release: Release, missing: MissingFiles, pace: Pace): Promise<MissingFiles | null> {
    const { shelf, onProgress } = this.#options;
    const total = releaseBytes(release.manifest);
    let loaded = total - missing.bytes;
    for (const path of missing.files) {
      const file = release.files.get(path);
      if (!file || !(await this.fetchChecked(release, file, pace))) break;
      loaded += file.bytes;
      onProgress({ release: release.facts, loaded, total });
    }
    return shelf.missing(release);
  }
}

/** Where a device stands in the fleet, 0 <= share < 1, always the same for the same id. */
export async function shareOf(device: string): Promise<number> {
  return parseInt((await sha256Hex(new TextEncoder().encode(`castwatch ${device}`))).slice(0, 8), 16) / 2 ** 32;
}
