/** Fetches a file's bytes within a bound of length, of bandwidth and of patience. */
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

/** A connection that brings nothing for this long is gone: a radio cell lost in between may never say so. */
const STALL_MS = 20_000;

export interface FetchBounds {
  readonly path: string;
  readonly cache: RequestCache;
  readonly limit: number;
  readonly pace: Pace;
  readonly stallMs?: number;
}

/**
 * Reads at most `limit` bytes: a longer file is a wrong one. Ends in any case: whoever waits for one download waits for all
 * that share it. Throws a {@link Refusal}.
 */
export async function fetchBytes(fetch: Fetch, address: string, { stallMs = STALL_MS, ...bounds }: FetchBounds): Promise<Bytes> {
  const stall = new Stall(stallMs);
  try {
    return await readBytes(fetch, address, bounds, stall);
  } finally {
    stall.end();
  }
}

async function readBytes(fetch: Fetch, address: string, { path, cache, limit, pace }: FetchBounds, stall: Stall): Promise<Bytes> {
  let response: Response;
  try {
    response = await stall.bound(fetch(address, { cache, redirect: 'error', credentials: 'same-origin', signal: stall.signal }));
  } catch (thrown) {
    throw new Refusal('offline', path, String(thrown));
  }
  if (response.status !== 200) {
    void response.body?.cancel().catch(() => undefined);
    // A server in trouble or a gateway in between is no statement about the file.
    throw new Refusal(response.status >= 500 || response.status === 429 ? 'offline' : 'absent', path, `status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  try {
    while (reader) {
      const { done, value } = await stall.bound(reader.read());
      if (done) break;
      chunks.push(value);
      length += value.length;
      if (length > limit) throw new Refusal('content', path, 'too long');
      await pace(value.length);
    }
  } catch (thrown) {
    void reader?.cancel().catch(() => undefined);
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

/** Ends a request that brings nothing for too long. */
class Stall {
  readonly #afterMs: number;
  readonly #stop = new AbortController();

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** What the network brings, or a rejection in time: a browser need not be quick to hear a signal. */
  async bound<T>(work: Promise<T>): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`nothing came for ${this.#afterMs} ms`)), this.#afterMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets go of the connection, if there still is one. */
  end(): void {
    this.#stop.abort();
  }
}
