/** Releases, rollbacks and failures against a stand-in for AWS: moto_server for S3, CloudFront's API and the storage stack. */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudFrontClient, CreateDistributionCommand, ListInvalidationsCommand } from '@aws-sdk/client-cloudfront';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { edgeCache } from '../../deploy/edge-cache.ts';
import { publish, rollBack, type Site } from '../../deploy/publish.ts';
import { listRecords, servedRecord } from '../../deploy/records.ts';
import { immutable, readRelease, type Release } from '../../deploy/release-folder.ts';
import { servedWithModels } from '../../deploy/served-folder.ts';
import { findTarget } from '../../deploy/stack.ts';
import { Store } from '../../deploy/store.ts';
import { startAws, startProxy, type Aws, type Proxy } from './aws.ts';
import { startEdge, type Edge } from './edge-stand-in.ts';
import { makeApp, makeModels, PRIVATE_KEY, release, visit } from './fixture.ts';

const run = promisify(execFile);
const template = (name: string): string => new URL(`../../deploy/${name}`, import.meta.url).pathname;

let aws: Aws;
let proxy: Proxy;
let s3: S3Client;
let distribution = '';
let one: Release;
let two: Release;
let twoFolder = '';
const edges: Edge[] = [];

beforeAll(async () => {
  aws = await startAws();
  proxy = await startProxy(aws.port);
  s3 = new S3Client({ forcePathStyle: true });
  const made = await new CloudFrontClient({ region: 'us-east-1' }).send(
    new CreateDistributionCommand({
      DistributionConfig: {
        CallerReference: 'test',
        Comment: 'test',
        Enabled: true,
        Origins: { Quantity: 1, Items: [{ Id: 'site', DomainName: 'site.s3.amazonaws.com', S3OriginConfig: { OriginAccessIdentity: '' } }] },
        DefaultCacheBehavior: { TargetOriginId: 'site', ViewerProtocolPolicy: 'redirect-to-https' },
      },
    }),
  );
  distribution = made.Distribution?.Id ?? '';
  one = await release(1, 1);
  twoFolder = await makeApp(2, 2);
  two = await readRelease(twoFolder, { commit: null, kind: 'app' });
});

afterAll(() => {
  for (const edge of edges) edge.stop();
  proxy.stop();
  aws.stop();
});

interface Stage extends Site {
  readonly edge: Edge;
  readonly bucket: string;
}

