/** Everybody can use it: no axe finding, the keyboard alone, all languages, all sizes. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import type { MessageKey } from '../../src/messages/catalogue.ts';

import { csvFile, csvOf, drawShots, openReady, text } from './support.ts';

const VIEWS = ['line', 'shot', 'batch', 'form', 'quality', 'model', 'settings'] as const;

/** A few shots on the line, so that every view has something to show. */
async function withShots(page: Page): Promise<void> {
  await page.getByText(text('line.empty.demo'), { exact: true }).click();
  await expect(page.getByRole('button', { name: text('line.demo.stop') })).toBeVisible();
  await page.waitForTimeout(2500);
  await page.getByRole('button', { name: text('line.demo.stop') }).click();
}

for (const theme of ['day', 'night'] as const) {
  test(`axe finds nothing in any view by ${theme}`, async ({ page }) => {
    test.setTimeout(180_000);
    await openReady(page, { theme });
    const findings: string[] = [];
    const check = async (view: string): Promise<void> => {
      await page.waitForTimeout(600);
      const { violations } = await new AxeBuilder({ page }).analyze();
      findings.push(...violations.map(({ id, nodes }) => `${view}: ${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`));
    };
    await check('first visit');
    await withShots(page);
    for (const view of VIEWS) {
      await page.goto(`/#/${view}`);
      if (view === 'batch') {
        await page.locator('input[type=file]').setInputFiles(csvFile('shots.csv', csvOf(drawShots(200), (i) => i % 5 === 0)));
        for (const tab of ['table', 'distribution', 'time', 'labels'] as const) {
          await page.getByRole('tab', { name: text(`batch.tab.${tab}`) }).click({ timeout: 30_000 });
          await check(`batch/${tab}`);
        }
      } else await check(view);
    }
    expect(findings).toEqual([]);
  });
}

test('the keyboard alone starts the demo line, reads a shot and judges one', async ({ page }) => {
  await openReady(page);
  const tabTo = async (isThere: () => Promise<boolean>): Promise<void> => {
    for (let i = 0; i < 80; i += 1) {
      await page.keyboard.press('Tab');
      if (await isThere()) return;
    }
    throw new Error('the keyboard never reached it');
  };
  const focusedText = (): Promise<string> => page.evaluate(() => (document.activeElement as HTMLElement | null)?.innerText ?? '');
  await tabTo(async () => (await focusedText()).startsWith(text('line.empty.demo')));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: text('line.demo.stop') })).toBeVisible();
  await tabTo(async () => (await focusedText()).trim() === text('nav.form'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: text('form.title') })).toBeVisible();
  await tabTo(async () => (await focusedText()).trim() === text('form.judge'));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: text('form.result') })).toContainText(
    new RegExp([text('line.ok'), text('line.ng'), text('line.hold')].join('|')),
  );
});

for (const language of ['ko', 'en', 'vi'] as const) {
  test(`every view speaks ${language}`, async ({ page }) => {
    await openReady(page, { language });
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    for (const view of VIEWS) {
      await page.goto(`/#/${view}`);
      await expect(page).toHaveTitle(text('nav.title', { view: text(`nav.${view}` as MessageKey, {}, language) }, language));
      const words = await page.locator('body').innerText();
      // A Korean word in another language, or a key in place of a text, is an untranslated one; the language switch names itself.
      if (language !== 'ko') expect(words.replaceAll(/한국어|한/g, '')).not.toMatch(/[\uac00-\ud7af]/);
      expect(words).not.toMatch(/\b(?:line|shot|batch|form|model|settings|common|feature)\.[a-z]+\.?[a-zA-Z]+\b/);
    }
  });
}

for (const size of [
  { width: 1280, height: 800 },
  { width: 800, height: 1280 },
  { width: 390, height: 844 },
]) {
  test(`nothing scrolls sideways at ${size.width} x ${size.height}`, async ({ page }) => {
    await page.setViewportSize(size);
    await openReady(page, { language: 'vi' });
    for (const view of VIEWS) {
      await page.goto(`/#/${view}`);
      await page.waitForTimeout(300);
      expect([view, await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)]).toEqual([view, true]);
    }
  });
}
