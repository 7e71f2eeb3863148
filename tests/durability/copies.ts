import type { Actor } from './stage.ts';

/** Which of the acknowledged shots are missing, and what is wrong, in both copies of a journal; read past the journal. */
export interface Audit {
  /** Acknowledged shots that either copy lacks. */
  readonly missing: readonly number[];
  /** Records whose values are not those that were written. */
  readonly wrong: number;
  /** Shots that are kept more than once. */
  readonly doubled: number;
  /** Stretches that the journal says it has lost. */
  readonly claimedLost: number;
}

/** A database that is being filled from the log is given this long. */
const FILL_MS = 60_000;

/** Compares both copies with the numbers of the shots that were acknowledged. */
export async function audit(actor: Actor, acknowledged: Iterable<number>): Promise<Audit> {
  const wanted = [...acknowledged];
  const deadline = Date.now() + FILL_MS;
  for (;;) {
    const [database, log] = await actor.page.evaluate(async () => [await window.harness.database(), await window.harness.log()] as const);
    const inDatabase = new Set(database.shots);
    const inLog = new Set(log.shots);
    const missing = wanted.filter((n) => !inDatabase.has(n) || !inLog.has(n));
    // A long backlog is brought into the database behind the scenes: what one copy holds is not lost.
    if (missing.length > 0 && missing.every((n) => inLog.has(n)) && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      continue;
    }
    return {
      missing,
      wrong: database.wrong.length + log.wrong.length,
      doubled: database.shots.length - inDatabase.size + log.shots.length - inLog.size,
      claimedLost: database.lost.length,
    };
  }
}

/** Nothing is missing, wrong, kept twice or said to be lost. */
export function isWhole({ missing, wrong, doubled, claimedLost }: Audit): boolean {
  return missing.length === 0 && wrong === 0 && doubled === 0 && claimedLost === 0;
}
