/**
 * `npm run bench [-- --json FILE] [--quick]`: what the app costs, beside yardsticks measured in the same run.
 *
 * The built app and a page with the app's own modules (tests/bench) run in a real browser; torch and scikit-learn do the
 * same work in process (`castwatch_training.yardstick`). Only the ratios mean something on another machine.
 * `--quick` takes few runs of everything: it shows that the bench works, its figures mean little.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import type { Manifest } from '../src/domain/bundle.ts';
import { measureBackends } from './bench-webgpu.ts';
import { measureWhatIf } from './bench-what-if.ts';
import { coldStart, offlineReload, throttle } from './bench-start.ts';
import { BUILD_CONSTANTS } from './build-constants.ts';
import { chromiumLaunchOptions } from './chromium.ts';
import { firstVisit } from './first-visit.ts';
import { startPreview, type Preview } from './preview-server.ts';
import { compressBuild, sizeOf } from './wire-size.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const ROWS = 7535;
const THROTTLE = 4;
/** By then a page has stored its release and rehearsed its models. */
const AT_REST_MS = 10_000;

interface Yardstick {
  readonly single_pipeline_ms: number;
  readonly single_verdict_ms: number;
  readonly batch_pipeline_ms: number;
  readonly batch_verdict_ms: number;
}

interface Timings {
  readonly single: { readonly worker: number; readonly endToEnd: number };
  readonly batch: { readonly pipeline: number; readonly verdicts: number };
}

const { values: options } = parseArgs({ options: { json: { type: 'string' }, quick: { type: 'boolean', default: false } } });
const RUNS = options.quick
  ? { single: 100, batch: 2, heap: 1000, coldStarts: 1, file: 5000, files: 1, slider: 20, records: 50 }
  : { single: 2000, batch: 9, heap: 30_000, coldStarts: 7, file: 100_000, files: 5, slider: 200, records: 1000 };
