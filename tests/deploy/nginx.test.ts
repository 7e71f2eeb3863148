/** The built app on a real nginx with deploy/nginx.conf: headers, encodings, 404s, and Chromium's word on isolation and policy. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheControl, FILE_CLASSES, fileClass, ISOLATION_HEADERS, securityHeaders } from '../../deploy/headers.ts';
import { contentType } from '../../deploy/mime.ts';
import { POLICY_NAMES } from '../../deploy/render.ts';
import { responseHeaders } from '../../deploy/response-headers.ts';
import { parseTemplate } from '../../deploy/template.ts';
import { verify } from '../../deploy/verify.ts';
import { readRelease } from '../../deploy/release-folder.ts';
import { chromiumLaunchOptions } from '../../scripts/chromium.ts';
import { compressBuild } from '../../scripts/wire-size.ts';
import type { Manifest, Reference } from '../../src/domain/bundle.ts';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { answers, freePort } from './aws.ts';

const dist = new URL('../../dist/', import.meta.url).pathname;
const config = readFileSync(new URL('../../deploy/nginx.conf', import.meta.url), 'utf8');
const edge = parseTemplate(readFileSync(new URL('../../deploy/edge.yaml', import.meta.url), 'utf8'));

/** For what waits for a model or a whole release. */
const PATIENTLY = { timeout: 90_000, interval: 500 };

interface Host {
  readonly url: string;
  stop(): Promise<void>;
}

/** nginx with our server alone, as an ordinary process. */
async function startNginx(server: string): Promise<Host> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'castwatch-nginx-'));
  mkdirSync(join(folder, 'logs'));
  const site = server.replace('127.0.0.1:8080', `127.0.0.1:${port}`).replace('/srv/castwatch/current', dist.replace(/\/$/, ''));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `load_module /usr/lib/nginx/modules/ngx_http_brotli_static_module.so;\nuser root;\ndaemon off; pid ${folder}/nginx.pid; error_log ${folder}/logs/error.log;\nevents {}\nhttp { access_log off; ${temporary}\n${site}\n}\n`,
  );
  const process_: ChildProcess = spawn('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'inherit'] });
  while (!(await answers(port))) {
    if (process_.exitCode !== null) throw new Error('nginx ended; see deploy/setup.sh');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: `http://localhost:${port}/`,
    async stop() {
      const gone = process_.exitCode !== null || new Promise((resolve) => process_.on('exit', resolve));
      process_.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

let host: Host;
let bare: Host;
let browser: Browser;
const manifest = JSON.parse(readFileSync(join(dist, 'models/manifest.json'), 'utf8')) as Manifest;

beforeAll(async () => {
  await compressBuild(dist.replace(/\/$/, ''));
  host = await startNginx(config);
  bare = await startNginx(config.replace(new RegExp(`^.*(${Object.keys(ISOLATION_HEADERS).join('|')}).*\n`, 'gm'), ''));
  browser = await chromium.launch(chromiumLaunchOptions());
}, 240_000);

afterAll(async () => {
  await browser.close();
  await host.stop();
  await bare.stop();
});

describe('nginx', () => {
  it('serves every file of the release with its bytes, type, encoding and headers, and 404s for the rest', async () => {
    const { record } = await readRelease(dist, { commit: null, kind: 'app' });
    const findings = await verify(host.url, record.files);
    expect(findings.flatMap(({ path, wrong }) => wrong.map((what) => `${path}: ${what}`))).toEqual([]);
    expect(new Set(record.files.map(({ path }) => fileClass(`/${path}`)))).toEqual(new Set(FILE_CLASSES));
    for (const path of ['quality', 'models', 'models/', 'assets/nothing.js', 'index.html.br', `models/${manifest.current}/none.json`]) {
      const response = await fetch(new URL(path, host.url));
      expect([path, response.status, response.headers.get('cache-control')]).toEqual([path, 404, null]);
    }
    expect((await fetch(host.url, { method: 'POST' })).status).toBe(405);
  });

  it('sends what CloudFront sends, class by class', async () => {
    const paths = { hashed: /src="\.\/(assets\/[^"]+)"/.exec(readFileSync(join(dist, 'index.html'), 'utf8'))![1]!, models: `models/${manifest.current}/boosting.onnx`, plain: 'index.html' };
    for (const name of FILE_CLASSES) {
      const path = paths[name];
      const { headers } = await fetch(new URL(path, host.url));
      const origin = { 'content-type': contentType(path), 'cache-control': cacheControl(`/${path}`) };
      const { 'strict-transport-security': overTls, ...expected } = responseHeaders(edge, POLICY_NAMES[name], origin);
      expect(overTls).toBe(securityHeaders({ tls: true })['Strict-Transport-Security']);
      expect(Object.fromEntries(Object.keys(expected).map((header) => [header, headers.get(header)]))).toEqual(expected);
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('vary')).toBe('Accept-Encoding');
    }
  });

  it('answers who does not take brotli with the file itself', async () => {
    const response = await fetch(new URL('app.webmanifest', host.url), { headers: { 'accept-encoding': 'identity' } });
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(Buffer.from(await response.arrayBuffer())).toEqual(readFileSync(join(dist, 'app.webmanifest')));
  });

  it.each([
    ['isolated', () => host, true],
    ['without COOP and COEP', () => bare, false],
  ] as const)('the app judges shots, breaks no policy, asks nobody else, and goes on when the host is gone: %s', async (_, where, isolated) => {
    const server = where();
    const context = await browser.newContext({ serviceWorkers: 'allow' });
    const page = await context.newPage();
    const findings: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') findings.push(message.text());
    });
    page.on('pageerror', (error) => findings.push(error.message));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (`${origin}/` !== server.url && protocol !== 'blob:' && protocol !== 'data:') findings.push(request.url());
    });
    await page.goto(`${server.url}#/settings`);
    await judges(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    // Everything is on the device: the panel of versions says so.
    await expect.poll(() => page.getByTestId('updates').getAttribute('data-offline'), PATIENTLY).toBe('true');
    expect(findings).toEqual([]);

    await server.stop();
    await expect(fetch(server.url)).rejects.toThrow();
    await page.reload();
    await judges(page);
    // The worker sends the headers of the signed release, whatever the host sent.
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await page.close();
    const another = await context.newPage();
    await another.goto(server.url);
    await judges(another);
    await context.close();
  }, 180_000);
});

/** The model of a page gives a verdict of the bundle in use. */
async function judges(page: Page): Promise<void> {
  const reference = JSON.parse(readFileSync(join(dist, `models/${manifest.current}/reference.json`), 'utf8')) as Reference;
  const features = Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, reference.products['1']!.golden_shot[i]!]));
  const predict = () => page.evaluate(async (input) => await window.castwatch!.predict({ features: input }), features);
  await expect.poll(() => predict().then(({ model_version }) => model_version).catch(() => null), PATIENTLY).toBe(manifest.current);
  expect(['normal', 'defect']).toContain((await predict()).prediction.class);
}
