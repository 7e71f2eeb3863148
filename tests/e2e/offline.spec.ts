/** The station without a network and through updates: everything works, nothing is mixed, nothing false is said. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test, type BrowserContext, type Page } from '@playwright/test';
import { writeRelease } from '../../scripts/release-manifest.ts';
import { ReleaseHost, ReleaseYard } from '../release/host.ts';
import { agreeToUpdate, falsifyModel, releaseOf, signModels, speakEnglish, takeUpdate, updatePanel, visitFirst } from '../release/station.ts';
import { manifest, text } from './support.ts';

test.use({ serviceWorkers: 'allow' });
test.describe.configure({ mode: 'serial', timeout: 180_000 });

const WAIT = { timeout: 60_000 };
const golden = JSON.parse(readFileSync(`public/models/${manifest.current}/golden.json`, 'utf8')) as {
  rows: { input: number[]; calibrated: number }[];
};
const names = (JSON.parse(readFileSync(`public/models/${manifest.current}/scaler.json`, 'utf8')) as { features: string[] }).features;

let yard: ReleaseYard;
let first = '';
let host: ReleaseHost;
let page: Page;

test.beforeAll(async () => {
  yard = new ReleaseYard('dist');
  first = await yard.make(1);
});
test.afterAll(() => yard.clear());

test.beforeEach(async ({ context }) => {
  host = new ReleaseHost(first);
  await host.start();
  page = await opened(context);
});
test.afterEach(() => host.stop());

async function opened(context: BrowserContext): Promise<Page> {
  const fresh = await context.newPage();
  await speakEnglish(fresh);
  return fresh;
}

/** The model of this page gives the golden answer; anything else is a wrong or no judgement. */
async function judges(): Promise<void> {
  const [row] = golden.rows.filter(({ input }) => input.every((value) => value !== null));
  const features = Object.fromEntries(names.map((name, i) => [name, row!.input[i]!]));
  const probability = () =>
    page.evaluate(async (input) => (await window.castwatch!.predict({ features: input })).prediction.probability, features).catch(() => null);
  // A shot far from anything seen is held, with its probability all the same.
  await expect.poll(probability, WAIT).toBeCloseTo(row!.calibrated, 10);
}

const panel = () => updatePanel(page);
const release = () => releaseOf(page);
const firstVisit = () => visitFirst(page, host.url);

test('with the server gone everything works: reload, a new window, every view and language, both bundles', async ({ context }) => {
  await firstVisit();
  await host.stop();
  await page.reload();
  await judges();
  await page.close();
  page = await opened(context);
  const failed: string[] = [];
  page.on('requestfailed', (request) => failed.push(request.url()));
  await page.goto(`${host.url}#/line`);
  await judges();
  for (const view of ['line', 'shot', 'batch', 'form', 'model', 'settings'] as const) {
    await page.goto(`${host.url}#/${view}`);
    await expect(page).toHaveTitle(text('nav.title', { view: text(`nav.${view}`) }));
    await expect(page.getByRole('heading').first()).toBeVisible();
  }
  for (const { id } of manifest.bundles) {
    const answered = await page.evaluate((path) => fetch(path).then(({ status }) => status), `models/${id}/boosting.onnx`);
    expect([id, answered]).toEqual([id, 200]);
  }
  expect(failed).toEqual([]);
  // IT gets everything in one file, without a connection.
  const saving = page.waitForEvent('download');
  await page.goto(`${host.url}#/model`);
  await page.getByRole('button', { name: text('model.diagnostics.export') }).click();
  const saved = JSON.parse(readFileSync(await (await saving).path(), 'utf8')) as { lines: { value: string }[]; releases: { yours: { app: number } } };
  expect(saved.releases.yours.app).toBe(1);
  expect(saved.lines.map(({ value }) => value)).toContain(text('model.station.signature.verified'));
});

test('stopped and emulated outages in both orders, with two updates in a row between them', async ({ context }) => {
  await firstVisit();
  await context.setOffline(true);
  await page.reload();
  await judges();
  await context.setOffline(false);
  for (const sequence of [2, 3]) {
    host.folder = await yard.make(sequence);
    await page.goto(`${host.url}#/settings`);
    await takeUpdate(page, sequence);
    if (sequence === 2) await host.stop();
    else await context.setOffline(true);
    await page.reload();
    expect(await release()).toBe(String(sequence));
    await judges();
    if (sequence === 2) await host.start();
  }
});

