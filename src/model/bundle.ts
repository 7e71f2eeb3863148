import { appError } from '../domain/app-error.ts';
import type {
  AutoencoderWeights,
  Calibration,
  Card,
  ForestIndex,
  Golden,
  ManifestBundle,
  ManifestFile,
  Reference,
  Scaler,
} from '../domain/bundle.ts';
import { err, ok, type Result } from '../domain/result.ts';
import {
  autoencoderWeightsSchema,
  calibrationSchema,
  cardSchema,
  forestIndexSchema,
  goldenSchema,
  referenceSchema,
  scalerSchema,
} from './bundle-schema.ts';
import type { Bytes, ModelFiles } from './files.ts';
import { parseJson } from './json.ts';
import { sha256Hex } from './signature.ts';

/** Everything of a bundle, checked; the models still as bytes. */
export interface Bundle {
  readonly entry: ManifestBundle;
  readonly scaler: Scaler;
  readonly calibration: Calibration;
  readonly reference: Reference;
  readonly golden: Golden;
  readonly card: Card;
  readonly autoencoder: Bytes;
  readonly boosting: Bytes;
  /** The models as numbers, for explanations; null in a bundle without them. */
  readonly explanation: ExplanationFiles | null;
}

/** Both models as numbers: what explanations evaluate, without the run-time. */
export interface ExplanationFiles {
  readonly autoencoder: AutoencoderWeights;
  readonly forest: ForestIndex;
  /** `forest.bin`, little-endian. */
  readonly forestBytes: Bytes;
}

export interface ReadBundleOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of all files so far. */
  readonly onBytes?: (loadedBytes: number) => void;
}

/** Reads all files of a bundle or none: each is checked against the manifest's length and sha256 and its schema. */
export async function readBundle(
  files: ModelFiles,
  entry: ManifestBundle,
  { signal, onBytes }: ReadBundleOptions = {},
): Promise<Result<Bundle>> {
  // The first failure stops the other downloads.
  const stop = new AbortController();
  const combined = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const loaded = entry.files.map(() => 0);
  const results = await Promise.all(
    entry.files.map(async (file, i) => {
      const result = await readChecked(files, entry.id, file, combined, (bytes) => {
        loaded[i] = bytes;
        onBytes?.(loaded.reduce((sum, part) => sum + part, 0));
      });
      if (!result.ok) stop.abort();
      return result;
    }),
  );
  const failures = results.filter((result) => !result.ok).map((result) => result.error);
  if (signal?.aborted) return err(appError('aborted', {}));
  const failure = failures.find((error) => error.code !== 'aborted') ?? failures[0];
  if (failure) return err(failure);
  const contents = new Map(results.flatMap((result, i) => (result.ok ? [[entry.files[i]?.path ?? '', result.value]] : [])));
  return parseBundle(entry, contents);
}

/** Reads one file of a bundle, past the caches if what they hold is damaged; its length and sha256 must be the manifest's. */
export async function readChecked(
  files: ModelFiles,
  bundleId: string,
  { path, bytes, sha256 }: ManifestFile,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<Result<Bytes>> {
  const file = `${bundleId}/${path}`;
  const intact = async (content: Bytes): Promise<boolean> =>
    content.length === bytes && (await sha256Hex(content)) === sha256;

  const first = await files.read(file, { signal, onBytes });
  if (!first.ok || (await intact(first.value))) return first;
  // A bundle's files are cached for good: a damaged copy would come back for ever.
  const second = await files.read(file, { signal, onBytes, cache: 'reload' });
  if (!second.ok || (await intact(second.value))) return second;
  return err(looksLikeHtml(second.value) ? appError('html_instead', { file }) : appError('hash_mismatch', { file }));
}

function parseBundle(entry: ManifestBundle, contents: ReadonlyMap<string, Bytes>): Result<Bundle> {
  const need = (name: string): Result<Bytes> => {
    const bytes = contents.get(name);
    return bytes
      ? ok(bytes)
      : err(appError('schema_invalid', { file: 'manifest.json', where: `bundles.${entry.id}.files`, detail: name }));
  };
  const json = <T>(name: string, schema: Parameters<typeof parseJson<T>>[2]): Result<T> => {
    const bytes = need(name);
    return bytes.ok ? parseJson(`${entry.id}/${name}`, bytes.value, schema) : bytes;
  };
  const scaler = json('scaler.json', scalerSchema);
  if (!scaler.ok) return scaler;
  const calibration = json('calibration.json', calibrationSchema);
  if (!calibration.ok) return calibration;
  const reference = json('reference.json', referenceSchema);
  if (!reference.ok) return reference;
  const golden = json('golden.json', goldenSchema);
  if (!golden.ok) return golden;
  const card = json('card.json', cardSchema);
  if (!card.ok) return card;
  const autoencoder = need('autoencoder.onnx');
  if (!autoencoder.ok) return autoencoder;
  const boosting = need('boosting.onnx');
  if (!boosting.ok) return boosting;

  let explanation: Bundle['explanation'] = null;
  const forestBytes = contents.get('forest.bin');
  if (forestBytes) {
    const forest = json('forest.json', forestIndexSchema);
    if (!forest.ok) return forest;
    const weights = json('autoencoder.json', autoencoderWeightsSchema);
    if (!weights.ok) return weights;
    explanation = { autoencoder: weights.value, forest: forest.value, forestBytes };
  }
  return ok({
    entry,
    scaler: scaler.value,
    calibration: calibration.value,
    reference: reference.value,
    golden: golden.value,
    card: card.value,
    autoencoder: autoencoder.value,
    boosting: boosting.value,
    explanation,
  });
}

function looksLikeHtml(content: Bytes): boolean {
  return /^\s*<(!doctype|html)/i.test(new TextDecoder().decode(content.subarray(0, 64)));
}
