/** A release that is killed at any of its writes, as a process of its own, against a stand-in for AWS. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { CopyObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publish, rollBack } from '../../deploy/publish.ts';
import { makeDistribution, startAws, startProxy, type Aws } from './aws.ts';
import { makeApp, release, visit } from './fixture.ts';
import { stage, stopEdges, type Stage } from './stage.ts';

let aws: Aws;
let s3: S3Client;
let distribution = '';

beforeAll(async () => {
  aws = await startAws();
  s3 = new S3Client({ forcePathStyle: true });
  distribution = await makeDistribution();
});

afterAll(() => {
  stopEdges();
  aws.stop();
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

    const one = await release(1, 1);
    const twoFolder = await makeApp(2, 2);
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
