/** What a newcomer does within the first minutes. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { csvFile, csvOf, drawShots, manifest, openReady, text } from './support.ts';

const verdictWords = [text('line.ok'), text('line.ng'), text('line.hold')];

test('a first visit says how far the download is and then offers three ways to begin', async ({ page }) => {
  await page.route('**/boosting.onnx', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await route.continue();
  });
  await page.addInitScript(() => localStorage.setItem('castwatch.settings', JSON.stringify({ language: 'en' })));
  await page.goto('/');
  await expect(page.getByText(/\d.* of .*(kB|MB)/)).toBeVisible();
  await expect(page.getByRole('heading', { name: text('line.empty.title') })).toBeVisible({ timeout: 45_000 });
  for (const door of ['line.empty.demo', 'line.empty.form', 'line.empty.batch'] as const) {
    await expect(page.getByText(text(door), { exact: true })).toBeVisible();
  }
});

test('the demo line brings verdicts shot by shot, is marked as such on every screen and stops when told', async ({ page }) => {
  await openReady(page);
  await page.getByText(text('line.empty.demo'), { exact: true }).click();
  const verdict = page.getByRole('status').first();
  await expect(verdict).toHaveText(new RegExp(verdictWords.join('|')));
  await expect(page.getByText(text('nav.demo'), { exact: true }).first()).toBeVisible();
  for (const view of ['form', 'batch', 'model', 'settings']) {
    await page.goto(`/#/${view}`);
    await expect(page.getByText(text('nav.demo'), { exact: true }).first()).toBeVisible();
  }
  await page.goto('/#/line');
  await page.getByRole('button', { name: text('line.demo.stop') }).click();
  const counts = page.getByRole('region', { name: text('line.counts.title') });
  const before = await counts.innerText();
  await page.waitForTimeout(2500);
  expect(await counts.innerText()).toBe(before);
  expect(Number(/\d+/.exec(before.replace(/\d+:\d+:\d+/, ''))?.[0])).toBeGreaterThan(0);
});

test('a lost sensor is a hold that names the sensor, never a good part', async ({ page }) => {
  await openReady(page);
  await page.getByText(text('line.empty.demo'), { exact: true }).click();
  await page.getByRole('button', { name: text('line.demo.open') }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(text('line.demo.sensor'), { exact: true }).selectOption('Sensor_Coolant_Temp');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('status').first()).toHaveText(text('line.hold'));
  await expect(page.getByText(new RegExp(text('feature.Sensor_Coolant_Temp'))).first()).toBeVisible();
});

test('a shot typed by hand is judged; a value outside the trained range is a hold that says so', async ({ page }) => {
  await openReady(page, { hash: '#/form' });
  const result = page.getByRole('region', { name: text('form.result') });
  await page.getByRole('button', { name: text('form.judge'), exact: true }).click();
  await expect(result).toContainText(new RegExp(`${text('line.ok')}|${text('line.ng')}`));

  const cycle = page.getByRole('textbox', { name: text('feature.Process_Cycle_Time') });
  await cycle.fill('219');
  await page.getByRole('button', { name: text('form.judge'), exact: true }).click();
  await expect(result).toContainText(text('line.hold'));
  await expect(result).toContainText('219');

  await cycle.fill('fast');
  await page.getByRole('button', { name: text('form.judge'), exact: true }).click();
  await expect(page.getByText(new RegExp(text('feature.Process_Cycle_Time'))).first()).toBeVisible();
  await expect(result).not.toContainText(text('line.ok'));
});

test('a file is scored whole: repeats marked, a bad row rejected by line and column, labels compared', async ({ page }) => {
  const shots = drawShots(300);
  shots.splice(10, 0, shots[9]!);
  const rows = csvOf(shots, (i) => i % 4 === 0).split('\n');
  rows[51] = rows[51]!.replace(/^[^,]+,[^,]+,[^,]+/, '1,50,fast');
  await openReady(page, { hash: '#/batch' });
  await page.locator('input[type=file]').setInputFiles(csvFile('shots.csv', rows.join('\n')));
  const summary = page.getByRole('region', { name: text('batch.files') });
  await expect(summary).toContainText('shots.csv', { timeout: 30_000 });
  const stat = (label: string) => summary.locator('dl > *, li').filter({ hasText: label }).first();
  await expect(stat(text('batch.summary.rows'))).toContainText('301');
  await expect(stat(text('batch.summary.repeats'))).toContainText('1');
  await expect(stat(text('batch.summary.rejected'))).toContainText('1');

  await page.getByRole('button', { name: text('batch.rejectedShow') }).click();
  const rejected = page.getByRole('dialog');
  await expect(rejected).toContainText('52');
  await expect(rejected).toContainText('Process_Velocity_1');
  await page.keyboard.press('Escape');

  await page.getByRole('tab', { name: text('batch.tab.labels') }).click();
  await expect(page.getByText(text('batch.labels.repeats', { count: 1 }))).toBeVisible();
  await expect(page.getByRole('tabpanel').locator('canvas').first()).toBeVisible();
});

