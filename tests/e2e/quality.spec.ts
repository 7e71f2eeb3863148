/** The quality view on a real record: figures from inspections, exports, a backup restored elsewhere, the shift report. */
import { readFile } from 'node:fs/promises';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { madeBackup } from './made-record.ts';
import { drawShots, openReady, text } from './support.ts';

/** Records of weeks, files and restarts take their time on a busy machine. */
test.setTimeout(180_000);

const SHOTS = 20;

/** Feeds made-up shots of the machine through the programmatic door. */
async function feed(page: Page, count: number): Promise<void> {
  const shots = drawShots(count, '1', 3).map((values) => Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, values[i]])));
  await page.evaluate(async (list) => {
    const { castwatch } = window as unknown as { castwatch: { predict(request: unknown): Promise<unknown> } };
    for (const features of list) await castwatch.predict({ features });
  }, shots);
}

/** Restores a made-up record of some days. */
async function restoreMade(page: Page, days: number): Promise<void> {
  await page.goto('/#/quality');
  await page.locator('input[type=file][accept=".zip"]').setInputFiles({ name: 'backup.zip', mimeType: 'application/zip', buffer: await madeBackup(days) });
  await page.getByRole('dialog').getByRole('button', { name: text('quality.restore') }).click();
  await expect(page.getByRole('status').filter({ hasText: /Restored/ })).toBeVisible({ timeout: 60_000 });
}

async function download(page: Page, button: string): Promise<Record<string, Uint8Array>> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()]);
  return unzipSync(await readFile(await file.path()));
}

test('says that nothing is known without inspections, and takes the record out', async ({ page, browser, baseURL }) => {
  await openReady(page);
  await feed(page, SHOTS);
  await page.goto('/#/quality');
  await expect(page.getByTestId('quality-sentence')).toHaveText(text('quality.sentenceNone'));
  await expect(page.getByTestId('quality-figures')).toContainText(text('quality.unknown'));

  const csv = await download(page, text('quality.exportCsv'));
  const table = Object.entries(csv).find(([name]) => name.endsWith('.csv'));
  expect(new TextDecoder().decode(table?.[1]).trimEnd().split('\r\n')).toHaveLength(SHOTS + 1);

  const parquet = await download(page, text('quality.exportParquet'));
  expect(Object.keys(parquet).some((name) => /^shots\/line=line-1\/date=\d{4}-\d\d-\d\d\/part-.*\.parquet$/.test(name))).toBe(true);
  await page.getByRole('button', { name: text('quality.confirmYes') }).click();
  // Confirmed as stored: the next one begins behind it, with the confirmation itself.
  const next = await download(page, text('quality.exportParquet'));
  expect(Object.keys(next).filter((name) => name.endsWith('.parquet') && !name.startsWith('events/'))).toEqual([]);
  await page.getByRole('button', { name: text('quality.confirmNo') }).click();

  // The whole record on another tablet.
  const [backup] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: text('quality.backup') }).click()]);
  const path = await backup.path();
  const elsewhere = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const tablet = await elsewhere.newPage();
  await openReady(tablet, { hash: '#/quality' });
  const restore = async (file: { name: string; mimeType: string; buffer: Buffer } | string): Promise<void> => {
    await tablet.locator('input[type=file][accept=".zip"]').setInputFiles(file);
    await tablet.getByRole('dialog').getByRole('button', { name: text('quality.restore') }).click();
  };
  const bytes = await readFile(path);
  await restore({ name: 'damaged.zip', mimeType: 'application/zip', buffer: bytes.subarray(0, bytes.length - 100) });
  await expect(tablet.getByRole('alert')).toContainText(text('error.backup_invalid', { detail: '' }).slice(0, 12));
  await restore(path);
  await expect(tablet.getByRole('status').filter({ hasText: /Restored/ })).toBeVisible({ timeout: 30_000 });
  const restored = await (async () => {
    const [file] = await Promise.all([tablet.waitForEvent('download'), tablet.getByRole('button', { name: text('quality.exportCsv') }).click()]);
    return unzipSync(await readFile(await file.path()));
  })();
  const again = Object.entries(restored).find(([name]) => name.endsWith('.csv'));
  expect(new TextDecoder().decode(again?.[1]).trimEnd().split('\r\n')).toHaveLength(SHOTS + 1);
  // A tablet that has shots of a line keeps them.
  await restore(path);
  await expect(tablet.getByRole('alert')).toBeVisible();
  await elsewhere.close();
});

test('reports a shift on one page to print', async ({ page }) => {
  await openReady(page);
  await restoreMade(page, 2);
  await page.goto('/#/quality/report');
  const report = page.getByTestId('shift-report');
  await report.getByRole('button', { name: text('quality.shiftPrevious') }).click();
  await expect(report.getByRole('img')).toHaveAccessibleName(/Centre .* of 2 groups/, { timeout: 30_000 });
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('nav').first()).toBeHidden();
  await expect(report.getByRole('button', { name: text('quality.print') })).toBeHidden();
  const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: true });
  expect(pdf.toString('latin1').match(/\/Type\s*\/Page[^s]/g)).toHaveLength(1);
});

test('tells how good the verdicts were over weeks, with sample sizes, both models and the events', async ({ page }) => {
  await openReady(page);
  await restoreMade(page, 9);
  await page.getByRole('radio', { name: text('quality.period.month') }).check({ force: true });
  await expect(page.getByTestId('quality-sentence')).toHaveText(/\d+ inspected: of \d+ suspects \d+ were defective \(\d+ % \(\d+–\d+ %\)\)/, { timeout: 30_000 });
  const figures = page.getByTestId('quality-figures');
  await expect(figures).not.toContainText(text('quality.unknown'));
  await expect(page.getByRole('heading', { name: text('quality.comparison') })).toBeVisible();
  await expect(page.getByText(/Chance alone would give such a difference/)).toBeVisible();
  await expect(page.getByText(text('quality.event.die_change')).first()).toBeVisible();
  await expect(page.getByRole('img', { name: /Share of suspects by day/ })).toBeVisible();
});

for (const hash of ['#/quality', '#/quality/report']) {
  test(`has no accessibility fault in ${hash}`, async ({ page }) => {
    await openReady(page);
    await feed(page, 5);
    await page.goto(`/${hash}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(', ')}`)).toEqual([]);
  });
}
