/** The last step of `vite build`: the service worker, the build's stamp and the signed release manifest. */
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import { WORKER_CONSTANTS } from './build-constants.ts';
import { stampBuild, writeRelease } from './release-manifest.ts';

/** Builds `sw.js` into a folder: one classic script without imports, readable by every browser that can run the app. */
export async function buildWorker(folder: string): Promise<void> {
  await build({
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    define: WORKER_CONSTANTS,
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: 'es2022',
      reportCompressedSize: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('../src/sw/sw.ts', import.meta.url)),
        output: { format: 'iife', entryFileNames: 'sw.js' },
        checks: { pluginTimings: false },
      },
    },
  });
}

const APP = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Adds to the app's build what makes a release of it; other pages built by the same configuration (tests, bench) are none. */
export function releasePlugin(): Plugin {
  let folder = '';
  let isApp = false;
  return {
    name: 'castwatch-release',
    apply: 'build',
    configResolved({ root, build: { outDir } }) {
      isApp = root === APP;
      folder = fileURLToPath(new URL(`${outDir}/`, `file://${root}/`));
    },
    closeBundle: {
      sequential: true,
      async handler(error?: Error) {
        // A build that failed says so itself; a complaint about its missing files would hide that.
        if (!isApp || error) return;
        await buildWorker(folder);
        await stampBuild(folder);
        await writeRelease(folder);
      },
    },
  };
}
