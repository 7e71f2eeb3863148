/** What a browser really asks for on a first visit, until the line view stands with the current bundle. */
import { chromium, type Request } from '@playwright/test';
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
    const requests: Request[] = [];
    page.on('request', (request) => requests.push(request));
    await page.goto(host.url);
    await page.locator('#start-title').waitFor({ timeout: 120_000 });
    // What is under way is not in the page's list yet.
    const asked = [...requests];
    await Promise.all(asked.map(async (request) => (await request.response())?.finished()));
    const ahead = await page.evaluate(() => {
      const stands = performance.getEntriesByName('line-stands')[0]?.startTime ?? Infinity;
      return performance.getEntriesByType('resource').filter(({ startTime }) => startTime > stands).map(({ name }) => name);
    });
    const visited = asked.map((request) => request.url()).filter((url) => url.startsWith(host.url) && !ahead.includes(url));
    return [...new Set(visited.map((url) => new URL(url).pathname.slice(1) || 'index.html'))];
  } finally {
    await browser.close();
    await host.close();
  }
}
