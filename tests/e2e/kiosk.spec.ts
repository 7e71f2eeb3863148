/** The station: lock on the settings, accidental gestures, nobody there, a worker that hangs. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { drawShots, open, openReady, text } from './support.ts';

test('settings and the model are behind the PIN; the recovery code opens them too', async ({ page }) => {
  await openReady(page, { hash: '#/settings' });
  await page.getByRole('button', { name: text('kiosk.pin.set') }).click();
  await page.getByLabel(text('kiosk.pin.new', { least: 4, most: 8 })).fill('2468');
  await page.getByLabel(text('kiosk.pin.again')).fill('2468');
  await page.getByRole('button', { name: text('kiosk.pin.save') }).click();
  const code = await page.getByTestId('recovery-code').textContent();
  await page.getByRole('button', { name: text('kiosk.pin.written') }).click();

  await page.getByRole('button', { name: text('kiosk.pin.lockNow') }).click();
  await expect(page.getByText(text('settings.policy.kind'))).toBeHidden();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByLabel(text('kiosk.pin.enter')).fill('1111');
  await page.getByRole('button', { name: text('kiosk.pin.open') }).click();
  await expect(page.getByText(text('kiosk.pin.wrong'))).toBeVisible();

  await page.reload();
  await page.goto('/#/model');
  await expect(page.getByText(text('kiosk.pin.lockedModel'))).toBeVisible();
  // The list is the final one once the model in use is known.
  await expect(page.getByText(text('model.bundles.inUse'), { exact: true })).toBeVisible({ timeout: 45_000 });
  for (const button of await page.getByRole('button', { name: text('model.bundles.use') }).all()) await expect(button).toBeDisabled();

  await page.goto('/#/settings');
  await page.getByLabel(text('kiosk.pin.enter')).fill(code ?? '');
  await page.getByRole('button', { name: text('kiosk.pin.open') }).click();
  await expect(page.getByText(text('settings.policy.kind')).first()).toBeVisible();
});

test('a kiosk refuses the context menu and comes back to the line view when nobody is there', async ({ page }) => {
  await page.clock.install();
  await openReady(page, { hash: '#/settings' });
  const menuRefused = (): Promise<boolean> =>
    page.evaluate(() => {
      const event = new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
      return !document.querySelector('main')?.dispatchEvent(event);
    });
  expect(await menuRefused()).toBe(false);
  await page.getByLabel(text('kiosk.enabled')).check();
  expect(await menuRefused()).toBe(true);
  await page.clock.fastForward('05:30');
  await expect(page).toHaveURL(/#\/line$/);
});

test('a worker that hangs is replaced, and meanwhile the line view holds', async ({ page }) => {
  await openReady(page, { hash: '#/model' });
  // The line stands before the run-time does; the watchdog asks a worker that has started.
  await expect(page.getByText(text('model.state.ready'), { exact: true })).toBeVisible({ timeout: 45_000 });
  await page.goto('/#/line');
  const worker = page.workers().find((candidate) => candidate.url().includes('predict.worker'));
  // It never returns; the page has to notice by itself.
  void worker?.evaluate(() => {
    for (;;);
  }).catch(() => undefined);
  const word = page.locator('.block .word');
  await expect(word).toHaveText(text('line.hold'));
  await expect(word).toBeHidden({ timeout: 20_000 });
  const [shot = []] = drawShots(1);
  const features = Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, shot[i]]));
  const response = await page.evaluate((request) => window.castwatch!.predict(request), { features });
  expect(response.prediction.class).not.toBe('hold');
});

test('without a PIN nothing is locked', async ({ page }) => {
  await open(page, { hash: '#/settings' });
  await expect(page.getByText(text('kiosk.pin.none'))).toBeVisible();
});
