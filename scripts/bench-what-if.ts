/** How fast the probability follows a slider of the shot view, in the built app, for `npm run bench`. */
import type { Page } from '@playwright/test';

interface GoldenRow {
  readonly kind: string;
  readonly input: readonly (number | null)[];
}

/** Milliseconds from the slider's event to the new probability in the page, and to the frame that shows it. */
export interface WhatIfTimings {
  readonly what_if_page_p95_ms: number;
  readonly what_if_screen_p50_ms: number;
  readonly what_if_screen_p95_ms: number;
}

/** Moves a slider to and fro, one move a few frames. */
export async function measureWhatIf(page: Page, url: string, moves = 200): Promise<WhatIfTimings> {
  // The compiler that runs these scripts names functions through a helper that a page does not have.
  await page.addInitScript('globalThis.__name ??= (named) => named');
  await page.goto(url);
  await page.waitForFunction(() => window.castwatch !== undefined);
  await page.locator('.card').first().waitFor({ timeout: 60_000 });
  await page.evaluate(async () => {
    const json = async (path: string): Promise<unknown> => (await fetch(`models/${path}`)).json();
    const { current } = (await json('manifest.json')) as { current: string };
    const { features } = (await json(`${current}/scaler.json`)) as { features: string[] };
    const { rows } = (await json(`${current}/golden.json`)) as { rows: GoldenRow[] };
    const row = rows.find(({ kind }) => kind === 'typical');
    await window.castwatch?.predict({ features: Object.fromEntries(features.map((name, i) => [name, row?.input[i] ?? null])) });
    location.hash = '#/shot';
  });
  await page.locator('input[type="range"]').first().waitFor();
  await page.waitForTimeout(1000);
  return page.evaluate(async (count) => {
    const slider = document.querySelector<HTMLInputElement>('input[type="range"]');
    const outcomes = document.querySelector('[data-testid="what-if"]');
    if (!slider || !outcomes) throw new Error('the shot view has no what-if');
    const inPage: number[] = [];
    const onScreen: number[] = [];
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const task = (): Promise<void> =>
      new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve();
        port2.postMessage(null);
      });
    const [low, high] = [Number(slider.min), Number(slider.max)];
    for (let i = 0; i < count; i += 1) {
      await frame();
      const changed = new Promise<void>((resolve) => {
        const watch = (): string => outcomes.textContent;
        const before = watch();
        const observer = new MutationObserver(() => {
          if (watch() === before) return;
          observer.disconnect();
          resolve();
        });
        observer.observe(outcomes, { subtree: true, characterData: true, childList: true });
        // A move that changes no figure on the screen is not counted.
        setTimeout(() => {
          observer.disconnect();
          resolve();
        }, 250);
      });
      const started = performance.now();
      // Browsers deliver a drag just before they draw: a change made before the next task is in this very frame.
      let drawn = false;
      const thisFrame = task().then(() => {
        drawn = true;
      });
      slider.valueAsNumber = low + ((high - low) * (1 + ((i * 7) % 10))) / 11;
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      await changed;
      const there = performance.now() - started;
      if (there > 240) continue;
      if (drawn) await frame().then(task);
      else await thisFrame;
      inPage.push(there);
      onScreen.push(performance.now() - started);
    }
    const at = (times: number[], share: number): number => times.sort((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? NaN;
    return {
      what_if_page_p95_ms: at(inPage, 0.95),
      what_if_screen_p50_ms: at(onScreen, 0.5),
      what_if_screen_p95_ms: at(onScreen, 0.95),
    };
  }, moves);
}
