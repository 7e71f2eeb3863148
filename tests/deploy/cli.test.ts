/** The commands as a person types them, in a clean checkout with keys of its own: npm run release, release:list, release:models, rollback. */
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFrontClient, ListInvalidationsCommand } from '@aws-sdk/client-cloudfront';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rememberTested } from '../../deploy/checks.ts';
import { Store } from '../../deploy/store.ts';
import { makeDistribution, makeEdgeStack, makeStorageStack, startAws, type Aws } from './aws.ts';
import { Checkout, type Outcome } from './checkout.ts';
import { startEdge, type Edge } from './edge-stand-in.ts';

let aws: Aws;
let edge: Edge;
let store: Store;
let distribution = '';
let checkout: Checkout;

beforeAll(async () => {
  aws = await startAws();
  distribution = await makeDistribution();
  const { SiteBucket: bucket = '' } = await makeStorageStack('plant', distribution);
  edge = await startEdge(bucket);
  await makeEdgeStack('plant', distribution, edge.url);
  store = new Store(bucket);
  checkout = new Checkout();
}, 120_000);

afterAll(() => {
  checkout.clear();
  edge.stop();
  aws.stop();
});

/** Runs a command for the stacks of the plant. */
const npm = (script: string, args: readonly string[] = [], env: Record<string, string | undefined> = {}): Promise<Outcome> =>
  checkout.npm([script, '--', '--stack', 'plant', ...args], env);
/** It must fail with these lines on stderr, and status 1. */
async function refused(outcome: Promise<Outcome>, message: string | RegExp, todo: string): Promise<void> {
  const { code, err } = await outcome;
  const [what, ...rest] = err.trimEnd().split('\n');
  expect(what).toMatch(message);
  expect(rest.at(-1)).toContain(todo);
  expect(err).not.toContain('    at ');
  expect(code).toBe(1);
}
async function succeeded(outcome: Promise<Outcome>): Promise<string> {
  const { code, out, err } = await outcome;
  expect([code, code === 0 ? '' : err]).toEqual([0, '']);
  return out;
}
/** Release ids of the list, the newest first, and the one that is served. */
async function listed(): Promise<{ ids: string[]; served: string | undefined }> {
  const out = await succeeded(npm('release:list'));
  const rows = out.split('\n').slice(1).filter(Boolean);
  const id = (row: string): string => row.slice(2).trim().split(/\s+/)[0] ?? '';
  return { ids: rows.map(id), served: rows.filter((row) => row.startsWith('*')).map(id)[0] };
}
const served = (out: string): string => /^(\S+) is served at /m.exec(out)?.[1] ?? '';

