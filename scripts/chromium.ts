import { existsSync } from 'node:fs';

/** Flags that keep a test browser quiet: no sandbox (containers), no QUIC, no background traffic of its own. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * How tests start their browser: `CASTWATCH_CHROMIUM`, else the distribution's Chromium, else the one Playwright
 * brings along (`npx playwright install chromium`).
 */
export function chromiumLaunchOptions(): { executablePath?: string; args: string[] } {
  const candidates = [process.env.CASTWATCH_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
  const executablePath = candidates.find((path) => path !== undefined && existsSync(path));
  return executablePath === undefined ? { args: CHROMIUM_ARGS } : { executablePath, args: CHROMIUM_ARGS };
}
