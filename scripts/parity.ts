/**
 * `npm run parity [-- --json FILE] [--bundle id] [--webgpu]`: the app in a real browser against a Python reference made in the same
 * run, for the golden vectors, every row of the data set (where it is found) and 20,000 off-sample rows: each as a part of a file (the plain engine)
 * and as a shot by itself (the run-time).
 *
 * The JSON has `{rows, max_dp, verdict_flips}` by set: `golden`, `data` and `off_sample` of the current bundle, and those of the
 * other bundles as `id/set`. With `--webgpu` the second backend computes, on whatever adapter the browser has: then a probability may differ by what the
 * bundle's proof allows (1e-5), and still no verdict. Exit status 1 when a probability differs by more than 1e-12 or a verdict differs, 2 when it could not be measured.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import type { Manifest } from '../src/domain/bundle.ts';
import type { SetName, SetResult } from '../tests/parity/sets.ts';
import { BUILD_CONSTANTS } from './build-constants.ts';
import { chromiumLaunchOptions } from './chromium.ts';
import { startPreview } from './preview-server.ts';

const TOLERANCE = 1e-12;
/** Of WebGPU: what `webgpu/proof.json` allows. */
const WEBGPU_TOLERANCE = 1e-5;

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}node_modules/.cache/castwatch-parity/`;
const python = `${root}training/.venv/bin/python`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { json: { type: 'string' }, bundle: { type: 'string' }, webgpu: { type: 'boolean', default: false } } });
  if (!existsSync(python)) {
    console.error(`${python} is not there: parity needs the Python of training/ (see its README).`);
    return 2;
  }
  await rm(folder, { recursive: true, force: true });
  await build({
    root: `${root}tests/parity`,
    configFile: false,
    publicDir: `${root}public`,
    base: './',
    define: BUILD_CONSTANTS,
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  });

  const manifest = JSON.parse(readFileSync(`${root}public/models/manifest.json`, 'utf8')) as Manifest;
  const bundles = manifest.bundles.map(({ id }) => id).filter((id) => values.bundle === undefined || id === values.bundle);
  const preview = await startPreview({ port: 0, folder });
  const launch = chromiumLaunchOptions();
  const browser = await chromium.launch(values.webgpu ? { ...launch, args: [...launch.args, '--enable-unsafe-webgpu'] } : launch);
  const results: Record<string, SetResult> = {};
  let agree = bundles.length > 0;
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => {
      console.error(error);
      agree = false;
    });
    await page.goto(preview.url);
    await page.waitForFunction(() => 'compare' in window);
    for (const bundle of bundles) {
      const sets = await reference(bundle);
      if (values.webgpu) {
        const started = await page.evaluate((id) => window.accelerate(id), bundle);
        if ('failure' in started) throw new Error(`${bundle}: no WebGPU: ${started.failure}`);
        console.log(`${bundle}  on ${started.adapter}`);
      }
      for (const name of sets) {
        const result = await page.evaluate(([id, set, singly]) => window.compare(id, set, singly), [bundle, name, !values.webgpu] as const);
        results[bundle === manifest.current ? name : `${bundle}/${name}`] = result;
        const good = result.max_dp <= (values.webgpu ? WEBGPU_TOLERANCE : TOLERANCE) && result.verdict_flips === 0;
        agree &&= good;
        console.log(
          `${bundle}  ${name.padEnd(10)}  ${String(result.rows).padStart(6)} rows  max |dp| ${result.max_dp.toExponential(1)}  ` +
            `${result.verdict_flips} verdicts differ  ${good ? 'ok' : 'FAILED'}`,
        );
      }
    }
  } finally {
    await browser.close();
    await preview.close();
  }
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
  return agree ? 0 : 1;
}

/** Makes a bundle's reference beside the page and returns the names of its sets. */
async function reference(bundle: string): Promise<SetName[]> {
  await mkdir(`${folder}reference`, { recursive: true });
  const args = ['tests/parity/reference.py', `public/models/${bundle}`, `${folder}reference`];
  const { status, stdout } = spawnSync(python, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (status !== 0) throw new Error(`the reference of ${bundle} failed`);
  return JSON.parse(stdout) as SetName[];
}

process.exit(
  await main().catch((thrown: unknown) => {
    console.error(thrown);
    return 2;
  }),
);
