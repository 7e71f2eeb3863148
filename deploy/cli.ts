/**
 * `npm run release -- --stack NAME [--dry-run] [--keep N] [--take-over]`, `npm run release:models -- --stack NAME [--dry-run]`,
 * `npm run rollback -- --stack NAME --to ID`, `npm run release:list -- --stack NAME`. See docs/hosting.md.
 */
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

// The SDK announces the end of Node 20 on every start.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

const { checkSignatures, checkTested, cleanCommit, releaseKeys } = await import('./checks.ts');
const { edgeCache } = await import('./edge-cache.ts');
const { publish, rollBack } = await import('./publish.ts');
const { heldLock, listRecords, servedRecord } = await import('./records.ts');
const { explain, ReleaseError } = await import('./release-error.ts');
const { readRelease } = await import('./release-folder.ts');
const { servedWithModels } = await import('./served-folder.ts');
const { findTarget } = await import('./stack.ts');
const { Store } = await import('./store.ts');
const { findingsTable, releasesTable } = await import('./table.ts');

const root = fileURLToPath(new URL('..', import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    stack: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    'take-over': { type: 'boolean', default: false },
    keep: { type: 'string', default: '5' },
    to: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const [command] = positionals;
  if (values.stack === undefined) throw new ReleaseError('--stack is missing', 'Name the stacks without their ending: --stack castwatch.');
  const keep = Number(values.keep);
  if (!Number.isInteger(keep) || keep < 2) throw new ReleaseError(`--keep ${values.keep}: not a number of at least 2`, 'Keep the served release and one to go back to.');
  const options = { dryRun: values['dry-run'], takeOver: values['take-over'], keep };

  // Everything that needs no AWS first.
  const ready = command === 'release' ? built() : command === 'models' ? { commit: cleanCommit(), keys: releaseKeys() } : null;
  const target = await findTarget(values.stack);
  const store = new Store(target.bucket, { region: target.bucketRegion });
  const site = { store, edge: edgeCache(target.distribution), url: target.url, tell: say };

  if (command === 'release' && ready) {
    say(findingsTable(await publish(site, await readRelease(`${root}dist`, { commit: ready.commit, kind: 'app' }), options)));
  } else if (command === 'models' && ready) {
    const folder = await servedWithModels(store, `${root}public/models`);
    try {
      checkSignatures(folder, ready.keys);
      say(findingsTable(await publish(site, await readRelease(folder, { commit: ready.commit, kind: 'models' }), options)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } else if (command === 'rollback') {
    if (values.to === undefined) throw new ReleaseError('--to is missing', 'Name a release of npm run release:list.');
    say(findingsTable(await rollBack(site, values.to)));
  } else if (command === 'list') {
    const records = await listRecords(store);
    say(releasesTable(records, await servedRecord(store, records)));
    const lock = await heldLock(store);
    if (lock) say(`\n${lock.id} has been under way since ${lock.since} on ${lock.machine}`);
  } else {
    throw new ReleaseError(`${command ?? '(nothing)'}: no such command`, 'Use npm run release, release:models, rollback or release:list.');
  }
}

/** A fresh build of a commit that is clean, tested and signed with the plant's keys. */
function built(): { commit: string; keys: ReturnType<typeof releaseKeys> } {
  const commit = cleanCommit();
  checkTested(commit);
  const keys = releaseKeys();
  // The same commit has the same number: a release that was interrupted goes on as the same one.
  const made = execFileSync('git', ['show', '-s', '--format=%ct', commit], { cwd: root, encoding: 'utf8' }).trim();
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit', env: { SOURCE_DATE_EPOCH: made, ...process.env } });
  checkSignatures(`${root}dist`, keys);
  return { commit, keys };
}

try {
  await main();
} catch (thrown) {
  const error = explain(thrown, 'Release');
  if (!(error instanceof ReleaseError)) throw error;
  process.stderr.write(`${error.message}\n${error.todo}\n`);
  process.exitCode = 1;
}
