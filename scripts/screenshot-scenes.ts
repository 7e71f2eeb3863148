/** The situations that pictures are taken of. */
import type { Page } from '@playwright/test';
import { madeBackup } from '../tests/e2e/made-record.ts';
import { csvFile, csvOf, drawShots } from '../tests/e2e/support.ts';

/** One situation of the app. */
export interface Scene {
  readonly name: string;
  /** The line view: everything must be large enough for gloves. */
  readonly glove?: boolean;
  /** Brings a freshly opened app into the situation. */
  readonly play: (page: Page) => Promise<void>;
}

interface GoldenRow {
  readonly kind: string;
  readonly input: readonly (number | null)[];
  readonly calibrated: number;
}

/** Until the model is loaded and its first screen is there. */
async function ready(page: Page): Promise<void> {
  await page.locator('ol .card').first().waitFor({ timeout: 120_000 });
}

/** Until nothing is loading, fonts and charts included. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(400);
}

async function go(page: Page, view: string): Promise<void> {
  await page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${view}`);
  await page.locator('main').waitFor();
}

/**
 * Feeds shots through the programmatic door: typical golden vectors of one product, the last of the wanted kind.
 * They are made, not recorded, so the picture shows no data row.
 */
async function feed(page: Page, last: 'ok' | 'ng' | 'missing' | 'range'): Promise<void> {
  await page.evaluate(async (wanted) => {
    const json = async (path: string): Promise<unknown> => (await fetch(`models/${path}`)).json();
    const { current } = (await json('manifest.json')) as { current: string };
    const { features } = (await json(`${current}/scaler.json`)) as { features: string[] };
    const { rows } = (await json(`${current}/golden.json`)) as { rows: GoldenRow[] };
    const own = rows.filter(({ kind, input }) => input[0] === 2 && (kind === 'typical' || kind === wanted));
    const typical = own.filter(({ kind }) => kind === 'typical');
    const likeliest = [...typical].sort((a, b) => b.calibrated - a.calibrated);
    const final = {
      ok: likeliest.at(-1),
      ng: likeliest[0],
      missing: own.find(({ kind }) => kind === 'missing'),
      range: own.find(({ kind }) => kind === 'range'),
    }[wanted];
    let shot = 400;
    for (const row of [...typical.slice(0, 70), final]) {
      if (row === undefined) continue;
      shot += 1;
      const named = Object.fromEntries(features.map((name, i) => [name, name === 'Process_Shot' ? shot : row.input[i]]));
      await (window as unknown as { castwatch: { predict(r: unknown): Promise<unknown> } }).castwatch.predict({ features: named });
    }
  }, last);
}

async function fed(page: Page, last: Parameters<typeof feed>[1]): Promise<void> {
  await ready(page);
  await feed(page, last);
}

let record: Promise<Buffer> | null = null;

/** A made-up record of nine days is restored and looked at. */
async function withRecord(page: Page, view: string): Promise<void> {
  await ready(page);
  await go(page, 'quality');
  record ??= madeBackup(9);
  await page.locator('input[type=file][accept=".zip"]').setInputFiles({ name: 'backup.zip', mimeType: 'application/zip', buffer: await record });
  await page.locator('dialog[open] button').last().click();
  await page.locator('[role=status]').filter({ hasText: /\d/ }).first().waitFor({ timeout: 60_000 });
  await page.waitForTimeout(3000);
  await go(page, view);
  await page.waitForTimeout(1500);
}

/** A made-up file with repeats, labels, a missing value and a bad row is scored; its n-th tab is looked at. */
async function scored(page: Page, tab: number): Promise<void> {
  await ready(page);
  await go(page, 'batch');
  const shots = [...drawShots(400, '1'), ...drawShots(400, '2', 2)].flatMap((shot, i) => (i % 5 === 0 ? [shot, shot] : [shot]));
  const lines = csvOf(shots, (i) => i % 7 === 0).split('\n');
  lines[40] = lines[40]!.replace(/^([^,]*,[^,]*),[^,]*/, '$1,');
  lines[50] = lines[50]!.replace(/^([^,]*,[^,]*),[^,]*/, '$1,fast');
  await page.locator('input[type=file]').setInputFiles([csvFile('line-1.csv', lines.join('\n')), csvFile('spindle.csv', 'time,spindle\n1,2\n')]);
  await page.locator('[role=table] [role=row]').nth(2).waitFor({ timeout: 60_000 });
  await page.getByRole('tab').nth(tab).click();
}

