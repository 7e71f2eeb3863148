/**
 * `npm run release-proof [-- --short] [acts...]`: updates under attack, under SIGKILL, and with models that lie. Acts: tamper,
 * models, kill, golden, upgrade, soak. The built app must be in `dist/` for the last three.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { chromiumLaunchOptions } from '../../scripts/chromium.ts';
import { startPreview } from '../../scripts/preview-server.ts';
import { killRounds } from './kill.ts';
import { mutateModels } from './mutated-models.ts';
import { soak } from './soak.ts';
import { rollbacks, upgrades } from './station.ts';

interface Outcome {
  readonly passed: boolean;
  readonly figures: Readonly<Record<string, unknown>>;
}

const args = process.argv.slice(2);
const short = args.includes('--short');
const wanted = args.filter((arg) => !arg.startsWith('-'));
const note = (line: string): void => console.log(`  ${line}`);

async function tamper(limit: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'castwatch-tamper-'));
  await build({
    configFile: false,
    root: fileURLToPath(new URL('./page', import.meta.url)),
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', reportCompressedSize: false },
    logLevel: 'error',
  });
  const preview = await startPreview({ port: 0, folder });
  const browser = await chromium.launch(chromiumLaunchOptions());
  try {
    const page = await browser.newPage();
    await page.goto(preview.url);
    await page.waitForFunction(() => 'tamper' in window);
    const { accepted, harmed, ...report } = await page.evaluate((count) => window.tamper(count), limit);
    for (const name of [...accepted, ...harmed]) note(`accepted or harmed: ${name}`);
    const passed = accepted.length === 0 && harmed.length === 0 && report.honestTaken && report.offered >= Math.min(limit, 500);
    return { passed, figures: { ...report, accepted: accepted.length, harmed: harmed.length } };
  } finally {
    await browser.close();
    await preview.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const ACTS: Readonly<Record<string, () => Promise<Outcome>>> = {
  tamper: () => tamper(short ? 120 : 100_000),
  models: () => mutateModels(short ? 100 : 1000),
  kill: () => killRounds(short ? 4 : 100, note),
  golden: () => rollbacks(short ? 1 : 20, note),
  upgrade: () => upgrades(3, note),
  soak: () => soak(short ? 1000 : 100_000, note),
};
/** The end-to-end tests roll back and upgrade as well; the short form leaves those two to them. */
const SHORT = ['tamper', 'models', 'kill'];

let failed = 0;
for (const name of wanted.length > 0 ? wanted : short ? SHORT : Object.keys(ACTS)) {
  const started = performance.now();
  const outcome = (await ACTS[name]?.()) ?? { passed: false, figures: { unknown: name } };
  if (!outcome.passed) failed += 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${outcome.passed ? 'passed' : 'FAILED'} ${name} (${seconds} s): ${JSON.stringify(outcome.figures)}`);
}
process.exit(failed === 0 ? 0 : 1);
