/** What the worker remembers: the pointer, the signed manifests, and which page was loaded from which release. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Pointer } from '../domain/updates.ts';
import { EMPTY_POINTER } from './pointer.ts';
import type { SignedManifest } from './release.ts';

interface Binding {
  /** Id of a release. */
  readonly release: string;
  readonly at: number;
}

interface Schema extends DBSchema {
  pointer: { key: string; value: Pointer };
  releases: { key: string; value: SignedManifest };
  clients: { key: string; value: Binding };
}

const NAME = 'castwatch-releases';
const KEY = 'pointer';

export class ReleaseStore {
  #database: Promise<IDBPDatabase<Schema>> | null = null;
  readonly #name: string;

  constructor(name = NAME) {
    this.#name = name;
  }

  async pointer(): Promise<Pointer> {
    return usable(await (await this.#open()).get('pointer', KEY));
  }

  /** Reads, changes and writes the pointer in one transaction that is on the disk when this resolves. Nothing changed: nothing written. */
  async change<T extends Pointer>(change: (pointer: Pointer) => T | Pointer): Promise<Pointer> {
    const { store, done } = (await this.#open()).transaction('pointer', 'readwrite', { durability: 'strict' });
    const before = usable(await store.get(KEY));
    const after = change(before);
    if (after !== before) await store.put(after, KEY);
    await done;
    return after;
  }

  async keepManifest(id: string, signed: SignedManifest): Promise<void> {
    const { store, done } = (await this.#open()).transaction('releases', 'readwrite', { durability: 'strict' });
    await store.put(signed, id);
    await done;
  }

  async manifest(id: string): Promise<SignedManifest | null> {
    return (await (await this.#open()).get('releases', id)) ?? null;
  }

  /** Which release a page or worker was loaded from, for as long as it lives, also beyond the worker's own life. */
  async bind(client: string, release: string): Promise<void> {
    await (await this.#open()).put('clients', { release, at: Date.now() }, client);
  }

  async bound(client: string): Promise<string | null> {
    return (await (await this.#open()).get('clients', client))?.release ?? null;
  }

  async bindings(): Promise<ReadonlyMap<string, Binding>> {
    const { store } = (await this.#open()).transaction('clients');
    const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
    return new Map(keys.flatMap((key, i) => (values[i] ? [[key, values[i]] as const] : [])));
  }

  /** Forgets clients that are gone and manifests that are not kept. */
  async prune(gone: readonly string[], kept: ReadonlySet<string>): Promise<void> {
    const transaction = (await this.#open()).transaction(['clients', 'releases'], 'readwrite');
    const releases = transaction.objectStore('releases');
    for (const client of gone) await transaction.objectStore('clients').delete(client);
    for (const id of await releases.getAllKeys()) if (!kept.has(id)) await releases.delete(id);
    await transaction.done;
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    const forget = (): void => {
      this.#database = null;
    };
    this.#database ??= openDB<Schema>(this.#name, 1, {
      upgrade(database) {
        for (const name of ['pointer', 'releases', 'clients'] as const) database.createObjectStore(name);
      },
      // Storage that is cleared under a running worker comes back empty.
      terminated: forget,
    });
    this.#database.catch(forget);
    return this.#database;
  }
}

function usable(stored: Pointer | undefined): Pointer {
  // A record of a later worker's form cannot be understood; better no release than a wrong one.
  return (stored?.schema as number | undefined) === 1 && stored ? stored : EMPTY_POINTER;
}
