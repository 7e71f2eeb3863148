/**
 * Pictures of every view of the built app, in both themes, the languages and three sizes of screen, for people to look
 * at. What a program can see is checked on the way: text cut off, sideways scrolling, small targets, words left in
 * another language. Exit status 1 when anything was found.
 *
 *   npm run build && npm run screenshots [-- --only line] [-- --url http://localhost:4173/]
 */
import { mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { chromiumLaunchOptions } from './chromium.ts';
import { startPreview } from './preview-server.ts';
import { faceFindings } from './face-check.ts';
import { SCENES, settle } from './screenshot-scenes.ts';

const SIZES = [
  { name: 'tablet', width: 1280, height: 800 },
  { name: 'portrait', width: 800, height: 1280 },
  { name: 'phone', width: 390, height: 844 },
];
const THEMES = ['day', 'night'];
const LANGUAGES = ['ko', 'en', 'vi'];

const { values: options } = parseArgs({
  options: { url: { type: 'string' }, only: { type: 'string' }, size: { type: 'string' } },
});
const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
const preview = options.url === undefined ? await startPreview({ port: 0 }) : null;
const url = options.url ?? preview?.url ?? '';
const browser = await chromium.launch(chromiumLaunchOptions());
let findings = 0;

try {
  if (options.only === undefined) await rm(folder, { recursive: true, force: true });
  for (const size of SIZES.filter(({ name }) => options.size === undefined || name === options.size)) {
    for (const theme of THEMES) {
      for (const language of LANGUAGES) {
        await mkdir(`${folder}${size.name}-${theme}-${language}`, { recursive: true });
        for (const scene of SCENES) {
          if (options.only !== undefined && !scene.name.startsWith(options.only)) continue;
          // Vietnamese shares every layout with the others; the line view is where its words are largest.
          if (language === 'vi' && theme === 'night' && !scene.name.startsWith('line')) continue;
          const context = await browser.newContext({ viewport: { width: size.width, height: size.height }, locale: language });
          // The compiler that runs these scripts names functions through a helper that a page does not have.
          await context.addInitScript('globalThis.__name ??= (named) => named');
          await context.addInitScript(
            (settings) => localStorage.setItem('castwatch.settings', settings),
            JSON.stringify({ language, theme }),
          );
          const page = await context.newPage();
          const name = `${size.name}-${theme}-${language}/${scene.name}`;
          try {
            await page.goto(url);
            await scene.play(page);
            await settle(page);
            await report(page, name, language, scene.glove === true);
          } catch (thrown) {
            // One situation that does not come about must not cost the pictures of the others.
            findings += 1;
            console.log(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
          }
          await context.close();
        }
      }
    }
  }
} finally {
  await browser.close();
  await preview?.close();
}
console.log(findings === 0 ? 'nothing found' : `${findings} findings`);
process.exitCode = findings === 0 ? 0 : 1;

/** Saves the picture (as tall as its content, so that nothing hides below the fold) and prints what was found. */
async function report(page: Page, name: string, language: string, glove: boolean): Promise<void> {
  for (const finding of await faceFindings(page, language, glove)) {
    findings += 1;
    console.log(`${name}: ${finding}`);
  }
  const size = page.viewportSize();
  const hidden = await page.evaluate(() => {
    const main = document.querySelector('main');
    return main === null ? 0 : main.scrollHeight - main.clientHeight;
  });
  if (size !== null && hidden > 0 && !glove) {
    await page.setViewportSize({ width: size.width, height: size.height + hidden });
    await settle(page);
  }
  await page.screenshot({ path: `${folder}${name}.png` });
}