const say = (text: string): void => void process.stderr.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'castwatch-bench-'));
const profile = await mkdtemp(join(tmpdir(), 'castwatch-bench-profile-'));
const browser = await chromium.launch(chromiumLaunchOptions());
const servers: Preview[] = [];
try {
  say('building ...');
  await build({ root, configFile: join(root, 'vite.config.ts'), logLevel: 'warn' });
  // Pages of the bench are no release: they are built without what makes one.
  await build({
    root: join(root, 'tests/bench'),
    configFile: false,
    publicDir: join(root, 'public'),
    base: './',
    define: BUILD_CONSTANTS,
    logLevel: 'warn',
    worker: { format: 'es' },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      rolldownOptions: { input: ['index', 'bare'].map((page) => join(root, `tests/bench/${page}.html`)) },
    },
  });
  say('compressing ...');
  const files = await compressBuild();
  const visited = new Set(await firstVisit());
  const wire = sizeOf(files.filter(({ path }) => visited.has(path)));
  await compressBuild(folder);
  const app = await startPreview({ port: 0 });
  const harness = await startPreview({ port: 0, folder });
  servers.push(app, harness);

  say('python yardstick ...');
  const python = await measurePython();
  say('cold start ...');
  const cold = await coldStart(browser, { app: app.url, harness: harness.url, runs: RUNS.coldStarts });
  say('reload without a server ...');
  const offline = await offlineReload(browser, { harness: harness.url, runs: RUNS.coldStarts });
  say('one shot, a batch ...');
  const { page, close } = await openHarness(harness);
  const timings = await measure(page);
  const heap = await page.evaluate((shots) => window.bench.heap(shots), RUNS.heap);
  say('explanations ...');
  const explained = await page.evaluate(() => window.bench.explanations());
  const whatIf = await measureWhatIf(await browser.newPage({ viewport: { width: 1280, height: 800 } }), app.url, RUNS.slider);
  say('both backends ...');
  const backends = await measureBackends(harness.url);
  say('records ...');
  const acknowledgement = await acknowledgements(harness);
  say('a tablet ...');
  const throttled = await throttledTimings(page);
  say(`a file of ${RUNS.file} rows ...`);
  const file = join(folder, 'shots.csv');
  const text = await page.evaluate((rows) => window.bench.csv(rows), RUNS.file);
  await writeFile(file, text);
  const parsed: number[] = [];
  const scored: { longestTask: number; ms: number }[] = [];
  // In turn, for a machine is not equally fast all the time.
  for (let run = 0; run < RUNS.files; run += 1) {
    parsed.push(await page.evaluate((csv) => window.bench.parse(csv, 3), text));
    scored.push(await scoreFile(app, file, 1));
  }
  await close();
  const papaparse = median(parsed);
  const fileMs = median(scored.map(({ ms }) => ms));
  say('cold start and the file on a tablet ...');
  const slowCold = await coldStart(browser, { app: app.url, harness: harness.url, runs: RUNS.coldStarts, factor: THROTTLE });
  const slowlyScored = await scoreFile(app, file, THROTTLE);

  const report = {
    single_shot: ratioOf('p50_ms', timings.single.worker, 'python_p50_ms', python.single_pipeline_ms),
    batch: ratioOf('ms', timings.batch.verdicts, 'python_ms', python.batch_verdict_ms),
    batch_pipeline: ratioOf('ms', timings.batch.pipeline, 'python_ms', python.batch_pipeline_ms),
    end_to_end_p50_ms: timings.single.endToEnd,
    cold_start: { ms: cold.app, runtime_ms: cold.bare, ratio: cold.app / cold.bare },
    offline_reload: { ms: offline.app, runtime_ms: offline.bare, ratio: offline.app / offline.bare },
    wire_bytes: wire.total,
    js_bytes: wire.javascript,
    wasm_heap_bytes: heap.after,
    heap_growth_bytes: heap.after - heap.before,
    longest_task_ms: Math.max(...scored.map(({ longestTask }) => longestTask)),
    file: { rows: RUNS.file, ms: fileMs, papaparse_ms: papaparse, ratio: fileMs / papaparse },
    explanation: { ...explained, ...whatIf },
    backends: backends.times,
    webgpu_adapter: backends.adapter,
    acknowledgement,
    throttled: {
      factor: THROTTLE,
      single_p50_ms: throttled.single.worker,
      end_to_end_p50_ms: throttled.single.endToEnd,
      batch_ms: throttled.batch.verdicts,
      cold_start_ms: slowCold.app,
      cold_start_runtime_ms: slowCold.bare,
      cold_start_ratio: slowCold.app / slowCold.bare,
      longest_task_ms: slowlyScored.longestTask,
      file_ms: slowlyScored.ms,
    },
  };
  print(report);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  await browser.close();
  await Promise.all(servers.map((server) => server.close()));
  for (const made of [folder, profile]) await rm(made, { recursive: true, force: true });
}

/** `{[name]: ours, [theirName]: theirs, ratio}`; the ratio says how many times faster ours is. */
function ratioOf<A extends string, B extends string>(name: A, ours: number, theirName: B, theirs: number) {
  return { [name]: ours, [theirName]: theirs, ratio: theirs / ours } as Record<A | B | 'ratio', number>;
}

