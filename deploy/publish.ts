/**
 * The way of a release into the bucket. What is immutable goes first, beside what is there; then the release's own copies of
 * what is not; then, one S3 write each, the switch. It may be killed anywhere: what is served is the old or the new
 * release, and starting it again goes on where it was. See docs/adr/0018-releases-on-s3.md.
 */
import { RELEASE_SIGNATURE } from '../src/domain/release.ts';
import type { EdgeCache, Patience } from './edge-cache.ts';
import { copyKey, listIds, listRecords, readRecord, removeRecord, servedRecord, siteKey, takeLock, writeRecord, type Held } from './records.ts';
import { explain, ReleaseError } from './release-error.ts';
import { immutable, sha256, type Release, type ReleaseRecord, type StoredFile } from './release-folder.ts';
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
  /** How often a file that is not as it was sent is fetched again. */
  readonly patience?: Patience;
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
export async function publish(site: Site, built: Release, options: PublishOptions = {}): Promise<Finding[]> {
  const { store, tell } = site;
  await store.check();
  const release = await asSentBefore(store, built);
  const { record } = release;
  const missing = await missingFiles(store, record);
  if (options.dryRun) {
    for (const file of missing) tell(`would send ${file.path} (${file.stored} bytes${file.encoding ? `, ${file.encoding}` : ''}, ${file.cache})`);
    tell(`${record.id}: ${missing.length} of ${record.files.length} files to send; nothing was changed`);
    return [];
  }
  return locked(await takeLock(store, record.id, options.takeOver), async (lock) => {
    const records = await listRecords(store);
    mayFollow(record, records);
    const before = await servedRecord(store, records);
    await sendFiles(site, release, missing);
    const early = await verify(site.url, record.files.filter(immutable), site.patience);
    const wrong = wrongLines(early);
    if (wrong !== '') {
      throw new ReleaseError(`${site.url} does not serve the new files as they were sent:\n${wrong}`, 'Nothing was switched. Check the edge stack.');
    }
    const findings = await goLive(site, record, before, lock);
    await prune(store, options.keep ?? KEPT_RELEASES, tell);
    return findings;
  });
}

/**
 * A release that was built again differs in its signature, which is made with a random number. What was sent first counts, so
 * that its record stays true.
 */
async function asSentBefore(store: Store, release: Release): Promise<Release> {
  const { record } = release;
  const sent = await readRecord(store, record.id);
  const unsigned = ({ files }: ReleaseRecord): string => JSON.stringify(files.filter(({ path }) => path !== RELEASE_SIGNATURE));
  const signature = sent?.files.find(({ path }) => path === RELEASE_SIGNATURE);
  if (!sent || !signature || unsigned(sent) !== unsigned(record)) return release;
  const copy = await store.get(copyKey(record.id, RELEASE_SIGNATURE));
  if (!copy || sha256(copy.body) !== signature.sha256) return release;
  return { record: sent, body: (path) => (path === RELEASE_SIGNATURE ? copy.body : release.body(path)) };
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
  if (JSON.stringify(await readRecord(store, record.id)) !== JSON.stringify(record)) await writeRecord(store, record);
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
  const records = await listRecords(store);
  mayFollow(record, records);
  const before = await servedRecord(store, records);
  return locked(await takeLock(store, id, true), (lock) => {
    tell(`back to ${id}`);
    return goLive(site, record, before, lock);
  });
}

/** The switch, and back again when it fails half-way or what is served then is not the release. */
async function goLive(site: Site, record: ReleaseRecord, before: ReleaseRecord | null, lock: Held): Promise<Finding[]> {
  const { store, edge, url, tell, patience } = site;
  const paths = changingPaths(record);
  // A rehearsal: a full queue or a missing right shows before anything is switched.
  await edge.forget(paths);
  try {
    await switchTo(store, record, lock, tell);
    await edge.forget(paths);
    const findings = await verify(url, record.files, patience);
    const wrong = wrongLines(findings);
    if (wrong === '') return findings;
    throw new ReleaseError(`${url} did not serve ${record.id} as it was sent:\n${wrong}`, 'Check the edge stack, and start again.');
  } catch (thrown) {
    if (before === null || before.id === record.id) throw thrown;
    throw await takenBack(site, before, lock, thrown);
  }
}

/** Serves the release before again. Returns the failure that led to it, with what is served now. */
async function takenBack({ store, edge, tell }: Site, before: ReleaseRecord, lock: Held, failure: unknown): Promise<unknown> {
  const { message, todo } = explain(failure, 'Switching') as ReleaseError;
  try {
    // Whoever took over in the meantime says what is served.
    await lock.check();
  } catch {
    return failure;
  }
  try {
    await switchTo(store, before, lock, tell);
  } catch {
    return new ReleaseError(`${message}\nIn between ${before.id} and this release`, `${todo} Or go back: npm run rollback -- --to ${before.id}`, { cause: failure });
  }
  await edge.forget(changingPaths(before)).catch(() => tell('the edge was not told; it asks the bucket by itself'));
  return new ReleaseError(`${message}\n${before.id} is served again`, todo, { cause: failure });
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

/** Tablets keep the highest floor of all they have run, and refuse what is below it: they would stay where they are for good. */
function mayFollow({ id, sequence }: ReleaseRecord, records: readonly ReleaseRecord[]): void {
  for (const part of ['app', 'models'] as const) {
    const raised = records.find((other) => Math.min(other.minimum[part], other.sequence[part]) > sequence[part]);
    if (!raised) continue;
    throw new ReleaseError(
      `Tablets refuse release ${id}: ${raised.id} says that none goes below app ${raised.minimum.app}, models ${raised.minimum.models}`,
      'Build it anew with a higher number (CASTWATCH_RELEASE_SEQUENCE) and release that.',
    );
  }
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