/** All situations, line view first. */
export const SCENES: readonly Scene[] = [
  { name: 'line-first-visit', glove: true, play: ready },
  { name: 'line-ok', glove: true, play: (page) => fed(page, 'ok') },
  { name: 'line-ng', glove: true, play: (page) => fed(page, 'ng') },
  { name: 'line-hold-missing', glove: true, play: (page) => fed(page, 'missing') },
  { name: 'line-hold-range', glove: true, play: (page) => fed(page, 'range') },
  {
    name: 'line-stale',
    glove: true,
    play: async (page) => {
      await page.clock.install();
      await page.reload();
      await fed(page, 'ok');
      await page.clock.fastForward(90_000);
    },
  },
  {
    name: 'line-demo',
    glove: true,
    play: async (page) => {
      await ready(page);
      await page.locator('ol .card').first().click();
      await page.locator('.controls button').last().click();
      await page.locator('dialog[open]').waitFor();
    },
  },
  {
    name: 'line-confidence',
    glove: true,
    play: async (page) => {
      await fed(page, 'ng');
      await page.locator('button.confidence').click();
    },
  },
  {
    name: 'load-failed',
    glove: true,
    play: async (page) => {
      await page.route('**/models/manifest.json', (route) => route.fulfill({ status: 404, body: 'no' }));
      await page.reload();
      await page.locator('[role=alert]').waitFor();
    },
  },
  {
    name: 'shot',
    play: async (page) => {
      await fed(page, 'ng');
      await go(page, 'shot');
    },
  },
  {
    name: 'shot-expert',
    play: async (page) => {
      await fed(page, 'range');
      await go(page, 'shot');
      for (const summary of await page.locator('main summary').all()) await summary.click();
    },
  },
  {
    name: 'shot-what-if',
    play: async (page) => {
      await fed(page, 'ng');
      await go(page, 'shot');
      const sliders = page.locator('input[type=range]');
      await sliders.first().waitFor({ timeout: 30_000 });
      await sliders.nth(0).press('End');
      await page.locator('[data-testid=what-if] ~ .actions button').last().click();
      await sliders.nth(3).press('Home');
    },
  },
  { name: 'shot-empty', play: async (page) => { await ready(page); await go(page, 'shot'); } },
  {
    name: 'line-inspect',
    glove: true,
    play: async (page) => {
      await fed(page, 'ng');
      await page.locator('.controls button').first().click();
      await page.locator('dialog[open] .row button').nth(1).click();
    },
  },
  {
    name: 'history',
    play: async (page) => {
      await fed(page, 'ng');
      await go(page, 'history');
      await page.locator('main tbody tr').first().waitFor({ timeout: 30_000 });
    },
  },
  { name: 'form', play: async (page) => { await ready(page); await go(page, 'form'); } },
  {
    name: 'form-judged',
    play: async (page) => {
      await ready(page);
      await go(page, 'form');
      // Outside the trained range, missing, and no number: everything a field can say.
      const fields = page.locator('.fields input');
      for (const [index, text] of ['0,5', '', 'abc'].entries()) await fields.nth(index).fill(text);
      await page.locator('button[type=submit]').click();
    },
  },
  { name: 'batch', play: async (page) => { await ready(page); await go(page, 'batch'); } },
  { name: 'batch-table', play: (page) => scored(page, 0) },
  { name: 'batch-distribution', play: (page) => scored(page, 1) },
  { name: 'batch-time', play: (page) => scored(page, 2) },
  { name: 'batch-labels', play: (page) => scored(page, 3) },
  {
    name: 'batch-rejected',
    play: async (page) => {
      await scored(page, 0);
      await page.locator('.actions button').first().click();
    },
  },
  { name: 'quality-empty', play: async (page) => { await ready(page); await go(page, 'quality'); await page.waitForTimeout(1500); } },
  { name: 'quality', play: (page) => withRecord(page, 'quality') },
  {
    name: 'quality-report',
    play: async (page) => {
      await withRecord(page, 'quality/report');
      await page.locator('[data-testid=shift-report] .tools button').first().click();
      await page.locator('[data-testid=shift-report] svg[role=img]').waitFor({ timeout: 30_000 });
    },
  },
  { name: 'model', play: async (page) => { await ready(page); await go(page, 'model'); await page.waitForTimeout(800); } },
  {
    name: 'model-survey',
    play: async (page) => {
      await scored(page, 0);
      await go(page, 'model');
      const survey = page.locator('[data-testid=survey]');
      await survey.locator('button').first().click();
      await survey.locator('canvas').nth(1).waitFor({ timeout: 120_000 });
    },
  },
  {
    name: 'model-switch',
    play: async (page) => {
      await ready(page);
      await go(page, 'model');
      await page.locator('main button[aria-haspopup=dialog]').first().click();
    },
  },
  {
    name: 'settings-table',
    play: async (page) => {
      await ready(page);
      await go(page, 'settings');
      for (const summary of await page.locator('main summary').all()) await summary.click();
    },
  },
  ...[0, 1].map((table) => ({
    name: ['settings-signal', 'settings-defect'][table]!,
    play: async (page: Page) => {
      await ready(page);
      await go(page, 'settings');
      await page.locator('main summary').nth(table).click();
      await page.locator('main details[open] tbody button').nth(6).click();
      await page.locator('dialog[open]').waitFor();
    },
  })),
  { name: 'settings', play: async (page) => { await ready(page); await go(page, 'settings'); } },
  {
    name: 'more',
    glove: true,
    play: async (page) => {
      await ready(page);
      const more = page.locator('nav button.more');
      if (await more.isVisible()) await more.click();
    },
  },
];
