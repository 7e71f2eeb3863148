/**
 * `npm run lighthouse [-- --form desktop|mobile] [--runs 3] [--keep FOLDER]`: Lighthouse's scores of the built app, on its first visit as a
 * plain host serves it. Lighthouse itself is fetched for the run: it is 150 packages that nothing else needs. Exit status 1 when a score of the
 * median run is below {@link GOAL}.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { chromium } from '@playwright/test';
import { chromiumLaunchOptions } from './chromium.ts';
import { startPreview } from './preview-server.ts';
import { compressBuild } from './wire-size.ts';

/** The last version that runs on Node 20. */
const LIGHTHOUSE = 'lighthouse@12.8.2';
const GOAL = 95;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
const TIMES = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index'] as const;
/** A tablet on the shop's network, and Lighthouse's own idea of a phone: a processor four times slower behind 1.6 Mbit/s. */
const FORMS = {
  desktop: ['--preset=desktop', '--screenEmulation.width=1280', '--screenEmulation.height=800'],
  mobile: [],
} as const;

const run = promisify(execFile);

type Form = keyof typeof FORMS;

interface Report {
  readonly categories: Readonly<Record<string, { readonly score: number | null; readonly auditRefs: readonly { readonly id: string; readonly weight: number }[] }>>;
  readonly audits: Readonly<Record<string, { readonly score: number | null; readonly title: string; readonly displayValue?: string }>>;
}

const { values: options } = parseArgs({ options: { form: { type: 'string' }, runs: { type: 'string', default: '3' }, keep: { type: 'string' } } });
const forms = (Object.keys(FORMS) as Form[]).filter((form) => options.form === undefined || form === options.form);
const folder = options.keep ?? mkdtempSync(join(tmpdir(), 'castwatch-lighthouse-'));
mkdirSync(folder, { recursive: true });
const preview = await startPreview({ port: 0 });
try {
  await compressBuild();
  for (const form of forms) {
    const reports: Report[] = [];
    for (let n = 1; n <= Number(options.runs); n += 1) reports.push(await visit(form, join(folder, `${form}-${n}.json`)));
    const median = [...reports].sort((a, b) => scoreOf(a, 'performance') - scoreOf(b, 'performance'))[reports.length >> 1];
    if (median) tell(form, median, reports);
  }
} finally {
  await preview.close();
  if (options.keep === undefined) rmSync(folder, { recursive: true, force: true });
}

/** One first visit in a browser of its own. */
async function visit(form: Form, path: string): Promise<Report> {
  const { executablePath = chromium.executablePath(), args } = chromiumLaunchOptions();
  // Not in one go with this process: it is the server.
  await run(
    'npx',
    [
      '--yes', LIGHTHOUSE, preview.url, '--quiet', '--output=json', `--output-path=${path}`, `--only-categories=${CATEGORIES.join(',')}`,
      `--chrome-flags=${['--headless=new', ...args].join(' ')}`, ...FORMS[form],
    ],
    { env: { ...process.env, CHROME_PATH: executablePath } },
  );
  return JSON.parse(readFileSync(path, 'utf8')) as Report;
}

function scoreOf({ categories }: Report, category: string): number {
  return Math.round((categories[category]?.score ?? 0) * 100);
}

/** The scores, the times behind the first of them, and every audit that costs points. */
function tell(form: Form, median: Report, reports: readonly Report[]): void {
  console.log(form);
  for (const category of CATEGORIES) {
    const score = scoreOf(median, category);
    if (score < GOAL) process.exitCode = 1;
    const all = reports.map((report) => scoreOf(report, category)).join(', ');
    console.log(`  ${category.padEnd(16)} ${score}${score < GOAL ? `, below ${GOAL}` : ''} (runs: ${all})`);
    for (const { id, weight } of median.categories[category]?.auditRefs ?? []) {
      const audit = median.audits[id];
      if (weight > 0 && audit && audit.score !== null && audit.score < 1) console.log(`    ${id}: ${audit.title} ${audit.displayValue ?? ''}`);
    }
  }
  console.log(`  ${TIMES.map((id) => `${id} ${median.audits[id]?.displayValue ?? ''}`).join(', ')}`);
}
