import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { BUILD_CONSTANTS } from './scripts/build-constants.ts';
import { chromiumLaunchOptions } from './scripts/chromium.ts';
import { releasePlugin } from './scripts/release-plugin.ts';

/** What only the second backend needs has a folder of its own: a device that does not use it never gets it (docs/adr/0022). */
const folderOf = (names: readonly (string | undefined)[]): string =>
  names.some((name) => /webgpu|asyncify|^accelerator/.test(name ?? '')) ? 'assets/webgpu' : 'assets';
const FILE_NAMES = {
  entryFileNames: ({ name }: { name: string }) => `${folderOf([name])}/[name]-[hash].js`,
  chunkFileNames: ({ name }: { name: string }) => `${folderOf([name])}/[name]-[hash].js`,
  assetFileNames: ({ names }: { names: readonly string[] }) => `${folderOf(names)}/[name]-[hash][extname]`,
};

export default defineConfig({
  // Relative addresses: the app may be hosted below any path.
  base: './',
  plugins: [svelte(), releasePlugin()],
  define: BUILD_CONSTANTS,
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // One small stylesheet: a view fetched later never stands without its looks.
    cssCodeSplit: false,
    // An inlined asset is a data: URL, which the Content-Security-Policy refuses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
    rolldownOptions: { output: FILE_NAMES, checks: { pluginTimings: false } },
  },
  worker: { format: 'es', rolldownOptions: { output: FILE_NAMES, checks: { pluginTimings: false } } },
  server: { port: 5180, strictPort: true },
  test: {
    // Models are loaded for real; a busy machine takes its time. A hang is still found.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['{src,deploy,scripts}/**/*.test.ts'],
          exclude: ['src/**/*.svelte.test.ts'],
        },
      },
      {
        extends: true,
        // Releases and hosts: needs a build, and what deploy/setup.sh installs.
        test: { name: 'deploy', environment: 'node', include: ['tests/deploy/**/*.test.ts'], maxWorkers: 2, testTimeout: 240_000 },
      },
      {
        extends: true,
        test: {
          name: 'component',
          include: ['src/**/*.svelte.test.ts'],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: chromiumLaunchOptions() }),
            instances: [{ browser: 'chromium', viewport: { width: 1280, height: 800 } }],
          },
        },
      },
    ],
  },
});
