/** The record of the line: it outlives the page, says what it holds, and is written by one window. */
import AxeBuilder from '@axe-core/playwright';
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

/** Nobody is asked for anything: the button inspects the latest shot. */
async function withoutRequests(page: Page, language = 'en'): Promise<void> {
  await page.addInitScript((settings) => {
    localStorage.setItem('castwatch.settings', settings);
  }, JSON.stringify({ language, theme: 'day', inspectionShare: 0 }));
}

const strip = (page: Page) => page.getByRole('listbox');
const counts = (page: Page) => page.getByRole('region', { name: text('line.counts.title') });

test('shots and counts survive a reload, and what was said then is not shown as current', async ({ page }) => {
  await openReady(page);
  await receive(page, 7);
  await expect(page.getByText(text('journal.kept'), { exact: true })).toBeVisible();
  await expect(strip(page).getByRole('option')).toHaveCount(7);
  const countsOnly = (): Promise<string> => counts(page).locator('dl').innerText();
  const before = await countsOnly();

  await page.reload();
  await expect(strip(page).getByRole('option')).toHaveCount(7, { timeout: 45_000 });
  await expect(page.getByRole('status').first()).toHaveText(text('line.waiting'));
  await expect(page.getByText(text('journal.kept'), { exact: true })).toBeVisible();
  expect(await countsOnly()).toEqual(before);

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

test('an inspection is two taps, can be taken back and corrected, and nothing of it is overwritten', async ({ page }) => {
  await withoutRequests(page);
  await openReady(page);
  await receive(page, 2);
  await page.getByRole('button', { name: text('inspect.open') }).last().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: text('inspect.cavity', { cavity: 2 }) }).click();
  await dialog.getByRole('button', { name: text('defect.Bubble'), exact: true }).click();
  const bubble = text('inspect.finding', { defect: text('defect.Bubble'), cavity: 2 });
  await expect(dialog.getByRole('status')).toContainText(bubble);

  await dialog.getByRole('button', { name: text('inspect.undo') }).click();
  await expect(dialog.getByRole('status')).toBeHidden();
  await page.evaluate(() => {
    for (const key of [...'DC-00412', 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  });
  await expect(dialog.getByLabel(text('inspect.part'))).toHaveValue('DC-00412');
  await dialog.getByRole('button', { name: text('inspect.good'), exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText(text('inspect.good'));
  await page.keyboard.press('Escape');

  await page.goto('/#/history');
  await page.getByLabel(text('history.part')).fill('DC-00412');
  await expect(page.locator('main tbody tr')).toHaveCount(1);
  await page.locator('main tbody a').click();
  const trail = page.getByRole('list', { name: text('inspect.trail') });
  await expect(trail.getByRole('listitem')).toHaveCount(3, { timeout: 15_000 });
  await expect(trail).toContainText(bubble);
  await expect(trail).toContainText(text('inspect.withdrawn'));
  await expect(trail).toContainText('DC-00412');
});

test('an event stands beside the shots, and the history opens a past shot after a reload', async ({ page }) => {
  await openReady(page);
  await receive(page, 3);
  await page.getByRole('button', { name: text('history.event'), exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: text('history.event.die_change') }).click();
  await expect(page.getByText(text('history.event.saved'))).toBeVisible();
  await receive(page, 1, 103);
  await expect(strip(page).getByRole('option').last()).toHaveAccessibleName(new RegExp(`^${text('history.event.die_change')}`));

  await page.reload();
  await expect(strip(page)).toBeVisible({ timeout: 45_000 });
  await page.goto('/#/history');
  await expect(page.locator('main tbody tr').filter({ hasText: text('history.event.die_change') })).toHaveCount(1);
  await expect(page.locator('main tbody a')).toHaveCount(4);
  await page.locator('main tbody a').last().click();
  await expect(page.getByText(text('history.past'))).toBeVisible();
  await page.getByRole('button', { name: text('shot.next') }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('101');
});

test('space that is almost used up is said before a record is refused, and not any more once there is room', async ({ page }) => {
  test.setTimeout(150_000);
  const session = await page.context().newCDPSession(page);
  await page.goto('/icon.svg');
  const { origin } = new URL(page.url());
  // Room for the record's file in use and the next one, and not for the one behind; the browser itself goes on promising much.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 22 << 20 });
  await openReady(page, { language: 'ko' });
  const notice = page.getByText(text('journal.alarm.quota_critical', {}, 'ko'));
  await expect(notice.first()).toBeVisible({ timeout: 45_000 });
  await receive(page, 2);
  await expect(page.getByText(text('journal.kept', {}, 'ko'), { exact: true })).toBeVisible();
  await page.getByRole('link', { name: text('journal.toRecords', {}, 'ko') }).click();
  await expect(page.getByTestId('records')).toContainText(text('settings.records.cramped', {}, 'ko'));
  await session.send('Storage.overrideQuotaForOrigin', { origin });
  await expect(page.getByTestId('records')).not.toContainText(text('settings.records.cramped', {}, 'ko'), { timeout: 80_000 });
});

test('beyond the first parts of a run the settable share of parts is asked for, and says why; an answer is recorded and frees the screen', async ({ page }) => {
  test.setTimeout(150_000);
  await page.addInitScript((settings) => {
    localStorage.setItem('castwatch.settings', settings);
  }, JSON.stringify({ language: 'en', theme: 'day', inspectionShare: 0.5 }));
  await openReady(page);
  await receive(page, 10);
  const asked = page.getByTestId('asked');
  for (let i = 0; i < 10; i += 1) {
    await expect(asked).toContainText(text('inspect.why.first'));
    const line = await asked.innerText();
    await asked.getByRole('button', { name: text('inspect.skip') }).click();
    await expect.poll(async () => ((await asked.count()) === 0 ? '' : asked.innerText())).not.toBe(line);
  }
  await expect(asked).toHaveCount(0);
  await receive(page, 12, 110);
  await expect(asked).toContainText(new RegExp(`${text('inspect.why.regular')}|${text('inspect.why.riskiest')}`));
  const number = /\d[\d,]*/.exec((await asked.locator('strong').textContent()) ?? '')?.[0] ?? '?';
  await asked.getByRole('button', { name: text('inspect.open') }).click();
  await page.getByRole('dialog').getByLabel(text('inspect.part')).fill('ASKED-1');
  await page.getByRole('dialog').getByRole('button', { name: text('inspect.good'), exact: true }).click();
  await expect(page.getByRole('dialog').getByRole('status')).toContainText(text('inspect.good'));
  await page.keyboard.press('Escape');
  await expect(asked.filter({ hasText: new RegExp(`shot ${number} \\(`) })).toHaveCount(0);
  await page.goto('/#/history');
  await page.getByLabel(text('history.part')).fill('ASKED-1');
  await expect(page.locator('main tbody tr')).toHaveCount(1);
});

for (const language of ['ko', 'en'] as const) {
  test(`axe finds nothing in the history and the inspection in ${language}`, async ({ page }) => {
    await withoutRequests(page, language);
    await openReady(page, { language });
    await receive(page, 3);
    await page.getByRole('button', { name: text('inspect.open', {}, language) }).last().click();
    await page.getByRole('dialog').getByRole('button', { name: text('inspect.cavity', { cavity: 1 }, language) }).click();
    const found: string[] = [];
    const check = async (): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).analyze();
      found.push(...violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`));
    };
    await check();
    await page.keyboard.press('Escape');
    await page.goto('/#/history');
    await expect(page.locator('main tbody tr').first()).toBeVisible();
    await check();
    expect(found).toEqual([]);
  });
}
