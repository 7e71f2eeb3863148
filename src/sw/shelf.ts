/** One Cache per release. A file gets in only with the manifest's length and hash, and is read back before it counts. */
import { isOptional, type ReleaseFile } from '../domain/release.ts';
import type { MissingFiles } from '../domain/updates.ts';
import type { Bytes } from '../model/files.ts';
import { sha256Hex } from '../model/signature.ts';
import { Refusal, type Release } from './release.ts';

const PREFIX = 'castwatch-release-';

/** Where releases are kept. */
export class Shelf {
  readonly #caches: CacheStorage;
  readonly #scope: string;

  /** @param scope address of the app, ending with a slash */
  constructor(caches: CacheStorage, scope: string) {
    this.#caches = caches;
    this.#scope = scope;
  }

  /** The stored response of a file, unchecked; undefined when there is none. */
  async response(release: Release, { path }: ReleaseFile): Promise<Response | undefined> {
    return (await this.#cache(release)).match(this.#address(path));
  }

  /** The content of a file as the manifest says; null when it is not there or not that. */
  async content(release: Release, file: ReleaseFile): Promise<Bytes | null> {
    const response = await this.response(release, file);
    return response ? checked(file, new Uint8Array(await response.arrayBuffer())) : null;
  }

  /** Stores a file whose content was checked and reads it back. Throws a {@link Refusal}. */
  async store(release: Release, file: ReleaseFile, content: Bytes): Promise<void> {
    if (!(await checked(file, content))) throw new Refusal('content', file.path);
    const headers = { ...release.manifest.app.headers.fields, 'Content-Type': file.type, 'Content-Length': String(file.bytes) };
    try {
      await (await this.#cache(release)).put(this.#address(file.path), new Response(content, { headers }));
    } catch (thrown) {
      throw new Refusal('storage', file.path, String(thrown));
    }
    if (!(await this.content(release, file))) throw new Refusal('storage', file.path);
  }

  /** Files that are not there, optional ones aside. Says nothing about their content. */
  async missing(release: Release): Promise<MissingFiles | null> {
    const stored = await this.#stored(release);
    return summed([...release.files.values()].filter(({ path }) => !stored.has(path) && !isOptional(path)));
  }

  /** Files that are not there, or not what they were; of the optional ones only what is there and not what it was. */
  async damaged(release: Release): Promise<MissingFiles | null> {
    const stored = await this.#stored(release);
    const found: ReleaseFile[] = [];
    for (const file of release.files.values()) {
      if (!stored.has(file.path) && isOptional(file.path)) continue;
      if (!(await this.content(release, file))) found.push(file);
    }
    return summed(found);
  }

  /** Whether a device uses the optional files of a release: it has some of them. */
  async usesOptional(release: Release): Promise<boolean> {
    return [...(await this.#stored(release))].some(isOptional);
  }

  /** Paths of the files that are there. */
  async #stored(release: Release): Promise<ReadonlySet<string>> {
    const keys = new Set((await (await this.#cache(release)).keys()).map(({ url }) => url));
    return new Set([...release.files.keys()].filter((path) => keys.has(this.#address(path))));
  }

  /** Throws away every release that is not to be kept. */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    const kept = new Set([...ids].map(nameOf));
    for (const name of await this.#caches.keys()) if (name.startsWith(PREFIX) && !kept.has(name)) await this.#caches.delete(name);
  }

  #cache({ facts }: Release): Promise<Cache> {
    return this.#caches.open(nameOf(facts.id));
  }

  #address(path: string): string {
    return new URL(path, this.#scope).href;
  }
}

/** The content when it is the manifest's, else null. */
export async function checked({ bytes, sha256 }: ReleaseFile, content: Bytes): Promise<Bytes | null> {
  return content.length === bytes && (await sha256Hex(content)) === sha256 ? content : null;
}

const nameOf = (id: string): string => `${PREFIX}${id}`;

function summed(files: readonly ReleaseFile[]): MissingFiles | null {
  if (files.length === 0) return null;
  return { files: files.map(({ path }) => path), bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}
