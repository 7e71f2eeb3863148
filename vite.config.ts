import { readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumLaunchOptions } from './scripts/chromium.ts';

const packageVersion = (JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string }).version;

/** The manifest must be signed with this key; a release names its own public key in the environment. */
const publicKeyFile = process.env.CASTWATCH_PUBLIC_KEY ?? 'training/keys/development.public.pem';
const manifestPublicKey = readFileSync(new URL(publicKeyFile, new URL('./', import.meta.url)), 'utf8');

export default defineConfig({
  // Relative addresses: the app may be hosted below any path.
  base: './',
  plugins: [svelte()],
  define: {
    __APP_VERSION__: JSON.stringify(packageVersion),
    __MANIFEST_PUBLIC_KEY__: JSON.stringify(manifestPublicKey),
  },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    // An inlined asset is a data: URL, which the Content-Security-Policy refuses.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
  },
  worker: { format: 'es' },
  server: { port: 5180, strictPort: true },
  test: {
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
