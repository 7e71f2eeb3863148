import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from '@playwright/test';
import { build } from 'vite';
import { BUILD_CONSTANTS } from '../../scripts/build-constants.ts';
import { chromiumLaunchOptions } from '../../scripts/chromium.ts';
import { startPreview, type Preview } from '../../scripts/preview-server.ts';

const START_TIMEOUT_MS = 60_000;

/** Browsers that run: none outlives the tests, however these end. */
const running = new Set<number>();
process.on('exit', () => {
  for (const pid of running) killGroup(pid);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** The journal on a page of its own, built and served as the app is, and browsers that come and go. */
export class Stage {
  readonly folder: string;
  readonly #preview: Preview;

  private constructor(folder: string, preview: Preview) {
    this.folder = folder;
    this.#preview = preview;
  }

  /** One origin for all browsers of a run, because storage belongs to it. */
  static async set(port = 0): Promise<Stage> {
    const folder = mkdtempSync(join(tmpdir(), 'castwatch-durability-'));
    await build({
      configFile: false,
      root: fileURLToPath(new URL('./page', import.meta.url)),
      define: BUILD_CONSTANTS,
      build: { outDir: join(folder, 'site'), emptyOutDir: true, target: 'es2022', reportCompressedSize: false, assetsInlineLimit: 0 },
      worker: { format: 'es' },
      logLevel: 'error',
    });
    return new Stage(folder, await startPreview({ port, folder: join(folder, 'site') }));
  }

  get url(): string {
    return this.#preview.url;
  }

  get origin(): string {
    return new URL(this.#preview.url).origin;
  }

  /** A place for a browser's profile. */
  profile(name: string): string {
    return join(this.folder, name);
  }

  /** Starts a browser on a profile and opens the page; `onAcknowledged` hears of each acknowledged shot. */
  async launch(profile: string, onAcknowledged?: (n: number) => void): Promise<Actor> {
    return Actor.enter(profile, this.url, onAcknowledged);
  }

  async strike(): Promise<void> {
    await this.#preview.close();
    try {
      rmSync(this.folder, { recursive: true, force: true });
    } catch (thrown) {
      // A disk of its own is still mounted there because its act failed: that failure is what must be seen.
      console.error(`left behind: ${this.folder} (${thrown instanceof Error ? thrown.message : String(thrown)})`);
    }
  }
}

/** One browser with the page of the journal. */
export class Actor {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #process: ChildProcess;
  readonly #gone: Promise<void>;

  private constructor(page: Page, browser: Browser, process: ChildProcess, gone: Promise<void>) {
    this.page = page;
    this.#browser = browser;
    this.#process = process;
    this.#gone = gone;
  }

  static async enter(profile: string, url: string, onAcknowledged?: (n: number) => void): Promise<Actor> {
    const portFile = join(profile, 'DevToolsActivePort');
    rmSync(portFile, { force: true });
    const { executablePath = chromium.executablePath(), args } = chromiumLaunchOptions();
    // A group of its own: killing it takes the browser's children along, as a kill of the whole browser does.
    const child = spawn(
      executablePath,
      [...args, '--headless=new', '--remote-debugging-port=0', `--user-data-dir=${profile}`, '--disable-gpu', 'about:blank'],
      { detached: true, stdio: 'ignore' },
    );
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => {
        if (pid !== undefined) running.delete(pid);
        resolve();
      });
    });
    const port = await portOf(portFile);
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const context = browser.contexts()[0];
    if (!context) throw new Error('the browser has no window');
    const page = context.pages()[0] ?? (await context.newPage());
    page.on('pageerror', (error) => {
      console.error(`page: ${error.message}`);
    });
    if (onAcknowledged) await page.exposeFunction('acked', onAcknowledged);
    await page.goto(url);
    return new Actor(page, browser, child, gone);
  }

  /** SIGKILL to the browser and all its processes, now. */
  async kill(): Promise<void> {
    if (this.#process.pid !== undefined) killGroup(this.#process.pid);
    await this.#gone;
    await this.#browser.close().catch(() => undefined);
  }

  /** An orderly end. */
  async close(): Promise<void> {
    const session = await this.#browser.newBrowserCDPSession();
    await session.send('Browser.close').catch(() => undefined);
    await this.#gone;
  }

  /** Limits what the browser lets an origin store, as a full device would; null takes the limit away. */
  async limitQuota(origin: string, bytes: number | null): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    await session.send('Storage.overrideQuotaForOrigin', bytes === null ? { origin } : { origin, quotaSize: bytes });
    // The limit ends with the session that set it: it stays open.
    if (bytes === null) await session.detach();
  }

  /** Resident memory of the browser's processes, in bytes. */
  memory(): number {
    const group = this.#process.pid;
    if (group === undefined) return 0;
    return residentOf(group);
  }
}

async function portOf(file: string): Promise<string> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      const [port] = readFileSync(file, 'utf8').split('\n');
      if (port) return port;
    } catch {
      // Not written yet.
    }
    if (Date.now() > deadline) throw new Error('the browser did not start');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Linux only: proportional set size of a process group, which counts shared pages once. */
function residentOf(group: number): number {
  const listed = spawnSync('ps', ['-o', 'pid=', '-g', String(group)], { encoding: 'utf8' });
  return listed.stdout
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .reduce((sum, pid) => {
      try {
        const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
        return sum + Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
      } catch {
        return sum;
      }
    }, 0);
}
