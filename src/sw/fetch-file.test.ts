import { describe, expect, test, vi } from 'vitest';
import { fetchBytes, paceOf, type Fetch } from './fetch-file.ts';
import { Refusal } from './release.ts';

const bounds = { path: 'a.js', cache: 'default', limit: 100, pace: paceOf(null), stallMs: 20 } as const;
const read = (fetch: Fetch, more = {}): Promise<unknown> => fetchBytes(fetch, 'https://host/a.js', { ...bounds, ...more });
const body = (...chunks: number[][]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(Uint8Array.from(chunk));
      controller.close();
    },
  });
const refusedAs = async (read: Promise<unknown>): Promise<unknown> =>
  read.then(
    () => 'taken',
    (thrown: unknown) => (thrown instanceof Refusal ? thrown.code : thrown),
  );

test('a file comes in pieces and is put together', async () => {
  await expect(read(() => Promise.resolve(new Response(body([1, 2], [3]))))).resolves.toEqual(Uint8Array.of(1, 2, 3));
});

test('a longer file than the manifest says is a wrong one; a server in trouble says nothing about the file', async () => {
  expect(await refusedAs(read(() => Promise.resolve(new Response(body([1, 2, 3]))), { limit: 2 }))).toBe('content');
  expect(await refusedAs(read(() => Promise.resolve(new Response('', { status: 404 }))))).toBe('absent');
  expect(await refusedAs(read(() => Promise.resolve(new Response('', { status: 503 }))))).toBe('offline');
});

describe('a connection that brings nothing is given up and let go', () => {
  test('before the answer', async () => {
    const fetch = vi.fn<Fetch>(() => new Promise(() => undefined));
    expect(await refusedAs(read(fetch))).toBe('offline');
    expect(fetch.mock.calls[0]?.[1].signal?.aborted).toBe(true);
  });

  test('in the middle of the file', async () => {
    const half = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(Uint8Array.of(1)) });
    expect(await refusedAs(read(() => Promise.resolve(new Response(half))))).toBe('offline');
  });

  test('but one that is only held back by the bound on bandwidth is not', async () => {
    const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));
    await expect(read(() => Promise.resolve(new Response(body([1], [2]))), { pace: slow })).resolves.toEqual(Uint8Array.of(1, 2));
  });
});
