/** Many shots through the whole app with the line view open: what grows would end a station that runs for months. */
import { readFileSync } from 'node:fs';
import { chromium, type CDPSession, type Page } from '@playwright/test';
import { chromiumLaunchOptions } from '../../scripts/chromium.ts';
import type { Reference } from '../../src/domain/bundle.ts';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { catalogue } from '../../src/messages/catalogue.ts';
import { DemoRun } from '../../src/sources/demo/demo-run.ts';
import { Random } from '../../src/sources/demo/random.ts';
import { ReleaseHost } from './host.ts';
import { speakEnglish, visitFirst } from './station.ts';

/** The app has filled its bounded lists by then. */
const WARM_SHARE = 0.2;
const LOOKS = 8;
/** Room for what a collector leaves behind, and for code that was compiled on the way. */
const HEAP_SLACK = 8e6;
const POOL = 500;

interface Look {
  readonly shots: number;
  readonly heap: number;
  readonly nodes: number;
  readonly detached: number;
  readonly wasm: number;
}

export async function soak(shots: number, note: (line: string) => void): Promise<{ passed: boolean; figures: Record<string, number> }> {
  const host = new ReleaseHost('dist');
  await host.start();
  const browser = await chromium.launch(chromiumLaunchOptions());
  try {
    const page = await browser.newPage();
    await speakEnglish(page);
    await visitFirst(page, host.url);
    const cdp = await page.context().newCDPSession(page);
    await page.evaluate((pool) => {
      const kept = window as unknown as { soak: typeof pool; longest: number; long: number };
      [kept.soak, kept.longest, kept.long] = [pool, 0, 0];
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) [kept.longest, kept.long] = [Math.max(kept.longest, duration), kept.long + 1];
      }).observe({ type: 'longtask' });
    }, drawn());
    const warm = Math.round(shots * WARM_SHARE);
    await play(page, warm);
    const before = await look(page, cdp, warm, note);
    let after = before;
    for (let n = 1; n <= LOOKS; n += 1) {
      const upTo = warm + Math.round(((shots - warm) * n) / LOOKS);
      await play(page, upTo - after.shots);
      after = await look(page, cdp, upTo, note);
    }
    const { longest, long } = await page.evaluate(() => {
      const kept = window as unknown as { longest: number; long: number };
      return { longest: kept.longest, long: kept.long };
    });
    const figures = {
      shots,
      heapBefore: before.heap,
      heapAfter: after.heap,
      wasmBefore: before.wasm,
      wasmAfter: after.wasm,
      nodesBefore: before.nodes,
      nodesAfter: after.nodes,
      detached: after.detached,
      longTasks: long,
      longestTaskMs: Math.round(longest),
    };
    const flat = after.heap - before.heap < HEAP_SLACK && after.wasm === before.wasm && after.detached === 0;
    return { passed: flat, figures };
  } finally {
    await browser.close();
    await host.stop();
  }
}

/** Shots of the bundle's description, some of which drift or have lost a value, so that every verdict comes up. */
function drawn(): Record<string, number | null>[] {
  const { current } = JSON.parse(readFileSync('dist/models/manifest.json', 'utf8')) as { current: string };
  const reference = JSON.parse(readFileSync(`dist/models/${current}/reference.json`, 'utf8')) as Reference;
  const run = new DemoRun(Object.values(reference.products)[0]!, new Random(1));
  return Array.from({ length: POOL }, (_, n) => {
    const values = run.next({ drifts: new Map(), lost: new Set() });
    return Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, n % 25 === 0 && i === 10 ? null : n % 10 === 0 && i === 12 ? values[i]! * 3 : values[i]!]));
  });
}

/** Shots one after the other through the line, as fast as they are judged, with the line view open. */
async function play(page: Page, count: number): Promise<void> {
  await page.evaluate(async (n) => {
    location.hash = '#/line';
    const { soak } = window as unknown as { soak: Record<string, number | null>[] };
    for (let i = 0; i < n; i += 1) {
      await window.castwatch!.predict({ features: soak[i % soak.length]! });
      // The screen gets its turn with every shot.
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }, count);
}

async function look(page: Page, cdp: CDPSession, shots: number, note: (line: string) => void): Promise<Look> {
  const wasm = await wasmHeap(page);
  await page.evaluate(() => (location.hash = '#/line'));
  await page.waitForTimeout(2_000);
  await cdp.send('HeapProfiler.enable');
  for (let i = 0; i < 3; i += 1) await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const { nodes } = await cdp.send('Memory.getDOMCounters');
  const result = { shots, heap: usedSize, nodes, detached: await detached(cdp), wasm };
  note(JSON.stringify(result));
  return result;
}

/** Trees of nodes that no document has, but a script holds. */
async function detached(cdp: CDPSession): Promise<number> {
  await cdp.send('DOM.enable');
  const { detachedNodes } = await cdp.send('DOM.getDetachedDomNodes');
  return detachedNodes.length;
}

/** The run-time's memory, from the file that the diagnostics save. */
async function wasmHeap(page: Page): Promise<number> {
  await page.evaluate(() => (location.hash = '#/model'));
  await page.getByText(catalogue['model.diagnostics.modelHeap'].en).waitFor();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: catalogue['model.diagnostics.export'].en }).click();
  const { inference } = JSON.parse(readFileSync(await (await saving).path(), 'utf8')) as { inference: { heapBytes: number } };
  return inference.heapBytes;
}
