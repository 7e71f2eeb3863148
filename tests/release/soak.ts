/** Many shots through the whole app with the line view open: what grows would end a station that runs for months. */
import { readFileSync } from 'node:fs';
import { chromium, type Browser, type CDPSession, type Page } from '@playwright/test';
import { chromiumLaunchOptions } from '../../scripts/chromium.ts';
import type { Reference } from '../../src/domain/bundle.ts';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { catalogue } from '../../src/messages/catalogue.ts';
import { DemoRun } from '../../src/sources/demo/demo-run.ts';
import { Random } from '../../src/sources/demo/random.ts';
import { ReleaseHost } from './host.ts';
import { speakEnglish, visitFirst } from './station.ts';

/** The app has filled its bounded lists by then: the longest remembers 20,000 shots, a fifth of the whole soak. */
const WARM_SHARE = 0.2;
const FULL = 100_000;
const LOOKS = 8;
/**
 * Growth from the warm app to the end, page and workers each, in bytes: room for compiled code and tables that double. The ids alone of 80,000
 * shots, were they held, would take more than twice that.
 */
const HEAP_SLACK = 2e6;
/** The same for fewer shots, with which lists go on filling. */
const FILLING_SLACK = 4e6;
/** CPU time of one task of the page's thread. */
const TASK_MS = 50;
/** Shots before each look whose tasks are measured one by one. */
const TRACED = 300;
const POOL = 500;
/** By then the models are rehearsed and the second thread for files has begun. */
const AT_REST_MS = 10_000;

interface Look {
  readonly shots: number;
  /** JavaScript of the page, and of its workers together (the run-time's wasm heap is told apart), in bytes after a collection. */
  readonly heap: number;
  readonly workers: number;
  readonly wasm: number;
  readonly nodes: number;
  readonly listeners: number;
  readonly detached: number;
  readonly longestTaskCpuMs: number;
}

export async function soak(shots: number, note: (line: string) => void): Promise<{ passed: boolean; figures: Record<string, number> }> {
  const host = new ReleaseHost('dist');
  await host.start();
  const options = chromiumLaunchOptions();
  // Without the flag a look at the workers' memory waits for their next collection, which may take minutes.
  const browser = await chromium.launch({ ...options, args: [...options.args, '--enable-blink-features=ForceEagerMeasureMemory'] });
  try {
    const page = await browser.newPage();
    await speakEnglish(page);
    await visitFirst(page, host.url);
    const cdp = await page.context().newCDPSession(page);
    await prepare(page);
    await page.waitForTimeout(AT_REST_MS);
    const started = performance.now();
    const warm = Math.round(shots * WARM_SHARE);
    const before = await stretch(browser, page, cdp, { from: 0, to: warm }, note);
    const looks = [before];
    for (let n = 1; n <= LOOKS; n += 1) {
      const from = looks.at(-1)!.shots;
      looks.push(await stretch(browser, page, cdp, { from, to: warm + Math.round(((shots - warm) * n) / LOOKS) }, note));
    }
    const after = looks.at(-1)!;
    const longest = Math.max(...looks.map(({ longestTaskCpuMs }) => longestTaskCpuMs));
    const slack = shots >= FULL ? HEAP_SLACK : FILLING_SLACK;
    const flat = after.heap - before.heap < slack && after.workers - before.workers < slack && after.wasm === before.wasm;
    const settled = after.nodes <= before.nodes && after.listeners <= before.listeners && after.detached === 0;
    return {
      passed: flat && settled && longest <= TASK_MS,
      figures: { ...sideBySide(before, after), shots, longestTaskCpuMs: longest, ...(await page.evaluate(() => window.soak.wall)), seconds: Math.round((performance.now() - started) / 1000) },
    };
  } finally {
    await browser.close();
    await host.stop();
  }
}

declare global {
  interface Window {
    soak: {
      readonly pool: readonly Record<string, number | null>[];
      /** Tasks above 50 ms by the clock, which on a busy machine runs on while the page waits for a processor. */
      readonly wall: { longTasks: number; longestTaskMs: number; frames: number };
    };
  }
}

