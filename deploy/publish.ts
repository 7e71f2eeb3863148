/**
 * The way of a release into the bucket. What is immutable goes first, beside what is there; then the release's own copies of
 * what is not; then, one S3 write each, the switch. It may be killed anywhere: what is served is the old or the new
 * release, and starting it again goes on where it was. See docs/adr/0018-releases-on-s3.md.
 */
import type { EdgeCache } from './edge-cache.ts';
import { copyKey, listIds, listRecords, readRecord, removeRecord, servedRecord, siteKey, takeLock, writeRecord, type Held } from './records.ts';
import { ReleaseError } from './release-error.ts';
import { immutable, type Release, type ReleaseRecord, type StoredFile } from './release-folder.ts';
import { isStored, type Store } from './store.ts';
import { switchTo } from './switch.ts';
import { verify, type Finding } from './verify.ts';

/** Everything a release works with. */
export interface Site {
  readonly store: Store;
  readonly edge: EdgeCache;
  /** Address of the site, ending with a slash. */
  readonly url: string;
  /** Told what is being done. */
  readonly tell: (line: string) => void;
}

export interface PublishOptions {
  /** Only say what would be done. */
  readonly dryRun?: boolean;
  /** Replace a release that was interrupted. */
  readonly takeOver?: boolean;
  /** How many releases keep their files. */
  readonly keep?: number;
}

const UPLOADS_AT_ONCE = 6;
/** Enough for a tablet that sleeps over a few releases with its old page open. */
const KEPT_RELEASES = 5;

/** Publishes a release and returns what was found when each of its files was fetched back. */
export async function publish(site: Site, release: Release, options: PublishOptions = {}): Promise<Finding[]> {
  const { store, tell } = site;
  const { record } = release;
  await store.check();
  const missing = await missingFiles(store, record);
  if (options.dryRun) {
    for (const file of missing) tell(`would send ${file.path} (${file.stored} bytes${file.encoding ? `, ${file.encoding}` : ''}, ${file.cache})`);
    tell(`${record.id}: ${missing.length} of ${record.files.length} files to send; nothing was changed`);
    return [];
  }
  return locked(await takeLock(store, record.id, options.takeOver), async (lock) => {
    const before = await servedRecord(store, await listRecords(store));
    mayFollow(record, before);
    await sendFiles(site, release, missing);
    const early = await verify(site.url, record.files.filter(immutable));
    if (early.some(({ wrong }) => wrong.length > 0)) {
      throw new ReleaseError(`${site.url} does not serve the new files as they were sent:\n${wrongLines(early)}`, 'Nothing was switched. Check the edge stack.');
    }
    const findings = await goLive(site, record, before, lock);
    await prune(store, options.keep ?? KEPT_RELEASES, tell);
    return findings;
  });
}

/** Everything that changes nothing of what is served: immutable files, and the release's own copies of the others. */
async function sendFiles({ store, tell }: Site, { record, body }: Release, missing: readonly StoredFile[]): Promise<void> {
  const sent = missing.filter(immutable);
  await inParallel(sent, (file) => store.put(siteKey(file.path), file, body(file.path)));
  tell(`sent ${sent.length} immutable files, ${record.files.filter(immutable).length - sent.length} were there`);
  const changing = record.files.filter((file) => !immutable(file));
  await inParallel(changing, async (file) => {
    const key = copyKey(record.id, file.path);
    if (!isStored(await store.head(key), file)) await store.put(key, file, body(file.path));
  });
  if (!(await readRecord(store, record.id))) await writeRecord(store, record);
  tell(`kept copies of ${changing.length} files below releases/${record.id}/`);
}

/** Works with the lock and gives it back, also after a failure; only a killed release leaves it behind. */
async function locked(lock: Held, work: (lock: Held) => Promise<Finding[]>): Promise<Finding[]> {
  try {
    const findings = await work(lock);
    await lock.free();
    return findings;
  } catch (thrown) {
    await lock.free().catch(() => undefined);
    throw thrown;
  }
}

