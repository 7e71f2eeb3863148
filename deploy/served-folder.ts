/** The served release with other models: what a release of models alone is made of. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { writeRelease, type ReleaseOptions } from '../scripts/release-manifest.ts';
import { copyKey, listRecords, servedRecord, siteKey } from './records.ts';
import { ReleaseError } from './release-error.ts';
import { immutable, sha256 } from './release-folder.ts';
import type { Store } from './store.ts';

/**
 * Fetches the served release's app from the bucket into a new folder, puts a folder of models beside it, and signs the whole as
 * a release whose app part is as it was. The caller removes the folder.
 */
export async function servedWithModels(store: Store, models: string, options: ReleaseOptions = {}): Promise<string> {
  const served = await servedRecord(store, await listRecords(store));
  if (!served) throw new ReleaseError('No release is served yet', 'Release the app first: npm run release.');
  const folder = await mkdtemp(join(tmpdir(), 'castwatch-models-'));
  try {
    for (const file of served.files) {
      if (file.path.startsWith('models/')) continue;
      const found = await store.get(immutable(file) ? siteKey(file.path) : copyKey(served.id, file.path));
      const content = found && (file.encoding ? brotliDecompressSync(found.body) : found.body);
      if (!content || sha256(content) !== file.sha256) throw new ReleaseError(`${file.path}: not in the bucket as release ${served.id} lists it`, 'Release the app anew.');
      await mkdir(dirname(join(folder, file.path)), { recursive: true });
      await writeFile(join(folder, file.path), content);
    }
    await cp(models, join(folder, 'models'), { recursive: true });
    await writeRelease(folder, { ...options, modelsOnly: true });
    return folder;
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true });
    throw thrown;
  }
}
