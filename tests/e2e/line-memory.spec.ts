/** The line memory in the built app: what the inspections of a run say, after a reload too, and who has been right. */
import { expect, test, type Page } from '@playwright/test';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { madeBackup } from './made-record.ts';
import { drawShots, openReady, text } from './support.ts';

test.setTimeout(180_000);

/** Feeds made-up shots of the machine through the programmatic door. */
async function feed(page: Page, count: number): Promise<void> {
  const shots = drawShots(count, '1', 3).map((values) => Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, values[i]])));
  await page.evaluate(async (list) => {
    const { castwatch } = window as unknown as { castwatch: { predict(request: unknown): Promise<unknown> } };
    for (const features of list) await castwatch.predict({ features });
  }, shots);
}

test('a run without inspections shows what past runs were like', async ({ page }) => {
  await openReady(page);
  await feed(page, 3);
  const rate = page.getByTestId('run-rate');
  await expect(rate).toContainText(text('memory.none', { low: '1', high: '41' }));
  await expect(rate).toContainText('%');
});

// Known to fail: after a restore and a reload the run's labels do not come back on the line view (CHANGELOG, Known problems).
test.fixme('the record brings back the run rate and says who has been right', async ({ page }, info) => {
  await openReady(page);
  await page.goto('/#/quality');
  await expect(page.getByTestId('quality-sentence')).toBeVisible();
  await page.locator('input[type=file][accept=".zip"]').setInputFiles({ name: 'backup.zip', mimeType: 'application/zip', buffer: await madeBackup(6) });
  await page.getByRole('dialog').getByRole('button', { name: text('quality.restore') }).click();
  await expect(page.getByRole('status').filter({ hasText: /Restored/ })).toBeVisible({ timeout: 60_000 });
  await page.reload();
  await page.goto('/#/line');
  await expect(page.getByTestId('run-rate')).toContainText(/\d+ inspected/, { timeout: 30_000 });
  await expect(page.getByTestId('run-alarm')).toHaveCount(0);
  await page.screenshot({ path: info.outputPath('line.png') });
  await page.goto('/#/quality');
  // In the made-up record the model knows the defects: flagged parts are bad fifteen times as often.
  await expect(page.getByTestId('who-was-right')).toHaveText(text('memory.right.proven', { predictor: text('memory.predictor.field') }));
  await page.screenshot({ path: info.outputPath('quality.png'), fullPage: true });
});
