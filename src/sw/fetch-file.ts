/** Fetches a file's bytes within a bound of length and of bandwidth. */
import type { Bytes } from '../model/files.ts';
import { Refusal } from './release.ts';

export type Fetch = (address: string, init: RequestInit) => Promise<Response>;

/** Waits as long as a bound on bandwidth asks for after some bytes. */
export type Pace = (bytes: number) => Promise<void>;

/** A pace that averages to a number of (unpacked) bytes a second; null: as fast as the network. */
export function paceOf(bytesPerSecond: number | null): Pace {
  if (bytesPerSecond === null) return () => Promise.resolve();
  let due = 0;
  return async (bytes) => {
    const now = performance.now();
    due = Math.max(due, now) + (bytes / bytesPerSecond) * 1000;
    if (due > now + 5) await new Promise((resolve) => setTimeout(resolve, due - now));
  };
}

/** Reads at most `limit` bytes: a longer file is a wrong one. Throws a {@link Refusal}. */
export async function fetchBytes(
  fetch: Fetch,
  address: string,
  { path, cache, limit, pace }: { readonly path: string; readonly cache: RequestCache; readonly limit: number; readonly pace: Pace },
): Promise<Bytes> {
  let response: Response;
  try {
    response = await fetch(address, { cache, redirect: 'error', credentials: 'same-origin' });
  } catch (thrown) {
    throw new Refusal('offline', path, String(thrown));
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    // A server in trouble or a gateway in between is no statement about the file.
    throw new Refusal(response.status >= 500 || response.status === 429 ? 'offline' : 'absent', path, `status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      if (length > limit) throw new Refusal('content', path, 'too long');
      await pace(value.length);
    }
  } catch (thrown) {
    await reader?.cancel().catch(() => undefined);
    throw thrown instanceof Refusal ? thrown : new Refusal('offline', path, String(thrown));
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
