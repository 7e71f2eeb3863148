import { appError } from '../domain/app-error.ts';
import type { Manifest, ManifestBundle } from '../domain/bundle.ts';
import { err, ok, type Result } from '../domain/result.ts';
import { manifestSchema } from './bundle-schema.ts';
import type { Bytes, FileOptions, ModelFiles } from './files.ts';
import { parseJson } from './json.ts';
import { signatureFits } from './signature.ts';

const FILE = 'manifest.json';
const SIGNATURE = 'manifest.sig';

/**
 * The list of bundles, once its detached signature (ECDSA P-256 with SHA-256, base64 of r||s) fits its bytes. One of the signature
 * file's lines has to fit: while a host is updated, it holds that of the old and that of the new manifest.
 * `publicKey` is the PEM of the key it must be signed with. A damaged or replaced manifest could point at any model.
 */
export async function readManifest(files: ModelFiles, publicKey: string, signal?: AbortSignal): Promise<Result<Manifest>> {
  const first = await readSigned(files, publicKey, { signal, cache: 'no-cache' });
  if (first.ok || first.error.code !== 'signature_invalid') return first;
  // One of the two may come from before a release: a cache in between, or a host that was just being updated.
  return readSigned(files, publicKey, { signal, cache: 'reload' });
}

async function readSigned(files: ModelFiles, publicKey: string, options: FileOptions): Promise<Result<Manifest>> {
  const [manifest, signature] = await Promise.all([files.read(FILE, options), files.read(SIGNATURE, options)]);
  if (!manifest.ok) return manifest;
  if (!signature.ok) return signature;
  const verified = await verifySignature(manifest.value, signature.value, publicKey);
  return verified.ok ? parseJson(FILE, manifest.value, manifestSchema) : verified;
}

/** The bundle of an id, or the current one for null. */
export function findBundle(manifest: Manifest, bundleId: string | null): Result<ManifestBundle> {
  const id = bundleId ?? manifest.current;
  const entry = manifest.bundles.find((bundle) => bundle.id === id);
  return entry ? ok(entry) : err(appError('bundle_unknown', { bundle: id }));
}

async function verifySignature(content: Bytes, signature: Bytes, publicKey: string): Promise<Result<null>> {
  // Typed as always there; the browser leaves it out on a page that came over plain http.
  if (!(crypto.subtle as SubtleCrypto | undefined)) return err(appError('insecure_context', {}));
  return (await signatureFits(content, signature, publicKey)) ? ok(null) : err(appError('signature_invalid', { file: FILE }));
}