async function prepare(page: Page): Promise<void> {
  await page.evaluate((pool) => {
    const wall = { longTasks: 0, longestTaskMs: 0, frames: 0 };
    window.soak = { pool, wall };
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) [wall.longTasks, wall.longestTaskMs] = [wall.longTasks + 1, Math.max(wall.longestTaskMs, duration)];
    }).observe({ type: 'longtask' });
  }, drawn());
  // As text: the compiler that runs this file names inner functions through a helper that a page does not have.
  await page.evaluate('requestAnimationFrame(function frame() { window.soak.wall.frames += 1; requestAnimationFrame(frame); })');
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

/** Plays shots, the last of them with every task measured, and looks at what they left behind. */
async function stretch(browser: Browser, page: Page, cdp: CDPSession, { from, to }: { from: number; to: number }, note: (line: string) => void): Promise<Look> {
  const traced = Math.min(TRACED, to - from);
  await page.evaluate(() => (location.hash = '#/line'));
  await play(page, to - from - traced);
  await browser.startTracing(page, { categories: ['toplevel'] });
  await play(page, traced);
  const longestTaskCpuMs = longestTask(await browser.stopTracing());
  const result = { shots: to, ...(await look(page, cdp)), longestTaskCpuMs };
  note(JSON.stringify(result));
  return result;
}

/** Shots one after the other through the line, as fast as they are judged and kept; the screen draws beside it. */
async function play(page: Page, count: number): Promise<void> {
  await page.evaluate(async (n) => {
    const { pool } = window.soak;
    for (let i = 0; i < n; i += 1) await window.castwatch!.predict({ features: pool[i % pool.length]! });
  }, count);
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** CPU time in microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** CPU milliseconds of the longest task of a page's thread: collections count as well, of which the page's own observer hears nothing. */
function longestTask(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: readonly TraceEvent[] };
  const main = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid}/${tid}`));
  const tasks = traceEvents.filter(({ name, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && main.has(`${pid}/${tid}`));
  if (tasks.length === 0) throw new Error('the trace has no task of the page');
  return Math.round(tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1000);
}

async function look(page: Page, cdp: CDPSession): Promise<Omit<Look, 'shots' | 'longestTaskCpuMs'>> {
  const wasm = await wasmHeap(page);
  await page.evaluate(() => (location.hash = '#/line'));
  await page.waitForTimeout(2_000);
  const workers = await workerHeaps(page);
  await cdp.send('HeapProfiler.enable');
  for (let i = 0; i < 3; i += 1) await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = await cdp.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters');
  return { heap: usedSize, workers: workers - wasm, wasm, nodes, listeners: jsEventListeners, detached: await detached(cdp) };
}

/** Elements that no document has, but a script holds. Templates aside: of them the screen's elements are copied, each was never in a document. */
async function detached(cdp: CDPSession): Promise<number> {
  await cdp.send('DOM.enable');
  const { detachedNodes } = await cdp.send('DOM.getDetachedDomNodes');
  return detachedNodes.filter(({ treeNode: { nodeType, nodeName } }) => nodeType === 1 && nodeName !== 'TEMPLATE').length;
}

interface MeasuredMemory {
  readonly breakdown: readonly { readonly bytes: number; readonly attribution: readonly { readonly scope: string }[] }[];
}

/** What the page's workers hold, wasm included, after a collection. */
function workerHeaps(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const { breakdown } = await (performance as unknown as { measureUserAgentSpecificMemory(): Promise<MeasuredMemory> }).measureUserAgentSpecificMemory();
    return breakdown.filter(({ attribution }) => attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope')).reduce((sum, { bytes }) => sum + bytes, 0);
  });
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

/** The figures of the warm app beside those of the end. */
function sideBySide(before: Look, after: Look): Record<string, number> {
  const names = ['heap', 'workers', 'wasm', 'nodes', 'listeners', 'detached'] as const;
  return Object.fromEntries(names.flatMap((name) => [[`${name}Before`, before[name]], [`${name}After`, after[name]]]));
}
