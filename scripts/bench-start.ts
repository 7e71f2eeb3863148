/** From a navigation to the first verdict, beside a page that only starts the run-time (tests/bench/bare.ts). */
import type { Browser, Page } from '@playwright/test';
import { startPreview } from './preview-server.ts';

/** Medians, milliseconds by the pages' own clocks. */
export interface StartTimes {
  readonly app: number;
  readonly bare: number;
}

interface StartOptions {
  /** Address of the bench's pages. */
  readonly harness: string;
  readonly runs: number;
  /** Slower by so much, as DevTools does it. */
  readonly factor?: number;
}

const INSTALL = { timeout: 120_000 };

/** First visits with nothing cached, the two pages in turn. */
export async function coldStart(browser: Browser, { app, harness, runs, factor = 1 }: StartOptions & { readonly app: string }): Promise<StartTimes> {
  const times = { app: [] as number[], bare: [] as number[] };
  for (let i = 0; i < runs; i += 1) {
    times.bare.push(await inFreshProfile(browser, `${harness}bare.html`, factor, bareReady));
    times.app.push(await inFreshProfile(browser, app, factor, firstVerdict));
  }
  return mediansOf(times);
}

/**
 * Reloads of an installed app whose server is gone, in turn with reloads of the bare page, whose files the browser's own cache holds. The service
 * worker runs already, as it does when a person reloads; both pages' run-times are compiled anew.
 */
export async function offlineReload(browser: Browser, { harness, runs, factor = 1 }: StartOptions): Promise<StartTimes> {
  const times = { app: [] as number[], bare: [] as number[] };
  for (let i = 0; i < runs; i += 1) {
    times.bare.push(
      await inFreshProfile(browser, `${harness}bare.html`, factor, async (page) => {
        await bareReady(page);
        await page.reload({ waitUntil: 'commit' });
        return bareReady(page);
      }),
    );
    const server = await startPreview({ port: 0 });
    times.app.push(
      await inFreshProfile(browser, `${server.url}#/settings`, factor, async (page) => {
        await page.locator('[data-testid=updates][data-offline=true]').waitFor(INSTALL);
        await page.evaluate(() => (location.hash = '#/line'));
        await server.close();
        await page.reload({ waitUntil: 'commit' });
        return firstVerdict(page);
      }),
    );
  }
  return mediansOf(times);
}

function mediansOf({ app, bare }: Readonly<Record<keyof StartTimes, readonly number[]>>): StartTimes {
  const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN;
  return { app: median(app), bare: median(bare) };
}

/** Slows a page down as DevTools does; 1 leaves it as it is. */
export async function throttle(page: Page, rate: number): Promise<void> {
  if (rate === 1) return;
  await (await page.context().newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate });
}

async function inFreshProfile(browser: Browser, url: string, factor: number, measureIn: (page: Page) => Promise<number>): Promise<number> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await throttle(page, factor);
    await page.goto(url, { waitUntil: 'commit' });
    return await measureIn(page);
  } finally {
    await context.close();
  }
}

/** The time that the page of the bare run-time took by its own clock. */
async function bareReady(page: Page): Promise<number> {
  // The page may not have run its script yet.
  await page.waitForFunction(() => window.ready !== undefined);
  return page.evaluate(async () => (await window.ready) ?? NaN);
}

/** Asks for a verdict from the first moment on until one comes that a model has made. */
function firstVerdict(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const features = { Process_Product_Type: 1 } as Record<string, number | null>;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const answer = await window.castwatch?.predict({ features }).catch((thrown: unknown) => {
        // The first answer names the fields; from then on the request is complete, its values missing.
        const { error } = thrown as { error: { params: { fields?: { name: string }[] } } };
        for (const { name } of error.params.fields ?? []) features[name] = null;
        return undefined;
      });
      if (answer?.latent_features) return performance.now();
    }
  });
}
