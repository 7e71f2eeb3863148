/** The line memory in the built app: what the inspections of a run say, after a reload too, and who has been right. */
import { expect, test, type Page } from '@playwright/test';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { madeBackup } from './made-record.ts';
import { drawShots, lineMemory, openReady, text } from './support.ts';

test.setTimeout(240_000);

/** Feeds made-up shots of the machine through the programmatic door. */
async function feed(page: Page, count: number): Promise<void> {
  const shots = drawShots(count, '1', 3).map((values) => Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, values[i]])));
  await page.evaluate(async (list) => {
    const { castwatch } = window as unknown as { castwatch: { predict(request: unknown): Promise<unknown> } };
    for (const features of list) await castwatch.predict({ features });
  }, shots);
}

/** Inspects the part that is asked for. */
async function inspectAsked(page: Page, defective: boolean): Promise<void> {
  const asked = page.getByTestId('asked');
  const shot = /shot (\d[\d,]*) \(/.exec((await asked.textContent()) ?? '')?.[1] ?? '?';
  await asked.getByRole('button', { name: text('inspect.open') }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading', { name: text('inspect.title', { shot }) })).toBeVisible();
  if (defective) {
    await dialog.getByRole('button', { name: text('inspect.cavity', { cavity: 1 }) }).click();
    await dialog.locator('.defects button').first().click();
  } else await dialog.getByRole('button', { name: text('inspect.good') }).click();
  await expect(dialog.getByRole('status').filter({ hasText: text(defective ? 'inspect.defective' : 'inspect.good') })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  // The next one is asked for, or none: never the same part twice.
  await expect(asked.filter({ hasText: new RegExp(`shot ${shot} \\(`) })).toHaveCount(0);
}

/** Restores a made-up record of six days and comes back to the app. */
async function restoreRecord(page: Page): Promise<void> {
  await openReady(page);
  await page.goto('/#/quality');
  await expect(page.getByTestId('quality-sentence')).toBeVisible();
  await page.locator('input[type=file][accept=".zip"]').setInputFiles({ name: 'backup.zip', mimeType: 'application/zip', buffer: await madeBackup(6) });
  await page.getByRole('dialog').getByRole('button', { name: text('quality.restore') }).click();
  await expect(page.getByRole('status').filter({ hasText: /Restored/ })).toBeVisible({ timeout: 60_000 });
  await page.reload();
}

test('a run without inspections shows what past runs were like', async ({ page }) => {
  await openReady(page);
  await feed(page, 3);
  const rate = page.getByTestId('run-rate');
  await expect(rate).toContainText(text('memory.none', { low: '1', high: '41' }));
  await expect(page.getByTestId('shown-by')).toHaveText(text('memory.shown', { predictor: text('memory.predictor.mixture'), labels: '0' }));
});

test('a demo run with four in ten defective: twenty inspections move the rate, and one alarm is raised, once', async ({ page }) => {
  page.setDefaultTimeout(30_000);
  await page.addInitScript(() => {
    localStorage.setItem('castwatch.settings', JSON.stringify({ language: 'en', theme: 'day', inspectionShare: 1 }));
  });
  await openReady(page);
  await page.getByRole('button', { name: text('line.empty.demo') }).click();
  const rate = page.getByTestId('run-rate');
  await expect(rate).toContainText(/No inspections yet/);
  const asked = page.getByTestId('asked');
  await expect(asked).toContainText(text('inspect.why.first'));
  const alarm = page.getByTestId('run-alarm');
  let raised = 0;
  for (let i = 0; i < 20; i++) {
    await expect(asked).toBeVisible({ timeout: 30_000 });
    await inspectAsked(page, i % 5 < 2);
    await expect(rate).toContainText(`${i + 1} inspected`);
    if ((await alarm.count()) === 0) continue;
    raised += 1;
    await alarm.getByRole('button', { name: text('memory.alarm.acknowledge') }).click();
    await expect(alarm).toHaveCount(0);
  }
  expect(raised).toBe(1);
  await expect(rate).toContainText(/3\d(\.\d)? ?%/);
  // Skipped is skipped, also after a reload, and the alarm that somebody has seen does not come back.
  await page.getByRole('button', { name: text('line.demo.stop') }).click();
  await page.reload();
  await expect(rate).toContainText('20 inspected', { timeout: 30_000 });
  await expect(alarm).toHaveCount(0);
  // A new run by hand leaves the rate behind.
  await page.getByRole('button', { name: text('history.event'), exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: text('history.event.new_run') }).click();
  await expect(rate).toContainText(/No inspections yet/);
  await page.goto('/#/quality');
  await page.getByRole('radio', { name: text('quality.stream.demo') }).check({ force: true });
  for (const event of ['run_alarm', 'run_alarm_seen', 'new_run'] as const) {
    await expect(page.getByRole('listitem').filter({ hasText: text(`quality.event.${event}`) })).toHaveCount(1);
  }
});

test('the record brings back the run rate, says who has been right, and what another choice has cost', async ({ page }) => {
  await restoreRecord(page);
  await page.goto('/#/line');
  await expect(page.getByTestId('run-rate')).toContainText(/\d+ inspected/, { timeout: 30_000 });
  await expect(page.getByTestId('run-alarm')).toHaveCount(0);
  await page.goto('/#/quality');
  // In the made-up record the model knows the defects: flagged parts are bad fifteen times as often.
  await expect(page.getByTestId('who-was-right')).toHaveText(text('memory.right.proven', { predictor: text('memory.predictor.field') }));
  const shown = page.getByLabel(text('memory.right.show'));
  await shown.selectOption({ label: text('memory.predictor.run_rate') });
  const cost = page.getByTestId('pinned-cost');
  await expect(cost).toContainText(/cost: -?0\.\d{3}/);
  await page.goto('/#/line');
  await feed(page, 1);
  await expect(page.getByTestId('shown-by')).toContainText(text('memory.predictor.run_rate'));
  // Its counter begins anew: a run without inspections, of which the run rate says what the bundle's prior says.
  await expect(page.getByTestId('probability')).toHaveText(`${Math.round(lineMemory.prior * 100)} %`);
  await page.goto('/#/quality');
  await shown.selectOption({ label: text('memory.predictor.mixture') });
  await expect(cost).toHaveCount(0);
});
