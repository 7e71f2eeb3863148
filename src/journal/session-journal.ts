import { ok, type Result } from '../domain/result.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { Journal } from './journal.ts';

/** A journal in memory: the last `capacity` judged shots of this page, gone with it. Shots of files are not kept. */
export function createSessionJournal(capacity = 10_000): Journal {
  let judgedShots: JudgedShot[] = [];
  return {
    // A shot is worth keeping here only with its verdict: both go when the page goes.
    recordShots: () => Promise.resolve(ok(undefined)),
    recordVerdicts(judged): Promise<Result<void>> {
      for (const entry of judged) if (entry.shot.source !== 'csv') judgedShots.push(entry);
      // Cut in large steps, so that each shot costs next to nothing.
      if (judgedShots.length > 2 * capacity) judgedShots = judgedShots.slice(-capacity);
      return Promise.resolve(ok(undefined));
    },
    recent: (limit) => Promise.resolve(limit > 0 ? judgedShots.slice(-Math.min(limit, capacity)) : []),
  };
}
