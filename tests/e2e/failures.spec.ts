/** A model that cannot be had or cannot be trusted: the screen says HOLD, why, and what to do. */
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import type { AppErrorCode } from '../../src/domain/app-error.ts';
import { catalogue } from '../../src/messages/catalogue.ts';
import { manifest, open, serveSigned } from './support.ts';

const bundle = `**/models/${manifest.current}`;
const read = (file: string): Buffer => readFileSync(`public/models/${manifest.current}/${file}`);

/** The words of an error before its first parameter, and what to do. */
async function expectFailure(page: Page, code: AppErrorCode): Promise<void> {
  const alert = page.getByRole('alert');
  await expect(alert).toBeVisible({ timeout: 45_000 });
  const words = catalogue[`error.${code}`].en.split(/\{\w+\}/).map((part) => part.trim()).filter(Boolean);
  for (const part of words) await expect(alert).toContainText(part);
  await expect(alert).toContainText(catalogue[`error.${code}.todo`].en);
}

test('offline', async ({ page }) => {
  await page.route('**/models/**', (route) => route.abort('internetdisconnected'));
  await open(page);
  await expectFailure(page, 'offline');
});

test('a file that the server does not have', async ({ page }) => {
  await page.route(`${bundle}/boosting.onnx`, (route) => route.fulfill({ status: 404, body: 'no', contentType: 'text/plain' }));
  await open(page);
  await expectFailure(page, 'file_missing');
  await expect(page.getByRole('alert')).toContainText('boosting.onnx');
});

test('a web page in place of a model', async ({ page }) => {
  const html = '<!doctype html><title>Sign in</title>';
  await page.route(`${bundle}/autoencoder.onnx`, (route) => route.fulfill({ body: html, contentType: 'text/html' }));
  await open(page);
  await expectFailure(page, 'html_instead');
});

test('a model with one flipped bit', async ({ page }) => {
  const damaged = Buffer.from(read('boosting.onnx'));
  damaged[damaged.length >> 1]! ^= 1;
  await page.route(`${bundle}/boosting.onnx`, (route) => route.fulfill({ body: damaged }));
  await open(page);
  await expectFailure(page, 'hash_mismatch');
});

test('a manifest that somebody changed', async ({ page }) => {
  const changed = JSON.stringify({ ...manifest, sequence: 999 });
  await page.route('**/models/manifest.json', (route) => route.fulfill({ body: changed, contentType: 'application/json' }));
  await open(page);
  await expectFailure(page, 'signature_invalid');
});

test('a bundle file in another form', async ({ page }) => {
  const scaler = JSON.parse(read('scaler.json').toString()) as Record<string, unknown>;
  await serveSigned(page, { 'scaler.json': Buffer.from(JSON.stringify({ ...scaler, clip: 'wide' })) });
  await open(page);
  await expectFailure(page, 'schema_invalid');
});

test('a model that gives other numbers than its golden vectors', async ({ page }) => {
  const scaler = JSON.parse(read('scaler.json').toString()) as { mean: number[] };
  scaler.mean[12]! += 5;
  await serveSigned(page, { 'scaler.json': Buffer.from(JSON.stringify(scaler)) });
  await open(page);
  await expectFailure(page, 'self_test_failed');
});

test('as long as no model is there every shot is a hold, and a second attempt can succeed', async ({ page }) => {
  await page.route(`${bundle}/boosting.onnx`, (route) => route.fulfill({ status: 404, body: 'no', contentType: 'text/plain' }));
  await open(page);
  await expectFailure(page, 'file_missing');
  const features = Object.fromEntries((JSON.parse(read('scaler.json').toString()) as { features: string[] }).features.map((name) => [name, 1]));
  const { prediction } = await page.evaluate((input) => window.castwatch!.predict({ features: input }), features);
  expect(prediction).toMatchObject({ class: 'hold', probability: null, reasons: [{ kind: 'unavailable' }] });
  await page.unroute(`${bundle}/boosting.onnx`);
  await page.getByRole('button', { name: catalogue['common.retry'].en }).click();
  await expect(page.getByRole('alert')).toBeHidden({ timeout: 45_000 });
});

test('a screen whose file cannot be fetched says so, and is there once the network is', async ({ page }) => {
  await page.route('**/assets/ModelView-*.js', (route) => route.abort('internetdisconnected'));
  await open(page, { hash: '#/model' });
  await expect(page.getByText(catalogue['load.viewFailed'].en)).toBeVisible({ timeout: 45_000 });
  await page.unroute('**/assets/ModelView-*.js');
  await page.getByRole('button', { name: catalogue['common.retry'].en }).first().click();
  // A browser may remember the failure as long as the page lives; then the app offers to open anew.
  const title = page.getByRole('heading', { name: catalogue['model.title'].en, exact: true });
  const reload = page.getByRole('button', { name: catalogue['load.reload'].en });
  await expect(title.or(reload)).toBeVisible();
  if (await reload.isVisible()) await reload.click();
  await expect(title).toBeVisible({ timeout: 45_000 });
});