test('models come without an app: the app stays byte for byte', async () => {
  await firstVisit();
  const folder = await yard.make(1);
  // The same bundles under another number of the models' own manifest.
  const models = { ...manifest, sequence: manifest.sequence + 1 };
  signModels(folder, models);
  await writeRelease(folder, { modelsOnly: true });
  host.folder = folder;
  host.asked.length = 0;
  await takeUpdate(page, 1);
  expect(host.asked.filter((path) => path.startsWith('assets/') || path.endsWith('.onnx'))).toEqual([]);
  await expect(panel()).toContainText(String(models.sequence));
});

test('a release whose golden vectors do not come out is rolled back and remembered', async () => {
  await firstVisit();
  host.folder = await yard.make(2, (folder) => falsifyModel(folder));
  await agreeToUpdate(page);
  await expect(panel()).toContainText('rolled back', WAIT);
  expect(await release()).toBe('1');
  await judges();
  await page.getByRole('button', { name: text('updates.check') }).click();
  await expect(panel()).toContainText(text('updates.result.known_bad'), WAIT);
  // The journal has both: that it was rolled back, and that it was refused when it was offered again.
  await page.goto(`${host.url}#/model`);
  await expect(page.getByText(text('history.what.rolled_back')).first()).toBeVisible(WAIT);
  await expect(page.getByText(text('history.what.refused')).first()).toBeVisible(WAIT);
});

test('tampered releases are refused by name, and the one before goes on judging', async () => {
  await firstVisit();
  const next = await yard.make(2, (folder) => writeFileSync(`${folder}/assets/new-1.js`, 'export {};'));
  host.folder = next;
  const lies: readonly (readonly [string, ReleaseHost['tamper'], string])[] = [
    ['release.json', (_, content) => ({ body: Buffer.from(String(content).replace('"share":1', '"share":0')) }), text('updates.result.signature')],
    ['assets/new-1.js', () => ({ body: Buffer.from('export { };') }), text('updates.result.content')],
    ['assets/new-1.js', () => ({ type: 'text/html', body: Buffer.from('<!doctype html>') }), text('updates.result.content')],
    ['assets/new-1.js', () => ({ status: 404, body: Buffer.from('') }), text('updates.result.content')],
    ['index.html', (_, content) => ({ body: content!.subarray(0, 100), cut: true }), text('updates.result.offline')],
  ];
  for (const [file, tamper, says] of lies) {
    host.tamper = (path, content) => (path === file ? tamper(path, content) : null);
    await page.getByRole('button', { name: text('updates.check') }).click();
    await expect(panel()).toContainText(says, WAIT);
    await page.reload();
    expect(await release()).toBe('1');
    await judges();
  }
  host.tamper = () => null;
  await takeUpdate(page, 2);
});

test('storage lost while offline: the page says what is missing and judges nothing', async ({ context }) => {
  await firstVisit();
  const lose = (paths: readonly string[]) =>
    page.evaluate(async (wanted) => {
      for (const name of await caches.keys()) for (const path of wanted) await (await caches.open(name)).delete(new URL(path, location.href).href);
    }, paths);
  const model = `models/${manifest.current}/boosting.onnx`;
  await lose([model]);
  // The browser's own cache would still have it, and a verified repair from there is a good one.
  const browser = await context.newCDPSession(page);
  await browser.send('Network.clearBrowserCache');
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByTestId('updates')).toContainText(model, WAIT);
  await page.goto(`${host.url}#/line`);
  await expect(page.getByRole('alert')).toContainText('boosting.onnx', WAIT);
  const verdict = await page.evaluate(
    async (input) => (await window.castwatch!.predict({ features: input })).prediction.class,
    Object.fromEntries(names.map((name, i) => [name, golden.rows[0]!.input[i]!])),
  );
  expect(verdict).toBe('hold');
  await page.evaluate(async () => {
    for (const name of await caches.keys()) await caches.delete(name);
  });
  await browser.send('Network.clearBrowserCache');
  await page.reload();
  await expect(page.locator('body')).toContainText('index.html');
  await expect(page.locator('body')).toContainText(model);
  // The connection comes back, and so does the app, by itself.
  await context.setOffline(false);
  await expect(page.locator('#app')).toBeAttached(WAIT);
  await judges();
});
