/** The real app taken through updates: bad models, and jumps over several releases. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { chromium, expect, type Page } from '@playwright/test';
import { chromiumLaunchOptions } from '../../scripts/chromium.ts';
import type { Manifest } from '../../src/domain/bundle.ts';
import { catalogue } from '../../src/messages/catalogue.ts';
import { ReleaseHost, ReleaseYard } from './host.ts';

const WAIT = { timeout: 90_000 };

interface Result {
  readonly passed: boolean;
  readonly figures: Record<string, number>;
}

/** The panel of versions on an English page. */
export const updatePanel = (page: Page) => page.getByTestId('updates');

/** The number that the page's release carries. */
export const releaseOf = (page: Page): Promise<string | null> => page.locator('meta[name="release"]').getAttribute('content');

/** Settings of an English station, before the page's first script. */
export async function speakEnglish(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (localStorage.getItem('castwatch.settings') === null) localStorage.setItem('castwatch.settings', '{"language":"en","theme":"day"}');
  });
}

/** Opens the station for the first time and waits until it works without the server. */
export async function visitFirst(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/settings`);
  await expect(updatePanel(page)).toHaveAttribute('data-offline', 'true', WAIT);
}

/** Asks for an update and agrees to the switch. */
export async function agreeToUpdate(page: Page): Promise<void> {
  await page.getByRole('button', { name: catalogue['updates.check'].en }).click();
  await expect(updatePanel(page)).toHaveAttribute('data-phase', 'ready', WAIT);
  await page.getByRole('button', { name: catalogue['updates.switch'].en }).click();
  await page.getByRole('dialog').getByRole('button', { name: catalogue['updates.switch'].en }).click();
}

/** Takes the update that the host offers and waits until it is confirmed. */
export async function takeUpdate(page: Page, sequence: number): Promise<void> {
  await agreeToUpdate(page);
  await expect.poll(() => releaseOf(page).catch(() => null), WAIT).toBe(String(sequence));
  await expect(updatePanel(page)).toHaveAttribute('data-phase', 'current', WAIT);
}

/** Signs a models folder whose scaler is off by `delta` at one input, as a careless release would. */
export function falsifyModel(folder: string, index = 12, delta = 5): void {
  const listed = JSON.parse(readFileSync(`${folder}/models/manifest.json`, 'utf8')) as Manifest;
  const path = `${folder}/models/${listed.current}/scaler.json`;
  const scaler = JSON.parse(readFileSync(path, 'utf8')) as { mean: number[] };
  scaler.mean[index] = (scaler.mean[index] ?? 0) + delta;
  const content = Buffer.from(JSON.stringify(scaler));
  writeFileSync(path, content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  signModels(folder, {
    ...listed,
    bundles: listed.bundles.map((bundle) =>
      bundle.id === listed.current
        ? { ...bundle, files: bundle.files.map((file) => (file.path === 'scaler.json' ? { ...file, bytes: content.length, sha256 } : file)) }
        : bundle,
    ),
  });
}

/** Writes `models/manifest.json` with the development key's signature. */
export function signModels(folder: string, manifest: Manifest): void {
  const content = Buffer.from(JSON.stringify(manifest));
  const key = createPrivateKey(readFileSync('training/keys/development.key.pem'));
  writeFileSync(`${folder}/models/manifest.json`, content);
  writeFileSync(`${folder}/models/manifest.sig`, sign('sha256', content, { key, dsaEncoding: 'ieee-p1363' }).toString('base64'));
}

/** Releases whose golden vectors do not come out: each is rolled back, and refused when it is offered again. */
export async function rollbacks(count: number, note: (line: string) => void): Promise<Result> {
  const figures = { releases: count, rolledBack: 0, remembered: 0 };
  await onStation(async ({ page, host, yard }) => {
    host.folder = await yard.make(1);
    await visitFirst(page, host.url);
    for (let i = 0; i < count; i += 1) {
      host.folder = await yard.make(i + 2, (folder) => falsifyModel(folder, i % 30, 3 + i));
      await agreeToUpdate(page);
      await expect(updatePanel(page)).toContainText(catalogue['updates.phase.current'].en, WAIT);
      await expect.poll(() => releaseOf(page).catch(() => null), WAIT).toBe('1');
      figures.rolledBack += 1;
      await page.getByRole('button', { name: catalogue['updates.check'].en }).click();
      await expect(updatePanel(page)).toContainText(catalogue['updates.result.known_bad'].en, WAIT);
      figures.remembered += 1;
      note(`release ${i + 2}: rolled back and remembered`);
    }
  });
  return { passed: figures.rolledBack === count && figures.remembered === count, figures };
}

/** A device that slept through one, two or three releases gets to the newest in one step. */
export async function upgrades(behind: number, note: (line: string) => void): Promise<Result> {
  const figures = { from: behind, upgraded: 0 };
  for (let from = 1; from <= behind; from += 1) {
    await onStation(async ({ page, host, yard }) => {
      host.folder = await yard.make(from);
      await visitFirst(page, host.url);
      host.folder = await yard.make(behind + 1);
      await takeUpdate(page, behind + 1);
      figures.upgraded += 1;
      note(`from release ${from} to ${behind + 1}`);
    });
  }
  return { passed: figures.upgraded === behind, figures };
}

async function onStation(play: (stage: { page: Page; host: ReleaseHost; yard: ReleaseYard }) => Promise<void>): Promise<void> {
  const yard = new ReleaseYard('dist');
  const host = new ReleaseHost('dist');
  await host.start();
  const browser = await chromium.launch(chromiumLaunchOptions());
  try {
    const page = await browser.newPage();
    await speakEnglish(page);
    await play({ page, host, yard });
  } finally {
    await browser.close();
    await host.stop();
    yard.clear();
  }
}
