import { appError } from '../domain/app-error.ts';
import type { Card, ManifestBundle } from '../domain/bundle.ts';
import { err, type Result } from '../domain/result.ts';
import { cardSchema } from './bundle-schema.ts';
import { readChecked } from './bundle.ts';
import type { ModelFiles } from './files.ts';
import { parseJson } from './json.ts';

const CARD = 'card.json';

/** The card of a bundle without its models: what one wants to know before switching to it. */
export async function readCard(files: ModelFiles, entry: ManifestBundle, signal?: AbortSignal): Promise<Result<Card>> {
  const file = entry.files.find(({ path }) => path === CARD);
  if (file === undefined) {
    return err(appError('schema_invalid', { file: 'manifest.json', where: `bundles.${entry.id}.files`, detail: CARD }));
  }
  const bytes = await readChecked(files, entry.id, file, signal, () => undefined);
  return bytes.ok ? parseJson(`${entry.id}/${CARD}`, bytes.value, cardSchema) : bytes;
}
