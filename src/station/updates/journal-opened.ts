import type { DurableJournal } from '../../journal/journal.ts';

const OPENING_MS = 30_000;

/** Resolves once the journal is open, as its writer or as a reader beside another window; rejects when it cannot be opened. */
export function journalOpened(journal: Pick<DurableJournal, 'status' | 'onStatus'>): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      const { role, failure } = journal.status;
      if (role === 'opening') return;
      stop();
      clearTimeout(timer);
      if (role === 'unavailable') reject(new Error(`journal: ${failure?.code ?? role}`));
      else resolve();
    };
    const timer = setTimeout(() => {
      stop();
      reject(new Error('journal: does not open'));
    }, OPENING_MS);
    const stop = journal.onStatus(settle);
    settle();
  });
}