/** Switches to an earlier release. Takes over from a release that was interrupted. */
export async function rollBack(site: Site, id: string): Promise<Finding[]> {
  const { store, tell } = site;
  await store.check();
  const record = await readRecord(store, id);
  if (!record) throw new ReleaseError(`There is no release ${id}`, 'See npm run release:list.');
  const lost = (await missingFiles(store, record)).filter(immutable);
  if (lost.length > 0) {
    throw new ReleaseError(`Release ${id} is no longer whole: ${lost.map(({ path }) => path).join(', ')}`, 'Choose a newer one, or build that commit again.');
  }
  const before = await servedRecord(store, await listRecords(store));
  mayFollow(record, before);
  return locked(await takeLock(store, id, true), (lock) => {
    tell(`back to ${id}`);
    return goLive(site, record, before, lock);
  });
}

/** The switch, and back again when what is served then is not the release. */
async function goLive(site: Site, record: ReleaseRecord, before: ReleaseRecord | null, lock: Held): Promise<Finding[]> {
  const { store, edge, url, tell } = site;
  const paths = changingPaths(record);
  // A rehearsal: a full queue or a missing right shows before anything is switched.
  await edge.forget(paths);
  await switchTo(store, record, lock, tell);
  await edge.forget(paths);
  const findings = await verify(url, record.files);
  const wrong = findings.filter((finding) => finding.wrong.length > 0);
  if (wrong.length === 0) return findings;
  if (before === null || before.id === record.id) {
    throw new ReleaseError(`${url} does not serve ${record.id} as it was sent:\n${wrongLines(wrong)}`, 'Check the edge stack, and start again.');
  }
  await switchTo(store, before, lock, tell);
  await edge.forget(changingPaths(before));
  throw new ReleaseError(
    `${url} did not serve ${record.id} as it was sent; ${before.id} is served again:\n${wrongLines(wrong)}`,
    'Check the edge stack, and start again.',
  );
}

function changingPaths({ files }: ReleaseRecord): string[] {
  return ['/', ...files.filter((file) => !immutable(file)).map(({ path }) => `/${path}`)];
}

async function missingFiles(store: Store, record: ReleaseRecord): Promise<StoredFile[]> {
  const missing = new Set<StoredFile>();
  await inParallel(record.files, async (file) => {
    const facts = await store.head(siteKey(file.path));
    if (facts && immutable(file) && facts.sha256 !== undefined && facts.sha256 !== file.sha256) {
      throw new ReleaseError(`${file.path} is there already with other content`, 'An immutable name stands for one content: give the bundle a new version.');
    }
    if (!isStored(facts, file)) missing.add(file);
  });
  return record.files.filter((file) => missing.has(file));
}

/** What the served release forbids tablets to go below, they would refuse: they would stay where they are for good. */
function mayFollow({ id, sequence }: ReleaseRecord, before: ReleaseRecord | null): void {
  const floor = before?.minimum;
  if (!floor || (sequence.app >= floor.app && sequence.models >= floor.models)) return;
  throw new ReleaseError(
    `Tablets refuse release ${id}: ${before.id} says that none goes below app ${floor.app}, models ${floor.models}`,
    'Build it anew with a higher number (CASTWATCH_RELEASE_SEQUENCE) and release that.',
  );
}

/** Removes the immutable files that none of the last releases names. Their versions stay in the bucket for 90 days. */
async function prune(store: Store, keep: number, tell: (line: string) => void): Promise<void> {
  const records = await listRecords(store);
  const served = await servedRecord(store, records);
  const kept = new Set([...records.slice(0, Math.max(1, keep)), ...(served ? [served] : [])]);
  const named = new Set([...kept].flatMap(({ files }) => files.map(({ path }) => siteKey(path))));
  const old = (await store.list(siteKey(''))).filter((key) => !named.has(key) && immutable({ path: key.slice(siteKey('').length) }));
  const keptIds = new Set([...kept].map(({ id }) => id));
  for (const id of await listIds(store)) if (!keptIds.has(id)) await removeRecord(store, id);
  for (const key of old) await store.remove(key);
  if (old.length > 0) tell(`removed ${old.length} files that none of the last ${kept.size} releases uses`);
}

function wrongLines(findings: readonly Finding[]): string {
  return findings.flatMap(({ path, wrong }) => (wrong.length > 0 ? [`  ${path}: ${wrong.join('; ')}`] : [])).join('\n');
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, worker));
}
