/** Model files with anything changed in them: none may get as far as the run-time. */
import { readFile } from 'node:fs/promises';
import type { Manifest } from '../../src/domain/bundle.ts';
import { ok } from '../../src/domain/result.ts';
import type { Bytes, ModelFiles } from '../../src/model/files.ts';
import { ModelServer } from '../../src/model/model-server.ts';

/** Offers `count` mutations of the current bundle's ONNX files to a model server whose run-time counts what reaches it. */
export async function mutateModels(count: number): Promise<{ passed: boolean; figures: Record<string, number> }> {
  const folder = new URL('../../public/models/', import.meta.url);
  const publicKey = await readFile(new URL('../../training/keys/development.public.pem', import.meta.url), 'utf8');
  const { current } = JSON.parse(await readFile(new URL('manifest.json', folder), 'utf8')) as Manifest;
  const kept = new Map<string, Bytes>();
  let mutated: { path: string; content: Bytes } = { path: '', content: new Uint8Array() };
  const files: ModelFiles = {
    async read(path) {
      if (path === mutated.path) return ok(mutated.content);
      const known = kept.get(path);
      if (known) return ok(known);
      const content = new Uint8Array(await readFile(new URL(path, folder)));
      kept.set(path, content);
      return ok(content);
    },
  };
  const figures = { mutations: count, reached: 0, refused: 0 };
  const server = new ModelServer({
    files,
    publicKey,
    createBackend: () => {
      figures.reached += 1;
      return Promise.reject(new Error('reached the run-time'));
    },
  });
  for (let i = 0; i < count; i += 1) {
    const path = `${current}/${i % 2 === 0 ? 'autoencoder' : 'boosting'}.onnx`;
    const original = new Uint8Array(await readFile(new URL(path, folder)));
    mutated = { path, content: mutate(original, i) };
    const loaded = await server.load(current);
    if (!loaded.ok && ['hash_mismatch', 'html_instead'].includes(loaded.error.code)) figures.refused += 1;
  }
  mutated = { path: '', content: new Uint8Array() };
  // The true files do reach it, so the count means something.
  const before = figures.reached;
  await server.load(current);
  return { passed: before === 0 && figures.refused === count && figures.reached === 1, figures: { ...figures, reached: before } };
}

/** A bit, a byte, a run of zeros, a cut, an insertion, or two stretches swapped; never the original. */
function mutate(content: Bytes, i: number): Bytes {
  const at = Math.floor((i * 2654435761) % content.length);
  const copy = content.slice();
  const kind = i % 6;
  if (kind === 1) copy[at] = (copy[at]! + 1 + (i % 255)) & 255;
  else if (kind === 2 && copy.subarray(at, at + 32).some(Boolean)) copy.fill(0, at, at + 32);
  else if (kind === 3) return content.slice(0, at);
  else if (kind === 4) return Uint8Array.from([...content.subarray(0, at), i & 255, ...content.subarray(at)]);
  else if (kind === 5 && at + 128 < content.length) {
    copy.set(content.subarray(at + 64, at + 128), at);
    copy.set(content.subarray(at, at + 64), at + 64);
  } else copy[at]! ^= 1 << i % 8;
  if (copy.every((byte, n) => byte === content[n])) copy[at]! ^= 1;
  return copy;
}