async function measurePython(): Promise<Yardstick> {
  const interpreter = join(root, 'training/.venv/bin/python');
  if (!existsSync(interpreter)) throw new Error('training/.venv is missing; "npm run test:training" makes it');
  const manifest = JSON.parse(await readFile(join(root, 'public/models/manifest.json'), 'utf8')) as Manifest;
  const bundle = join(root, 'public/models', manifest.current);
  const { status, stdout, stderr } = spawnSync(interpreter, ['-m', 'castwatch_training.yardstick', bundle], {
    cwd: join(root, 'training'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the Python yardstick failed: ${stderr}`);
  return JSON.parse(stdout) as Yardstick;
}

async function openHarness(harness: Preview): Promise<{ page: Page; close: () => Promise<void> }> {
  const page = await browser.newPage();
  await page.goto(harness.url);
  await page.waitForFunction(() => 'bench' in window);
  await page.evaluate((rows) => window.bench.load(rows), ROWS);
  await page.waitForTimeout(AT_REST_MS);
  return { page, close: () => page.close() };
}

/** How long a record takes until it is acknowledged, against a bare strict transaction. On a disk: a private window keeps its storage in memory. */
async function acknowledgements(harness: Preview): Promise<Record<string, number>> {
  const context = await chromium.launchPersistentContext(profile, chromiumLaunchOptions());
  try {
    const page = await context.newPage();
    await page.goto(harness.url);
    await page.waitForFunction(() => 'bench' in window);
    const { journal, bare } = await page.evaluate((count) => window.bench.acknowledgement(count), RUNS.records);
    const at = (times: readonly number[], q: number): number => [...times].sort((a, b) => a - b)[Math.floor(q * times.length)] ?? NaN;
    return {
      p50_ms: at(journal, 0.5), p99_ms: at(journal, 0.99), bare_p50_ms: at(bare, 0.5), bare_p99_ms: at(bare, 0.99),
      ratio_p50: at(journal, 0.5) / at(bare, 0.5), ratio_p99: at(journal, 0.99) / at(bare, 0.99),
    };
  } finally {
    await context.close();
  }
}

async function measure(page: Page, runs = { single: RUNS.single, batch: RUNS.batch }): Promise<Timings> {
  return {
    single: await page.evaluate((count) => window.bench.single(count), runs.single),
    batch: await page.evaluate((count) => window.bench.batch(count), runs.batch),
  };
}

/**
 * The same under DevTools' CPU throttling, a stand-in for a tablet. It slows the page's own thread; whether it reaches
 * workers depends on the browser, so the figure inside the worker says it.
 */
async function throttledTimings(page: Page): Promise<Timings> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE });
  try {
    return await measure(page, { single: Math.min(RUNS.single, 300), batch: Math.min(RUNS.batch, 3) });
  } finally {
    await session.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    await session.detach();
  }
}

/**
 * A file is read, scored and shown on a page at rest: the longest task of the page's thread in milliseconds (0: none above 50), and the time
 * from the drop to the complete table.
 */
async function scoreFile(app: Preview, file: string, factor: number): Promise<{ longestTask: number; ms: number }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await throttle(page, factor);
  await page.goto(`${app.url}#/batch`);
  const input = page.locator('input[type="file"]');
  await input.waitFor({ state: 'attached', timeout: 60_000 });
  await page.waitForTimeout(AT_REST_MS);
  await page.evaluate(() => {
    const record = window as unknown as { longest: number; took: Promise<number> };
    record.longest = 0;
    record.took = new Promise((resolve) => {
      let dropped = 0;
      document.addEventListener('change', () => (dropped = performance.now()), { capture: true, once: true });
      const watcher = new MutationObserver(() => {
        if (document.querySelector('[data-testid="batch-summary"]') === null || document.querySelector('[role="table"] [data-open]') === null) return;
        watcher.disconnect();
        resolve(performance.now() - dropped);
      });
      watcher.observe(document.body, { childList: true, subtree: true });
    });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) record.longest = Math.max(record.longest, entry.duration);
    }).observe({ type: 'longtask' });
  });
  await input.setInputFiles(file);
  await page.locator('[data-testid="batch-summary"]').waitFor({ timeout: 300_000 });
  await page.waitForTimeout(1000);
  const outcome = await page.evaluate(async () => {
    const { longest, took } = window as unknown as { longest: number; took: Promise<number> };
    return { longestTask: longest, ms: await took };
  });
  await page.close();
  return outcome;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

function print(report: Record<string, unknown>): void {
  const rows: [string, string][] = [];
  for (const [name, value] of Object.entries(report)) {
    if (typeof value === 'string') rows.push([name, value]);
    else if (typeof value === 'number') rows.push([name, format(value)]);
    else for (const [key, part] of Object.entries(value as Record<string, number>)) rows.push([`${name}.${key}`, format(part)]);
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) console.log(`${name.padEnd(width)}  ${value.padStart(12)}`);
}

function format(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toPrecision(4);
}
