/** SIGKILL to the browser at any moment of an update, over and over on one profile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Actor } from '../durability/stage.ts';
import { ReleaseHost } from './host.ts';
import { writeTinySite, type SiteReport } from './tiny-site.ts';

interface SiteWindow {
  report?: () => Promise<SiteReport>;
  update?: () => Promise<void>;
}

/** Latest moment of a kill, as a multiple of what one undisturbed update took. */
const SPREAD = 1.2;
/** From this many rounds on both outcomes must have been seen. */
const MANY = 30;

export async function killRounds(rounds: number, note: (line: string) => void): Promise<{ passed: boolean; figures: Record<string, number> }> {
  const folder = mkdtempSync(join(tmpdir(), 'castwatch-kill-'));
  const first = await writeTinySite(join(folder, '1'), 1);
  const host = new ReleaseHost(first);
  await host.start();
  const profile = join(folder, 'profile');
  const figures = { rounds, mixed: 0, old: 0, new: 0, unreadable: 0 };

  const look = async (actor: Actor): Promise<number> => {
    await actor.page.waitForFunction(() => (window as unknown as SiteWindow).report !== undefined, undefined, { timeout: 30_000 });
    const { numbers } = await actor.page.evaluate(() => (window as unknown as Required<SiteWindow>).report());
    if (new Set(numbers).size !== 1) {
      figures.mixed += 1;
      note(`mixed: ${numbers.join(' ')}`);
    }
    return numbers[0] ?? 0;
  };

  let actor = await Actor.enter(profile, host.url);
  await look(actor);
  await actor.page.evaluate(() => (window as unknown as Required<SiteWindow>).update());
  // One update that nobody disturbs says how long the others may take.
  host.folder = await writeTinySite(join(folder, '2'), 2, first);
  const started = performance.now();
  void actor.page.evaluate(() => (window as unknown as Required<SiteWindow>).update()).catch(() => undefined);
  await actor.page.waitForFunction(() => document.querySelector<HTMLMetaElement>('meta[name="release"]')?.content === '2', undefined, { timeout: 60_000 });
  const updateMs = performance.now() - started;
  let running = await look(actor);
  await actor.close();
  await host.stop();
  // Each start is without the server: only what is kept can answer. Then comes an update, and the kill.
  for (let round = 0; round <= rounds; round += 1) {
    actor = await Actor.enter(profile, host.url);
    const after = await look(actor).catch((thrown: unknown) => {
      figures.unreadable += 1;
      note(String(thrown));
      return running;
    });
    if (round > 0) figures[after === running ? 'old' : 'new'] += 1;
    if (round % 10 === 0) note(`round ${round}/${rounds}: ${JSON.stringify(figures)}`);
    if (round === rounds) break;
    running = after;
    host.folder = await writeTinySite(join(folder, String(round + 3)), round + 3, first);
    await host.start();
    void actor.page.evaluate(() => (window as unknown as Required<SiteWindow>).update()).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * SPREAD * updateMs));
    await actor.kill();
    await host.stop();
  }
  await actor.close();
  await host.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  // A few rounds may all end the same way by chance; many may not.
  const bothSeen = rounds < MANY || (figures.old > 0 && figures.new > 0);
  return { passed: figures.mixed === 0 && figures.unreadable === 0 && bothSeen, figures };
}