test('the results come down as a CSV with one line a shot', async ({ page }) => {
  await openReady(page, { hash: '#/batch' });
  await page.locator('input[type=file]').setInputFiles(csvFile('=shots.csv', csvOf(drawShots(40, '2'))));
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: text('batch.download') }).click({ timeout: 30_000 });
  const chunks: Buffer[] = [];
  for await (const chunk of await (await download).createReadStream()) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks).toString('utf8');
  expect(content.charCodeAt(0)).toBe(0xfeff);
  const lines = content.trim().split(/\r?\n/);
  expect(lines).toHaveLength(41);
  expect(lines.slice(1).every((row) => !row.startsWith('='))).toBe(true);
});

for (const [what, content, says] of [
  ['a file of another process', 'time,pressure\n1,2\n', /./],
  ['a binary file', '\u0000\u0001\u0002\u0000PNG\u0000', /./],
  ['an empty file', '', /./],
] as const) {
  test(`${what} is refused with a reason, and the app goes on`, async ({ page }) => {
    await openReady(page, { hash: '#/batch' });
    await page.locator('input[type=file]').setInputFiles(csvFile('other.csv', content));
    const refusal = page.getByText(text('batch.fileErrors', { count: 1 }));
    await expect(refusal).toBeVisible();
    await expect(page.getByText('other.csv').first()).toHaveText(says);
    await page.locator('input[type=file]').setInputFiles(csvFile('good.csv', csvOf(drawShots(5))));
    await expect(page.getByRole('region', { name: text('batch.files') })).toContainText('good.csv');
  });
}

test('the other model is used once a person has agreed and its self-test has passed', async ({ page }) => {
  const other = manifest.bundles.find(({ id }) => id !== manifest.current)!;
  await openReady(page, { hash: '#/model' });
  await page.getByRole('button', { name: text('model.bundles.use') }).first().click();
  await page.getByRole('dialog').getByRole('button', { name: text('model.switch.confirm') }).click();
  await expect(page.getByText(text('model.switch.done', { id: other.id }))).toBeVisible({ timeout: 45_000 });
  await page.goto('/#/form');
  await page.getByRole('button', { name: text('form.judge'), exact: true }).click();
  await page.goto('/#/model');
  await expect(page.getByText(text('model.kind.legacyMeaning')).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('listitem').filter({ hasText: other.id }).getByText(text('model.bundles.inUse'))).toBeVisible({
    timeout: 45_000,
  });
});

test('a file is scored alike by one thread and by two', async ({ page }) => {
  const file = csvFile('shots.csv', csvOf([...drawShots(4000, '1'), ...drawShots(1500, '2', 2)]));
  const results = async (): Promise<string> => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: text('batch.download') }).click({ timeout: 30_000 });
    return readFileSync(await (await download).path(), 'utf8');
  };
  const second = page.context().waitForEvent('request', { predicate: (request) => request.url().includes('plain.worker'), timeout: 60_000 });
  await openReady(page, { hash: '#/batch' });
  await page.locator('input[type=file]').setInputFiles(file);
  const alone = await results();
  await second;
  // It proves itself before it is used.
  await page.waitForTimeout(3000);
  await page.getByText(text('batch.another'), { exact: true }).click();
  await page.locator('input[type=file]').setInputFiles(file);
  await expect(page.getByText(text('batch.another'), { exact: true })).toBeVisible({ timeout: 30_000 });
  expect(await results()).toBe(alone);
  expect(alone.split('\n').length).toBeGreaterThan(5500);
});
