/** `npm run readme:picture`: the picture of the line view in README.md, taken from the built app with made-up shots. */
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { chromiumLaunchOptions } from './chromium.ts';
import { startPreview } from './preview-server.ts';
import { SCENES, settle } from './screenshot-scenes.ts';

const host = await startPreview({ port: 0 });
const browser = await chromium.launch(chromiumLaunchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  // The compiler that runs these scripts names functions through a helper that a page does not have.
  await page.addInitScript('globalThis.__name ??= (named) => named');
  await page.addInitScript(() => localStorage.setItem('castwatch.settings', JSON.stringify({ language: 'en', theme: 'day' })));
  await page.goto(host.url);
  await SCENES.find(({ name }) => name === 'line-ng')?.play(page);
  await settle(page);
  await page.screenshot({ path: fileURLToPath(new URL('../docs/figures/line-view.png', import.meta.url)) });
} finally {
  await browser.close();
  await host.close();
}
