/** The moment of a release: the files that are not immutable change at the root, one atomic write each. */
import { RELEASE_FILE, RELEASE_SIGNATURE, WORKER_FILE } from '../src/domain/release.ts';
import { copyKey, siteKey, type Held } from './records.ts';
import { immutable, sha256, type ReleaseRecord, type StoredFile } from './release-folder.ts';
import { isStored, type Store } from './store.ts';

/** The model manifest and its signature: what a first visit reads, in this order of importance. */
const MODELS_FILE = 'models/manifest.json';
const MODELS_SIGNATURE = 'models/manifest.sig';

/**
 * What is written last, in this order. Whatever reads more than one file meets the old or the new state after each write:
 * - a page: index.html names hashed files alone, all of which are there;
 * - a page's models: the signature is there before the manifest, for the old one too (see below), and names bundles that are there;
 * - a tablet: it believes release.json, checked against release.sig, and takes a release only when every file has its hash.
 */
const LAST = ['index.html', WORKER_FILE, MODELS_SIGNATURE, MODELS_FILE, RELEASE_FILE, RELEASE_SIGNATURE];

/** The files that change, in the order they are written. */
export function switchOrder(files: readonly StoredFile[]): StoredFile[] {
  const rank = ({ path }: StoredFile): number => LAST.indexOf(path);
  return files.filter((file) => !immutable(file)).sort((one, other) => rank(one) - rank(other) || one.path.localeCompare(other.path));
}

/** Makes a release whose copies are complete the served one. What is served already is left alone. */
export async function switchTo(store: Store, record: ReleaseRecord, lock: Held, tell: (line: string) => void): Promise<void> {
  let written = 0;
  for (const file of switchOrder(record.files)) {
    const key = siteKey(file.path);
    if (!isStored(await store.head(key), file)) {
      await lock.check();
      if (file.path === MODELS_SIGNATURE) await signBoth(store, record, file);
      else await store.copy(copyKey(record.id, file.path), key);
      written += 1;
    }
    if (file.path === MODELS_FILE) await finishSignature(store, record);
  }
  tell(`switched to ${record.id}: ${written} files changed`);
}

/**
 * A signature file may hold several lines, of which one has to fit. While the manifest changes, it holds the new line and the
 * old one, so that neither manifest is ever without its signature.
 */
async function signBoth(store: Store, record: ReleaseRecord, file: StoredFile): Promise<void> {
  const old = (await store.get(siteKey(MODELS_SIGNATURE)))?.body.toString() ?? '';
  const fresh = (await store.get(copyKey(record.id, MODELS_SIGNATURE)))?.body.toString() ?? '';
  const lines = [...new Set(`${fresh}\n${old}`.split(/\s+/).filter(Boolean))].slice(0, 3);
  const body = Buffer.from(`${lines.join('\n')}\n`);
  await store.put(siteKey(MODELS_SIGNATURE), { ...file, sha256: sha256(body), bytes: body.length, stored: body.length, encoding: null }, body);
}

/** Once the manifest is the new one, its signature stands alone again, as release.json lists it. */
async function finishSignature(store: Store, record: ReleaseRecord): Promise<void> {
  const file = record.files.find(({ path }) => path === MODELS_SIGNATURE);
  if (file && !isStored(await store.head(siteKey(MODELS_SIGNATURE)), file)) await store.copy(copyKey(record.id, MODELS_SIGNATURE), siteKey(MODELS_SIGNATURE));
}
