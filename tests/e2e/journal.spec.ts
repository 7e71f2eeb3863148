/** The record of the line: it outlives the page, says what it holds, and is written by one window. */
import { expect, test, type Page } from '@playwright/test';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { drawShots, open, openReady, text } from './support.ts';

/** Shots of the machine through the programmatic door, numbered onwards from `from`. */
async function receive(page: Page, count: number, from = 100): Promise<void> {
  const shots = drawShots(count, '1', from).map((values, i) =>
    Object.fromEntries(FEATURE_NAMES.map((name, f) => [name, name === 'Process_Shot' ? from + i : values[f]!])),
  );
  await page.evaluate(async (all) => {
    for (const features of all) await window.castwatch!.predict({ features });
  }, shots);
}

const strip = (page: Page) => page.getByRole('listbox');
const counts = (page: Page) => page.getByRole('region', { name: text('line.counts.title') });

test('shots and counts survive a reload, and what was said then is not shown as current', async ({ page }) => {
  await openReady(page);
  await receive(page, 7);
  await expect(page.getByText(text('journal.kept'), { exact: true })).toBeVisible();
  await expect(strip(page).getByRole('option')).toHaveCount(7);
  const before = await counts(page).innerText();

  await page.reload();
  await expect(strip(page).getByRole('option')).toHaveCount(7, { timeout: 45_000 });
  await expect(page.getByRole('status').first()).toHaveText(text('line.waiting'));
  await expect(page.getByText(text('journal.kept'), { exact: true })).toBeVisible();
  expect(await counts(page).innerText()).toBe(before);

  await receive(page, 1, 107);
  await expect(page.getByRole('status').first()).not.toHaveText(text('line.waiting'));
  await expect(strip(page).getByRole('option')).toHaveCount(8);
  await expect(counts(page)).toContainText('8');
});

test('a second window reads and says so, and writes once the first is closed', async ({ page, context }) => {
  await openReady(page);
  await receive(page, 3);
  const second = await context.newPage();
  await open(second);
  await expect(second.getByText(text('error.journal_read_only'))).toBeVisible({ timeout: 45_000 });
  await expect(strip(second).getByRole('option')).toHaveCount(3, { timeout: 45_000 });

  await receive(second, 1, 200);
  await expect(second.getByText(text('journal.unrecorded', { count: 1 }), { exact: true })).toBeVisible();
  await page.close();
  await expect(second.getByText(text('error.journal_read_only'))).toBeHidden({ timeout: 15_000 });
  await expect(second.getByText(text('journal.kept'), { exact: true })).toBeVisible({ timeout: 15_000 });
});
