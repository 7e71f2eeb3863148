/**
 * `npm run release -- --stack NAME [--dry-run] [--keep N] [--take-over]`, `npm run release:models -- --stack NAME [--dry-run]`,
 * `npm run rollback -- --stack NAME --to ID`, `npm run release:list -- --stack NAME`. CASTWATCH_STACK stands in for --stack. See docs/hosting.md.
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
const USAGE = 'Options: --stack NAME, --dry-run, --keep N, --take-over, and --to ID for a rollback; after npm run, they follow a lone --.';

const COMMANDS = ['release', 'models', 'rollback', 'list'] as const;

function commandLine() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        stack: { type: 'string', default: process.env.CASTWATCH_STACK ?? '' },
        'dry-run': { type: 'boolean', default: false },
        'take-over': { type: 'boolean', default: false },
        keep: { type: 'string', default: '5' },
        to: { type: 'string' },
      },
    });
    // The first one is of package.json's making.
    const command = COMMANDS.find((name) => name === positionals[0]);
    if (command === undefined || positionals.length > 1) throw new Error(`Unexpected argument '${positionals.at(-1) ?? ''}'`);
    return { ...values, command };
  } catch (thrown) {
    throw new ReleaseError((thrown as Error).message, USAGE);
  }
}

async function main(): Promise<void> {
  const { command, stack, to, ...values } = commandLine();
  if (stack === '') throw new ReleaseError('--stack is missing', 'Name the stacks without their ending: --stack castwatch, or CASTWATCH_STACK in the environment.');
  if (command === 'rollback' && !to) throw new ReleaseError('--to is missing', 'Name a release of npm run release:list.');
  const keep = Number(values.keep);
  if (!Number.isInteger(keep) || keep < 2) throw new ReleaseError(`--keep ${values.keep}: not a number of at least 2`, 'Keep the served release and one to go back to.');
  const options = { dryRun: values['dry-run'], takeOver: values['take-over'], keep };

  // Everything that needs no AWS first.
  const ready = command === 'release' ? built() : command === 'models' ? { commit: cleanCommit(), keys: releaseKeys() } : null;
  const target = await findTarget(stack);
  const store = new Store(target.bucket, { region: target.bucketRegion });
  const site = { store, edge: edgeCache(target.distribution), url: target.url, tell: say };
  const send = async (folder: string, facts: { commit: string; kind: 'app' | 'models' }): Promise<void> => {
    say('compressing; what is new takes up to a minute');
    const release = await readRelease(folder, facts);
    served(target.url, release.record.id, await publish(site, release, options));
  };

  if (command === 'release' && ready) {
    await send(`${root}dist`, { commit: ready.commit, kind: 'app' });
  } else if (command === 'models' && ready) {
    const folder = await servedWithModels(store, `${root}public/models`);
    try {
      checkSignatures(folder, ready.keys);
      await send(folder, { commit: ready.commit, kind: 'models' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } else if (command === 'rollback' && to) {
    served(target.url, to, await rollBack(site, to));
  } else {
    const records = await listRecords(store);
    say(records.length === 0 ? 'No release yet' : releasesTable(records, await servedRecord(store, records)));
    const lock = await heldLock(store);
    if (lock) say(`\n${lock.id} has been under way since ${lock.since} on ${lock.machine}`);
  }
}

/** The table of what was fetched back; nothing after a dry run. */
function served(url: string, id: string, findings: Awaited<ReturnType<typeof publish>>): void {
  if (findings.length > 0) say(`${findingsTable(findings)}\n${id} is served at ${url}`);
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