/** A bucket of its own with an edge before it. */
async function stage(name: string): Promise<Stage> {
  const bucket = `castwatch-${name}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: 'ap-northeast-2' } }));
  const edge = await startEdge(bucket);
  edges.push(edge);
  return { bucket, store: new Store(bucket), edge, url: edge.url, tell: () => undefined };
}

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
const proxied = (site: Stage): Stage => ({ ...site, store: new Store(site.bucket, { endpoint: proxy.url, forcePathStyle: true, maxAttempts: 1 }) });

describe('the templates', () => {
  it('are clean for cfn-lint', async () => {
    const linter = new URL('../../deploy/.venv/bin/cfn-lint', import.meta.url).pathname;
    expect((await run(linter, [template('storage.yaml'), template('edge.yaml')])).stdout).toBe('');
  });

  it('the storage stack can be made, and a release finds its way by the outputs of both', async () => {
    const client = new CloudFormationClient({});
    const parameters = [{ ParameterKey: 'DistributionId', ParameterValue: distribution }];
    await client.send(new CreateStackCommand({ StackName: 'plant-storage', TemplateBody: readFileSync(template('storage.yaml'), 'utf8'), Parameters: parameters }));
    const stack = (await client.send(new DescribeStacksCommand({ StackName: 'plant-storage' }))).Stacks?.[0];
    const output = (name: string): string | undefined => stack?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
    const bucket = output('SiteBucket');
    // moto leaves versions, policies and the public access block out; deploy/templates.test.ts has them.
    for (const Bucket of [bucket, output('LogBucket')]) {
      const { ServerSideEncryptionConfiguration: encryption } = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
      expect(encryption?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe('AES256');
    }

    // The edge is not moto's to make: a stack of its outputs alone.
    const outputs = { DistributionId: { Value: distribution }, SiteUrl: { Value: 'http://localhost:1/' } };
    const wait = { WaitHandle: { Type: 'AWS::CloudFormation::WaitConditionHandle' } };
    const edgeStack = new CloudFormationClient({ region: 'us-east-1' });
    await edgeStack.send(new CreateStackCommand({ StackName: 'plant-edge', TemplateBody: JSON.stringify({ Resources: wait, Outputs: outputs }) }));
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

describe('a release that is killed', () => {
  it('at any write leaves the old or the new release whole, and goes on when it is started again', async () => {
    // One file that starts at once; inside the project, whose root it looks for.
    const folder = new URL('../../node_modules/.cache/castwatch-child/', import.meta.url).pathname;
    await build({
      configFile: false,
      logLevel: 'error',
      ssr: { noExternal: true },
      build: { ssr: new URL('publish-child.ts', import.meta.url).pathname, outDir: folder, minify: false, rolldownOptions: { output: { entryFileNames: 'child.mjs' } } },
    });
    const child = (site: Stage, endpoint: string) =>
      spawn(process.execPath, [join(folder, 'child.mjs'), twoFolder, site.bucket, site.url, distribution], { env: { ...process.env, AWS_ENDPOINT_URL: endpoint }, stdio: ['ignore', 'ignore', 'inherit'] });
    /** Whether it came to its end; false when it was killed. */
    const ended = (process_: ReturnType<typeof child>): Promise<boolean> =>
      new Promise((resolve, reject) => {
        process_.on('exit', (code, signal) => {
          if (code === 0 || signal === 'SIGKILL') resolve(code === 0);
          else reject(new Error(`publish-child ended with ${code}`));
        });
      });

    const base = await stage('base');
    await publish(base, one);
    const served = await base.store.list('');
    const seen = new Set<string>();
    let completed = false;
    let kills = 0;
    for (let at = 1; !completed; at += 1) {
      const site = await stage(`kill-${at}`);
      await Promise.all(served.map((Key) => s3.send(new CopyObjectCommand({ Bucket: site.bucket, Key, CopySource: `${base.bucket}/${Key}` }))));
      let count = 0;
      const killer = await startProxy(aws.port);
      const process_ = child(site, killer.url);
      killer.meddle = ({ method }) => {
        if (method !== 'PUT' && method !== 'POST' && method !== 'DELETE') return undefined;
        count += 1;
        return count === at ? () => process_.kill('SIGKILL') : undefined;
      };
      completed = await ended(process_);
      killer.stop();
      if (!completed) kills += 1;
      // Throws when a page or its models are a mix.
      const met = await visit(site.url);
      expect([1, 2, null]).toContain(met.tablet);
      seen.add(`${met.app} ${met.models} ${met.tablet ?? 'keeps its own'}`);
      if (completed || at % 4 === 0) {
        if (!completed) expect(await ended(child(site, aws.url))).toBe(true);
        expect(await visit(site.url)).toEqual({ app: 2, models: 2, tablet: 2 });
      } else if (at % 4 === 2) {
        // Or it is taken back.
        await rollBack(site, one.record.id);
        expect(await visit(site.url)).toEqual({ app: 1, models: 1, tablet: 1 });
      }
      site.edge.stop();
    }
    expect(kills).toBeGreaterThan(15);
    expect([...seen]).toEqual(expect.arrayContaining(['1 1 1', '2 2 2']));
    console.log(`killed at ${kills} writes; visitors met (app, models, tablet): ${[...seen].join(' | ')}`);
  }, 400_000);
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

  it('an edge that serves other headers than it should: back to the old release', async () => {
    const site = await stage('spoilt');
    await publish(site, one);
    site.edge.spoil = { 'content-security-policy': "default-src *" };
    await fails(site, /does not serve the new files as they were sent[\s\S]*Content-Security-Policy/);
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
    await publish(site, two);
    const high: Release = { ...one, record: { ...one.record, id: 'high', minimum: { app: 2, models: 1 }, sequence: { app: 3, models: 3 } } };
    await publish(site, high);
    await expect(rollBack(site, one.record.id)).rejects.toThrow(/There is no release|Tablets refuse release/);
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
