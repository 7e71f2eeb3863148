/** The bucket's layout, the records of releases in it, and the lock that lets one release at a time change what is served. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { RELEASE_FILE } from '../src/domain/release.ts';
import { ReleaseError } from './release-error.ts';
import type { ReleaseRecord } from './release-folder.ts';
import type { Store } from './store.ts';

/** The part of the bucket that is on the web. */
export const siteKey = (path: string): string => `site/${path}`;
const RELEASES = 'releases/';
/** A release's own copy of a file that is not immutable. */
export const copyKey = (id: string, path: string): string => `${RELEASES}${id}/files/${path}`;
const recordKey = (id: string): string => `${RELEASES}${id}/record.json`;
const LOCK = `${RELEASES}lock.json`;

export async function writeRecord(store: Store, record: ReleaseRecord): Promise<void> {
  await store.putJson(recordKey(record.id), record);
}

/** The record of a release; null when it was never complete. */
export async function readRecord(store: Store, id: string): Promise<ReleaseRecord | null> {
  const found = await store.get(recordKey(id));
  return found && (JSON.parse(found.body.toString()) as ReleaseRecord);
}

/** All complete releases, the newest first. */
export async function listRecords(store: Store): Promise<ReleaseRecord[]> {
  const ids = (await store.list(RELEASES)).flatMap((key) => /^releases\/([^/]+)\/record\.json$/.exec(key)?.[1] ?? []);
  const records = await Promise.all(ids.map((id) => readRecord(store, id)));
  return records.filter((record) => record !== null).sort((one, other) => other.created.localeCompare(one.created));
}

/** Ids of all releases that left anything, complete or not. */
export async function listIds(store: Store): Promise<string[]> {
  const ids = (await store.list(RELEASES)).flatMap((key) => /^releases\/([^/]+)\//.exec(key)?.[1] ?? []);
  return [...new Set(ids)];
}

/** Removes a release's record and copies; its record first, so that it is never half there. */
export async function removeRecord(store: Store, id: string): Promise<void> {
  await store.remove(recordKey(id));
  for (const key of await store.list(`${RELEASES}${id}/`)) await store.remove(key);
}

/** What tablets are told to run: the release whose manifest is the served one. Null before the first. */
export async function servedRecord(store: Store, records: readonly ReleaseRecord[]): Promise<ReleaseRecord | null> {
  const facts = await store.head(siteKey(RELEASE_FILE));
  return records.find(({ files }) => files.some(({ path, sha256 }) => path === RELEASE_FILE && sha256 === facts?.sha256)) ?? null;
}

/** Who is changing what is served. */
export interface Lock {
  readonly id: string;
  readonly since: string;
  readonly machine: string;
  /** Tells two runs of the same release apart. */
  readonly token: string;
}

/** The lock that is held, for the list. */
export async function heldLock(store: Store): Promise<Lock | null> {
  const found = await store.get(LOCK);
  return found && (JSON.parse(found.body.toString()) as Lock);
}

/** The lock in hand. */
export interface Held {
  /** Fails when another release has taken the lock over in the meantime. */
  check(): Promise<void>;
  free(): Promise<void>;
}

/**
 * Takes the lock for a release. One that was killed left it behind: the same release goes on with it, another one
 * only with `takeOver`.
 */
export async function takeLock(store: Store, id: string, takeOver = false): Promise<Held> {
  const mine: Lock = { id, since: new Date().toISOString(), machine: hostname(), token: randomUUID() };
  const held: Held = {
    async check() {
      const now = await heldLock(store);
      if (now?.token !== mine.token) throw underWay(now);
    },
    async free() {
      if ((await heldLock(store))?.token === mine.token) await store.remove(LOCK);
    },
  };
  if (await store.putJson(LOCK, mine, null)) return held;
  const found = await store.get(LOCK);
  const other = found && (JSON.parse(found.body.toString()) as Lock);
  if (found && other && (other.id === id || takeOver) && (await store.putJson(LOCK, mine, found.etag))) return held;
  throw underWay(other);
}

function underWay(other: Lock | null): ReleaseError {
  return new ReleaseError(
    `Release ${other?.id ?? '(another one)'} has been under way since ${other?.since ?? 'just now'} on ${other?.machine ?? 'another machine'}`,
    'Wait for it. If it was interrupted, start the same release again to finish it, or replace it: --take-over.',
  );
}
