/** Both backends side by side, for `npm run bench`, on whatever adapter a browser finds. */
import { chromium } from '@playwright/test';
import { chromiumLaunchOptions } from './chromium.ts';

export interface BackendFigures {
  /** The adapter, and whether it computes on the processor; why there are no figures, where there are none. */
  readonly adapter: string;
  /** Median milliseconds by backend and work (shots, or a work of explanations), as `processor_512_ms` and `webgpu_attribution_ms`. */
  readonly times: Readonly<Record<string, number>>;
}

/** Measures in a browser of its own that may use WebGPU. `url` is the bench's page. */
export async function measureBackends(url: string): Promise<BackendFigures> {
  const { args, ...launch } = chromiumLaunchOptions();
  const browser = await chromium.launch({ ...launch, args: [...args, '--enable-unsafe-webgpu'] });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => 'bench' in window);
    await page.evaluate(() => window.bench.load(1));
    return await page.evaluate(() => window.bench.backends());
  } finally {
    await browser.close();
  }
}
