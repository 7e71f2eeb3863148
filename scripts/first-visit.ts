/** What a browser really asks for on a first visit, until the line view stands with the current bundle. */
import { chromium } from '@playwright/test';
import { chromiumLaunchOptions } from './chromium.ts';
import { startPreview } from './preview-server.ts';

/** Paths relative to `dist/`, each once, in the order of their requests. What the idle page fetches ahead afterwards is left out. */
export async function firstVisit(): Promise<readonly string[]> {
  const host = await startPreview({ port: 0 });
  const browser = await chromium.launch(chromiumLaunchOptions());
  try {
    // A service worker keeps the whole release for later; it fetches beside the visit.
    const context = await browser.newContext({ serviceWorkers: 'block' });
    const page = await context.newPage();
    await page.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector('#start-title')) return;
        performance.mark('line-stands');
        observer.disconnect();
      }).observe(document, { subtree: true, childList: true });
    });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(host.url);
    await page.locator('#start-title').waitFor({ timeout: 120_000 });
    const ahead = await page.evaluate(() => {
      const stands = performance.getEntriesByName('line-stands')[0]?.startTime ?? Infinity;
      return performance.getEntriesByType('resource').filter(({ startTime }) => startTime > stands).map(({ name }) => name);
    });
    const visited = asked.filter((url) => url.startsWith(host.url) && !ahead.includes(url));
    return [...new Set(visited.map((url) => new URL(url).pathname.slice(1) || 'index.html'))];
  } finally {
    await browser.close();
    await host.close();
  }
}
