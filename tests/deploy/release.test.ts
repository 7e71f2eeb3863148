/** Releases, rollbacks and failures against a stand-in for AWS: moto_server for S3, CloudFront's API and the storage stack. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CloudFrontClient, ListInvalidationsCommand } from '@aws-sdk/client-cloudfront';
import {
  GetBucketEncryptionCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeCache } from '../../deploy/edge-cache.ts';
import { publish, rollBack, type Site } from '../../deploy/publish.ts';
import { listRecords, servedRecord } from '../../deploy/records.ts';
import { immutable, readRelease, type Release } from '../../deploy/release-folder.ts';
import { servedWithModels } from '../../deploy/served-folder.ts';
import { findTarget } from '../../deploy/stack.ts';
import { Store } from '../../deploy/store.ts';
import { signRelease } from '../../scripts/release-manifest.ts';
import type { ReleaseManifest } from '../../src/domain/release.ts';
import { makeDistribution, makeEdgeStack, makeStorageStack, startAws, startProxy, type Aws, type Proxy } from './aws.ts';
import { makeApp, makeModels, PRIVATE_KEY, release, visit } from './fixture.ts';
import { stage, stopEdges, type Stage } from './stage.ts';

const run = promisify(execFile);
const template = (name: string): string => new URL(`../../deploy/${name}`, import.meta.url).pathname;

let aws: Aws;
let proxy: Proxy;
let s3: S3Client;
let distribution = '';
let one: Release;
let two: Release;

beforeAll(async () => {
  aws = await startAws();
  proxy = await startProxy(aws.port);
  s3 = new S3Client({ forcePathStyle: true });
  distribution = await makeDistribution();
  one = await release(1, 1);
  two = await release(2, 2);
});

afterAll(() => {
  stopEdges();
  proxy.stop();
  aws.stop();
});

/** Keys that were written while something was done, in order. */
async function writes(site: Stage, work: () => Promise<unknown>): Promise<string[]> {
  const written: string[] = [];
  proxy.meddle = ({ method, url }) => {
    if (method === 'PUT') written.push(decodeURI(new URL(url ?? '', 'http://s3').pathname).replace(`/${site.bucket}/`, ''));
    return undefined;
  };
  await work();
  proxy.meddle = () => undefined;
  return written;
}
/** ETags of what is below site/. */
async function objects({ bucket }: Stage): Promise<Map<string, string | undefined>> {
  const { Contents: found = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'site/' }));
  return new Map(found.map(({ Key, ETag }) => [Key!.slice(5), ETag]));
}
const proxied = (site: Stage): Stage => ({ ...site, store: new Store(site.bucket, { endpoint: proxy.url, forcePathStyle: true, maxAttempts: 1 }) });

