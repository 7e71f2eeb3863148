import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { startPreview, type Preview } from '../../scripts/preview-server.ts';
import type { Manifest, Reference } from '../../src/domain/bundle.ts';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';

const manifest = JSON.parse(readFileSync('public/models/manifest.json', 'utf8')) as Manifest;
const reference = JSON.parse(readFileSync(`public/models/${manifest.current}/reference.json`, 'utf8')) as Reference;
const golden = reference.products['1']!.golden_shot;
const features = Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, golden[i]!]));

/** What a strict page must never show: violations of the policy, requests to others, errors. */
function watch(page: Page, origin: string): string[] {
  const findings: string[] = [];
  page.on('console', (message) => {
    // The browser's own remark when a page asks for a graphics adapter where there is none.
    if (message.text() === 'No available adapters.') return;
    if (message.type() === 'error' || message.type() === 'warning') findings.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => findings.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== 'blob:' && protocol !== 'data:') findings.push(`request: ${request.url()}`);
  });
  return findings;
}

/** Waits for the model and asks for a verdict as a program would. */
async function predict(page: Page) {
  await expect
    .poll(() => page.evaluate(async (input) => (await window.castwatch!.predict({ features: input })).model_version, features), {
      timeout: 40_000,
    })
    .toBe(manifest.current);
  return page.evaluate((input) => window.castwatch!.predict({ features: input }), features);
}

test.use({ serviceWorkers: 'allow' });

for (const isolated of [true, false]) {
  test.describe(isolated ? 'on a host that isolates the page' : 'on a host that does not', () => {
    let host: Preview;
    test.beforeAll(async () => {
      host = await startPreview({ port: 0, isolated });
    });
    test.afterAll(() => host.close());

    test('the app judges shots, asks nobody else and keeps to its security policy', async ({ page }) => {
      const findings = watch(page, new URL(host.url).origin);
      await page.goto(host.url);
      const { prediction, latent_features } = await predict(page);
      expect(['normal', 'defect']).toContain(prediction.class);
      expect(latent_features).toHaveLength(12);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
      expect(findings).toEqual([]);
    });
  });
}

test('the security policy is in force: no inline script runs and no other host is asked', async ({ page }) => {
  await page.goto('/');
  const outcome = await page.evaluate(async () => {
    const violated: string[] = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => violated.push(effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    const image = new Image();
    image.src = 'http://other.invalid/pixel.png';
    await fetch('http://other.invalid/').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { injected: 'injected' in window, violated: violated.sort() };
  });
  expect(outcome).toEqual({ injected: false, violated: ['connect-src', 'img-src', 'script-src-elem'] });
});

test('a file that is not there is a 404, never the page in its place', async ({ request }) => {
  for (const path of ['models/field-9.9.9/scaler.json', 'assets/nothing.js', 'quality', '..%2fpackage.json', 'models/']) {
    const response = await request.get(`/${path}`);
    expect([path, response.status(), response.headers()['content-type']]).toEqual([path, 404, 'text/plain; charset=utf-8']);
  }
});

test('files come compressed, typed and cached for as long as their name stands for them', async ({ request }) => {
  const page = await request.get('/');
  expect(page.headers()).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? '';
  const asset = await request.get(`/${script}`);
  expect(asset.headers()).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  expect((await request.get('/models/manifest.json')).headers()['cache-control']).toBe('no-cache');
  expect((await request.get(`/models/${manifest.current}/boosting.onnx`)).headers()['cache-control']).toContain('immutable');
  const { etag } = page.headers();
  expect((await request.get('/', { headers: { 'if-none-match': etag ?? '' } })).status()).toBe(304);
});

test('the built page has no inline script or style', async ({ request }) => {
  const html = await (await request.get('/')).text();
  expect(html).not.toMatch(/<style|style=|<script(?![^>]*\bsrc=)|javascript:/i);
});

test('a program gets every bad field named, and the app goes on', async ({ page }) => {
  await page.goto('/');
  await predict(page);
  const failure = await page.evaluate(async (input) => {
    const { Process_Shot: _absent, ...rest } = input;
    const request = { features: { ...rest, Process_Spray_Time: 'nine', Sensor_Air_Pressure: {} } };
    return window.castwatch!.predict(request).catch((thrown: unknown) => (thrown as { error: unknown }).error);
  }, features);
  expect(failure).toMatchObject({
    code: 'shot_invalid',
    params: {
      fields: [
        { name: 'Process_Shot', problem: 'absent' },
        { name: 'Process_Spray_Time', problem: 'not_a_number' },
        { name: 'Sensor_Air_Pressure', problem: 'not_a_number' },
      ],
    },
  });
  await predict(page);
});
