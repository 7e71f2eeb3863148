/** What the end-to-end tests share: an opened app in a language, made-up shots, and words from the catalogue. */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import type { LineMemory, Manifest, Reference } from '../../src/domain/bundle.ts';
import { FEATURE_NAMES } from '../../src/domain/feature.ts';
import { catalogue, type MessageKey } from '../../src/messages/catalogue.ts';
import type { Language } from '../../src/messages/locale.svelte.ts';
import { DemoRun } from '../../src/sources/demo/demo-run.ts';
import { Random } from '../../src/sources/demo/random.ts';

export const manifest = JSON.parse(readFileSync('public/models/manifest.json', 'utf8')) as Manifest;
export const reference = JSON.parse(readFileSync(`public/models/${manifest.current}/reference.json`, 'utf8')) as Reference;

const { line_memory } = JSON.parse(readFileSync(`public/models/${manifest.current}/calibration.json`, 'utf8')) as { line_memory: Omit<LineMemory, 'mixture'> & Partial<LineMemory> };
/** The current bundle's constants of the line memory. */
export const lineMemory: LineMemory = { mixture: null, ...line_memory };

/** A message's text in a language, its parameters filled in. */
export function text(key: MessageKey, params: Readonly<Record<string, string | number>> = {}, language: Language = 'en'): string {
  return catalogue[key][language].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
}

/** Opens the app with settings of its own; by default in English and by day. */
export async function open(
  page: Page,
  { hash = '', language = 'en', theme = 'day' }: { hash?: string; language?: Language; theme?: 'day' | 'night' } = {},
): Promise<void> {
  await page.addInitScript(
    (settings) => {
      if (localStorage.getItem('castwatch.settings') === null) localStorage.setItem('castwatch.settings', settings);
    },
    JSON.stringify({ language, theme }),
  );
  await page.goto(`/${hash}`);
}

/** Opens the app and waits until a model is ready to judge. */
export async function openReady(page: Page, options: Parameters<typeof open>[1] = {}): Promise<void> {
  await open(page, { ...options, hash: '' });
  await expect(page.locator('#start-title')).toBeVisible({ timeout: 45_000 });
  if (options.hash) await page.goto(`/${options.hash}`);
}

/** Made-up shots of a product from the bundle's description: 30 values each. */
export function drawShots(count: number, product = '1', seed = 1): number[][] {
  const run = new DemoRun(reference.products[product]!, new Random(seed));
  return Array.from({ length: count }, () => [...run.next({ drifts: new Map(), lost: new Set() })]);
}

/** Shots as a CSV with one header row, with a column of labels where `defective` says which of them were defective. */
export function csvOf(shots: readonly (readonly number[])[], defective?: (index: number) => boolean): string {
  const header = defective ? [...FEATURE_NAMES, 'Defects_Short_Shot_1'] : FEATURE_NAMES;
  const rows = shots.map((values, i) => (defective ? [...values, defective(i) ? 1 : 0] : values).join(','));
  return `${[header.join(','), ...rows].join('\n')}\n`;
}

/** A file for an input of the page. */
export function csvFile(name: string, content: string) {
  return { name, mimeType: 'text/csv', buffer: Buffer.from(content) };
}

/**
 * Serves the current bundle with changed files, or without some (null), under a manifest signed with the development key:
 * only its content is another.
 */
export async function serveSigned(page: Page, changed: Readonly<Record<string, Buffer | null>>): Promise<void> {
  const bundles = manifest.bundles.map((bundle) => ({
    ...bundle,
    files:
      bundle.id !== manifest.current
        ? bundle.files
        : bundle.files.flatMap((file) => {
            const content = changed[file.path];
            if (content === null) return [];
            if (!content) return [file];
            return [{ ...file, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }];
          }),
  }));
  const text = Buffer.from(JSON.stringify({ ...manifest, bundles }));
  const key = createPrivateKey(readFileSync('training/keys/development.key.pem'));
  const signature = sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }).toString('base64');
  await page.route('**/models/manifest.json', (route) => route.fulfill({ body: text, contentType: 'application/json' }));
  await page.route('**/models/manifest.sig', (route) => route.fulfill({ body: signature, contentType: 'text/plain' }));
  for (const [path, content] of Object.entries(changed)) {
    if (content) await page.route(`**/models/${manifest.current}/${path}`, (route) => route.fulfill({ body: content }));
  }
}