describe('the templates', () => {
  it('are clean for cfn-lint', async () => {
    const linter = new URL('../../deploy/.venv/bin/cfn-lint', import.meta.url).pathname;
    expect((await run(linter, [template('storage.yaml'), template('edge.yaml')])).stdout).toBe('');
  });

  it('the storage stack can be made, and a release finds its way by the outputs of both', async () => {
    const { SiteBucket: bucket, LogBucket: logs } = await makeStorageStack('plant', distribution);
    // moto leaves versions, policies and the public access block out; deploy/templates.test.ts has them.
    for (const Bucket of [bucket, logs]) {
      const { ServerSideEncryptionConfiguration: encryption } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
      expect(encryption?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    }

    await makeEdgeStack('plant', distribution, 'http://localhost:1/');
    expect(await findTarget('plant')).toEqual({ bucket, bucketRegion: 'ap-northeast-2', distribution, url: 'http://localhost:1/' });
    await expect(findTarget('nowhere')).rejects.toThrow('There is no stack nowhere-storage');
  });
});

describe('two releases and a rollback', () => {
  it('go up in order, keep what old pages need, and carry their headers', async () => {
    const site = await stage('order');
    const first = await writes(site, () => publish(proxied(site), one));
    expect(await visit(site.url)).toEqual({ app: 1, models: 1, tablet: 1 });
    expect(site.edge.forgotten.every((path) => immutable({ path: path.slice(1) }) === false)).toBe(true);

    const second = await writes(site, () => publish(proxied(site), two));
    for (const [written, { record }] of [[first, one], [second, two]] as const) {
      const phase = (key: string): number =>
        key === 'releases/lock.json' ? 0 : key.startsWith('site/') && immutable({ path: key.slice(5) }) ? 1 : key.startsWith(`releases/${record.id}/files/`) ? 2 : key === `releases/${record.id}/record.json` ? 3 : 4;
      const phases = written.map(phase);
      expect(phases).toEqual([...phases].sort());
      const last = ['site/index.html', 'site/sw.js', 'site/models/manifest.sig', 'site/models/manifest.json', 'site/models/manifest.sig', 'site/release.json', 'site/release.sig'];
      // At the first release there is no old signature to keep beside the new one.
      expect(written.slice(-7)).toEqual(record === two.record ? last : expect.arrayContaining(last.slice(0, 2)));
    }
    // What both releases share went up once.
    expect(second).not.toContain('site/assets/common-0.css');
    expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: 2 });
    expect((await fetch(`${site.url}assets/app-1.js`)).status).toBe(200);

    for (const file of two.record.files) {
      const object = await s3.send(new HeadObjectCommand({ Bucket: site.bucket, Key: `site/${file.path}` }));
      expect([file.path, object.ContentType, object.ContentEncoding ?? null, object.CacheControl]).toEqual([file.path, file.type, file.encoding, file.cache]);
    }
    const encodings = Object.fromEntries(two.record.files.map(({ path, encoding, cache }) => [path, [encoding, cache]]));
    expect(encodings['assets/runtime-0.wasm']).toEqual(['br', 'public, max-age=31536000, immutable']);
    expect(encodings['models/field-1.0.2/boosting.onnx']).toEqual(['br', 'public, max-age=31536000, immutable']);
    expect(encodings['index.html']?.[1]).toBe('no-cache');

    await rollBack(site, one.record.id);
    expect(await visit(site.url)).toEqual({ app: 1, models: 1, tablet: 1 });
    await rollBack(site, two.record.id);
    expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: 2 });
    const records = await listRecords(site.store);
    expect(records.map(({ id }) => id)).toEqual([two.record.id, one.record.id]);
    expect((await servedRecord(site.store, records))?.id).toBe(two.record.id);
    // Once more changes nothing but the lock.
    expect(await writes(site, () => publish(proxied(site), two))).toEqual(['releases/lock.json']);
    await expect(rollBack(site, 'nothing')).rejects.toThrow('There is no release nothing');
  });

  it('a release that was built and signed again is the one that was sent', async () => {
    const site = await stage('again');
    await publish(site, one);
    const folder = await makeApp(2, 2);
    const first = await readRelease(folder, { commit: null, kind: 'app' });
    await publish(site, first);
    await signRelease(folder, JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')) as ReleaseManifest, PRIVATE_KEY);
    const again = await readRelease(folder, { commit: null, kind: 'app' });
    expect(again.record.id).toBe(first.record.id);
    expect(again.body('release.sig')).not.toEqual(first.body('release.sig'));
    expect(await writes(site, () => publish(proxied(site), again))).toEqual(['releases/lock.json']);
    await rollBack(site, one.record.id);
    await rollBack(site, first.record.id);
    expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: 2 });
    expect(await listRecords(site.store)).toHaveLength(2);

    // For another share of the fleet: the same content, of which only the signed list is new.
    const manifest = JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')) as ReleaseManifest;
    await signRelease(folder, { ...manifest, share: 0.1 }, PRIVATE_KEY);
    const staged = await readRelease(folder, { commit: null, kind: 'app' });
    const written = await writes(site, () => publish(proxied(site), staged));
    expect(written.filter((key) => key.startsWith('site/'))).toEqual(['site/release.json', 'site/release.sig']);
    expect((await servedRecord(site.store, await listRecords(site.store)))?.id).toBe(staged.record.id);
  });

  it('a dry run changes nothing', async () => {
    const site = await stage('dry');
    await publish(site, one, { dryRun: true });
    expect(await site.store.list('')).toEqual([]);
  });

  it('models are released without the app', async () => {
    const site = await stage('models');
    await publish(site, one);
    const models = mkdtempSync(join(tmpdir(), 'castwatch-models-'));
    makeModels(models, 7);
    const folder = await servedWithModels(site.store, models, { privateKey: PRIVATE_KEY, minimum: { app: 0, models: 0 } });
    const written = await writes(site, async () => publish(proxied(site), await readRelease(folder, { commit: null, kind: 'models' })));
    expect(await visit(site.url)).toEqual({ app: 1, models: 7, tablet: 1 });
    expect(written.filter((key) => /^site\/(index\.html|sw\.js|assets\/|icon)/.test(key))).toEqual([]);
  });

  it('old hashed files go after the releases that are kept, and can still be brought back', async () => {
    const site = await stage('prune');
    await s3.send(new PutBucketVersioningCommand({ Bucket: site.bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    for (const app of [1, 2, 3]) await publish(site, await release(app, 1), { keep: 2 });
    expect((await fetch(`${site.url}assets/app-2.js`)).status).toBe(200);
    expect(await site.store.head('site/assets/app-1.js')).toBeNull();
    expect(await listRecords(site.store)).toHaveLength(2);
    await expect(rollBack(site, one.record.id)).rejects.toThrow('There is no release');
    const versions = await s3.send(new ListObjectVersionsCommand({ Bucket: site.bucket, Prefix: 'site/assets/app-1.js' }));
    expect([versions.Versions?.length, versions.DeleteMarkers?.length]).toEqual([1, 1]);
  });
});

describe('a failure', () => {
  /** The release fails with these words, and the old one is still served. */
  async function fails(site: Stage, words: string | RegExp, through: Site = site): Promise<void> {
    await expect(publish(through, two)).rejects.toThrow(words);
    expect(await visit(site.url)).toEqual({ app: 1, models: 1, tablet: 1 });
  }
  const xml = (code: string): string => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;

  it('a missing bucket', async () => {
    const site = await stage('there');
    await publish(site, one);
    await fails(site, 'the bucket does not exist', { ...site, store: new Store('castwatch-not-there') });
  });

  it('a clock that is wrong', async () => {
    const site = await stage('clock');
    await publish(site, one);
    proxy.meddle = () => ({ status: 403, body: xml('RequestTimeTooSkewed'), headers: { date: new Date(Date.now() - 7_200_000).toUTCString() } });
    await fails(site, "this machine's clock is wrong", proxied(site));
    proxy.meddle = () => ({ status: 200, body: '<ListBucketResult></ListBucketResult>', headers: { date: new Date(Date.now() - 600_000).toUTCString() } });
    await fails(site, "This machine's clock is 10 minutes ahead of AWS", proxied(site));
    proxy.meddle = () => undefined;
  });

  it('a full queue of invalidations', async () => {
    const site = await stage('queue');
    await publish(site, one);
    process.env.AWS_ENDPOINT_URL = proxy.url;
    const edge = edgeCache(distribution, { tries: 2, pause: 1 });
    let refused = 0;
    proxy.meddle = ({ method, url }) => {
      if (method !== 'POST' || !url?.includes('/invalidation')) return undefined;
      refused += 1;
      return { status: 400, body: `<ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>TooManyInvalidationsInProgress</Code><Message>full</Message></Error></ErrorResponse>` };
    };
    await fails(site, 'too many invalidations are in progress', { ...site, edge });
    expect(refused).toBeGreaterThanOrEqual(2);
    proxy.meddle = () => undefined;
    await publish({ ...site, edge }, two);
    process.env.AWS_ENDPOINT_URL = aws.url;
    const { InvalidationList: list } = await new CloudFrontClient({ region: 'us-east-1' }).send(new ListInvalidationsCommand({ DistributionId: distribution }));
    expect(list?.Quantity).toBeGreaterThanOrEqual(2);
  });

  it('an edge that serves other headers than it should: nothing is switched', async () => {
    const site = await stage('spoilt');
    await publish(site, one);
    site.edge.spoil = () => ({ 'content-security-policy': 'default-src *' });
    const written = await writes(site, () => fails(site, /does not serve the new files as they were sent[\s\S]*assets\/app-2\.js: Content-Security-Policy is default-src \*/, proxied(site)));
    expect(written.filter((key) => key.startsWith('site/') && !immutable({ path: key.slice(5) }))).toEqual([]);
    expect(await site.store.list('releases/lock.json')).toEqual([]);
  });

  it('a write that is refused in the middle of the switch: back to the old release by itself', async () => {
    const site = await stage('refused');
    await publish(site, one);
    for (const file of ['index.html', 'models/manifest.json', 'release.json', 'release.sig']) {
      proxy.meddle = ({ method, url }) =>
        method === 'PUT' && url?.startsWith(`/${site.bucket}/site/${file}`) && refuse ? ((refuse = false), { status: 403, body: xml('AccessDenied') }) : undefined;
      let refuse = true;
      await fails(site, new RegExp(`^Writing site/${file}: AWS refuses it to this user or role \\(AccessDenied\\)\\n${one.record.id} is served again$`), proxied(site));
      expect(await site.store.list('releases/lock.json')).toEqual([]);
    }
    // When even going back is refused, it says where things stand, and the way out works.
    let released = false;
    proxy.meddle = ({ method, url }) => {
      released ||= url?.startsWith(`/${site.bucket}/site/release.json`) === true && method === 'PUT';
      return released && method === 'PUT' ? { status: 403, body: xml('AccessDenied') } : undefined;
    };
    await expect(publish(proxied(site), two)).rejects.toThrow(`In between ${one.record.id} and this release`);
    // A page is of the new release, a tablet keeps the old one; neither is a mix.
    expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: null });
    proxy.meddle = () => undefined;
    await rollBack(site, one.record.id);
    expect(await visit(site.url)).toEqual({ app: 1, models: 1, tablet: 1 });
    await publish(site, two);
    expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: 2 });
  });

  it('an edge that does so to what was switched: back to the old release by itself', async () => {
    const site = await stage('back');
    await publish(site, one);
    const before = await objects(site);
    site.edge.spoil = (uri) => (uri === '/sw.js' ? { 'content-type': 'text/plain' } : {});
    await fails(site, new RegExp(`did not serve ${two.record.id} as it was sent:\\n  sw.js: Content-Type is text/plain, .*\\n${one.record.id} is served again`));
    // Every file that a page or a tablet asks for is the old one again, and the next release may start.
    const after = await objects(site);
    for (const { path } of one.record.files) expect([path, after.get(path)]).toEqual([path, before.get(path)]);
    expect(site.edge.forgotten.slice(-10)).toContain('/index.html');
    expect((await servedRecord(site.store, await listRecords(site.store)))?.id).toBe(one.record.id);
    site.edge.spoil = () => ({});
    await publish(site, two);
    expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: 2 });
  });

  it('the same at the first release of all: nothing to go back to, and it says so', async () => {
    const site = await stage('first');
    site.edge.spoil = (uri) => (uri === '/sw.js' ? { 'content-type': 'text/plain' } : {});
    await expect(publish(site, one)).rejects.toThrow(`did not serve ${one.record.id} as it was sent`);
    site.edge.spoil = () => ({});
    await publish(site, one);
    expect(await visit(site.url)).toEqual({ app: 1, models: 1, tablet: 1 });
  });

  it('another release under way', async () => {
    const site = await stage('lock');
    await publish(site, one);
    await site.store.putJson('releases/lock.json', { id: '9-9-9', since: '2026-11-26T00:00:00Z', machine: 'other', token: 'x' });
    await fails(site, 'Release 9-9-9 has been under way since 2026-11-26T00:00:00Z on other');
    await publish(site, two, { takeOver: true });
    expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: 2 });
  });

  it('a bundle that was changed under its version', async () => {
    const site = await stage('changed');
    await publish(site, one);
    const file = two.record.files.find(({ path }) => path.startsWith('models/field'))!;
    await site.store.put(`site/${file.path}`, { ...file, sha256: '0'.repeat(64) }, Buffer.from('other'));
    await fails(site, 'is there already with other content');
  });

  it('a release that tablets would refuse', async () => {
    const site = await stage('floor');
    await publish(site, one);
    // From now on no tablet goes below app 2.
    const raised = await readRelease(await makeApp(3, 3, { app: 2, models: 1 }), { commit: null, kind: 'app' });
    await publish(site, raised);
    const refused = `Tablets refuse release ${one.record.id}: ${raised.record.id} says that none goes below app 2, models 1`;
    expect(await writes(site, () => expect(rollBack(proxied(site), one.record.id)).rejects.toThrow(refused))).toEqual([]);
    const late = await release(1, 4);
    await expect(publish(site, late)).rejects.toThrow(`Tablets refuse release ${late.record.id}`);
    expect(await visit(site.url)).toEqual({ app: 3, models: 3, tablet: 3 });
    expect(await site.store.list(`releases/${late.record.id}`)).toEqual([]);
    // At the floor itself it goes; and tablets remember the floor when a release without one is served.
    await publish(site, two);
    expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: 2 });
    await expect(rollBack(site, one.record.id)).rejects.toThrow(refused);
  });

  it('credentials that AWS does not know', async () => {
    const site = await stage('credentials');
    await publish(site, one);
    await aws.demandCredentials(true);
    try {
      await expect(publish(site, two)).rejects.toThrow('AWS does not know these credentials (InvalidAccessKeyId)');
      await expect(findTarget('plant')).rejects.toThrow('AWS does not know these credentials');
    } finally {
      await aws.demandCredentials(false);
    }
    expect(await visit(site.url)).toEqual({ app: 1, models: 1, tablet: 1 });
    expect(await site.store.list(`releases/${two.record.id}`)).toEqual([]);
  });
});