describe('what is typed wrongly or not ready', () => {
  it.each([
    ['no stack', ['release'], '--stack is missing', 'CASTWATCH_STACK'],
    ['an option that there is not', ['release', '--', '--stack', 'plant', '--force'], "Unknown option '--force'", '--dry-run'],
    ['a word too many', ['rollback', '--', '--stack', 'plant', '1.0.0'], "Unexpected argument '1.0.0'", '--to ID'],
    ['no release to go back to', ['rollback', '--', '--stack', 'plant'], '--to is missing', 'release:list'],
    ['too few to keep', ['release', '--', '--stack', 'plant', '--keep', '1'], '--keep 1: not a number of at least 2', 'one to go back to'],
    ['a stack that there is not', ['release:list', '--', '--stack', 'plnt'], 'There is no stack plnt-storage', 'check --stack and AWS_REGION'],
  ])('%s', async (_, args, message, todo) => {
    await refused(checkout.npm(args), message, todo);
  });

  it.each([
    ['no credentials', { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nowhere' }, /there are no AWS credentials/, 'aws sso login'],
    ['no region', { AWS_REGION: undefined, HOME: '/nowhere' }, /^Reading stack plant-storage: no AWS region is set$/, 'AWS_REGION'],
    ['nobody there', { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' }, /AWS cannot be reached/, 'Check the network'],
  ])('%s', async (_, env, message, todo) => {
    await refused(npm('release:list', [], env), message, todo);
  });

  it('credentials that AWS does not know', async () => {
    await aws.demandCredentials(true);
    try {
      await refused(npm('release:list'), 'Reading stack plant-storage: AWS does not know these credentials', 'Sign in again');
    } finally {
      await aws.demandCredentials(false);
    }
  });

  it('tests that have not passed, changes that are not committed, keys that are not named', async () => {
    await refused(npm('release'), /^The tests have not passed for commit [0-9a-f]{8}$/, 'Run npm test.');
    checkout.write('new.txt', 'x');
    await refused(npm('release'), 'There are uncommitted changes:', 'Commit them');
    checkout.remove('new.txt');
    rememberTested(checkout.folder);
    await refused(npm('release', [], { CASTWATCH_PUBLIC_KEY: undefined }), 'CASTWATCH_PUBLIC_KEY is not set', 'docs/hosting.md');
    await refused(npm('release:models', [], { CASTWATCH_RELEASE_PUBLIC_KEY: 'none.pem' }), 'CASTWATCH_RELEASE_PUBLIC_KEY: there is no file none.pem', 'docs/hosting.md');
    await refused(npm('release:models'), 'No release is served yet', 'npm run release');
    expect((await succeeded(npm('release:list'))).trim()).toBe('No release yet');
    expect(await store.list('')).toEqual([]);
  });
});

describe('release, release again, roll back, models alone', () => {
  let first = '';
  let second = '';

  it('a build that is signed with a key that everybody has is not sent', async () => {
    const key = { CASTWATCH_RELEASE_PUBLIC_KEY: 'deploy/keys/development.public.pem', CASTWATCH_RELEASE_KEY: undefined };
    await refused(npm('release', [], key), 'The key of the release manifest is a development key', "the plant's own key");
    expect(await store.list('')).toEqual([]);
  }, 240_000);

  it('the first release ends with a table of every file as it was fetched back', async () => {
    const out = await succeeded(npm('release'));
    first = served(out);
    expect(first).toMatch(/^1\.0\.0-a\d+-m\d+-[0-9a-f]{8}$/);
    const table = out.split('\n').slice(out.split('\n').findIndex((line) => line.startsWith('file ')));
    expect(table[0]!.split(/ {2,}/)).toEqual(['file', 'status', 'bytes', 'on the wire', 'encoding', 'type', 'cache', 'content and headers']);
    const rows = new Map(table.slice(1, -2).map((line) => [line.split(/ {2,}/)[0], line.split(/ {2,}/)]));
    expect(rows.get('index.html')?.slice(4)).toEqual(['br', 'text/html; charset=utf-8', 'no-cache', 'as sent']);
    expect(rows.get('(a missing model)')?.[1]).toBe('404');
    expect([...rows.values()].filter((cells) => cells.at(-1) !== 'as sent')).toEqual([]);
    expect(await listed()).toEqual({ ids: [first], served: first });
    const { InvalidationList: list } = await new CloudFrontClient({ region: 'us-east-1' }).send(new ListInvalidationsCommand({ DistributionId: distribution }));
    // One before the switch, to see whether it is possible, and one after it.
    expect(list?.Quantity).toBe(2);
  }, 240_000);

  it('a dry run of the second sends nothing; the release itself sends what is new', async () => {
    checkout.write('public/icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"><title>another</title></svg>\n');
    checkout.commit();
    await refused(npm('release'), /^The tests have not passed for commit [0-9a-f]{8} \(last: [0-9a-f]{8}\)$/, 'Run npm test.');
    rememberTested(checkout.folder);
    const before = await store.list('');
    const dry = await succeeded(npm('release', ['--dry-run']));
    second = /^(\S+): \d+ of \d+ files to send; nothing was changed$/m.exec(dry)?.[1] ?? '';
    expect(dry).toContain('would send icon.svg');
    expect(dry).not.toContain('would send assets/');
    expect(await store.list('')).toEqual(before);

    // CASTWATCH_STACK is as good as --stack.
    const out = await succeeded(checkout.npm(['release'], { CASTWATCH_STACK: 'plant' }));
    expect(served(out)).toBe(second);
    expect(await listed()).toEqual({ ids: [second, first], served: second });
    expect(await (await fetch(`${edge.url}icon.svg`)).text()).toContain('another');
  }, 240_000);

  it('back to the first, and a release that there is not', async () => {
    await refused(npm('rollback', ['--to', 'none']), 'There is no release none', 'release:list');
    expect(served(await succeeded(checkout.npm(['rollback', '--', '--to', first], { CASTWATCH_STACK: 'plant' })))).toBe(first);
    expect(await listed()).toEqual({ ids: [second, first], served: first });
    expect(await (await fetch(`${edge.url}icon.svg`)).text()).not.toContain('another');
  });

  it('models alone: not one file of the app changes', async () => {
    const app = async (): Promise<unknown> => Promise.all(['index.html', 'sw.js', 'icon.svg', 'app.webmanifest'].map((path) => store.head(`site/${path}`)));
    const before = [await app(), (await store.list('site/assets/')).sort()];
    let current = '';
    checkout.changeModels((manifest, folder) => {
      const bundle = manifest.bundles.find(({ id }) => id === manifest.current)!;
      const next = { ...bundle, id: `${bundle.kind}-9.0.0`, version: '9.0.0' };
      renameSync(join(folder, bundle.id), join(folder, next.id));
      current = next.id;
      return { ...manifest, sequence: manifest.sequence + 1, current, bundles: manifest.bundles.map((other) => (other === bundle ? next : other)) };
    });
    await refused(npm('release:models', [], { CASTWATCH_RELEASE_KEY: undefined }), 'The release manifest is not signed with its key', 'CASTWATCH_RELEASE_KEY');
    const models = served(await succeeded(npm('release:models')));
    expect(models).toMatch(new RegExp(`^${first.split('-m')[0]}-m`));
    expect([await app(), (await store.list('site/assets/')).sort()]).toEqual(before);
    expect(await (await fetch(`${edge.url}models/manifest.json`)).json()).toMatchObject({ current });
    expect((await fetch(`${edge.url}models/${current}/boosting.onnx`)).status).toBe(200);
    expect((await listed()).served).toBe(models);
  });

  it('a release that was interrupted is named in the list, and stops another one', async () => {
    await store.putJson('releases/lock.json', { id: 'other', since: '2026-11-26T00:00:00Z', machine: 'ci', token: 'x' });
    expect(await succeeded(npm('release:list'))).toContain('other has been under way since 2026-11-26T00:00:00Z on ci');
    await refused(npm('release:models'), 'Release other has been under way since 2026-11-26T00:00:00Z on ci', '--take-over');
    // Going back does not wait for it.
    expect(served(await succeeded(npm('rollback', ['--to', second])))).toBe(second);
    expect(await store.list('releases/lock.json')).toEqual([]);
  });
});
