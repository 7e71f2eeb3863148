/** The self-test of a release on trial, run by a page of it. */
import { detailOf } from '../../domain/app-error.ts';
import type { PredictionClient } from '../../model/client.ts';

export interface ProofOptions {
  /** A client of its own, so that the line keeps the one it has. */
  readonly createClient: () => PredictionClient;
  /** Opens the journal, or waits until it is open; rejects when it cannot be. */
  readonly openJournal: () => Promise<void>;
  /** Id of the bundle that the release begins with: the manifest of the models must agree. */
  readonly bundle: string;
}

/**
 * Proves every bundle (signature, hashes, schemas, golden vectors through the real run-time) and opens the journal. Null when
 * all is well, else what is wrong.
 */
export async function proveRelease({ createClient, openJournal, bundle }: ProofOptions): Promise<string | null> {
  const client = createClient();
  try {
    const manifest = await client.manifest();
    if (!manifest.ok) return `manifest: ${manifest.error.code}`;
    if (manifest.value.current !== bundle) return `manifest: ${manifest.value.current} in place of ${bundle}`;
    for (const { id } of manifest.value.bundles) {
      const loaded = await client.load(id);
      if (!loaded.ok) return `${id}: ${loaded.error.code}`;
      await client.unload(id);
    }
    await openJournal();
    return null;
  } catch (thrown) {
    return detailOf(thrown);
  } finally {
    client.dispose();
  }
}
