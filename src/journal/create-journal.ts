import { z } from '../domain/zod.ts';
import { JournalClient, type JournalClientOptions, type LastKnown } from './journal-client.ts';

const LAST_KNOWN_KEY = 'castwatch.journal';

/** How often the last known sequence number is written down: it is a hint for a disaster, not a record. */
const REMEMBER_MS = 2000;

const lastKnownSchema = z.object({ journalId: z.string(), seq: z.int() });

/** The app's journal: its worker, the browser's storage, and what local storage remembers of it. */
export function createJournal(storage: Pick<Storage, 'getItem' | 'setItem'> | null): JournalClient {
  return new JournalClient({
    createWorker: () => new Worker(new URL('./journal.worker.ts', import.meta.url), { type: 'module', name: 'journal' }),
    persist: async () => {
      const manager = navigator.storage as StorageManager | undefined;
      return typeof manager?.persist === 'function' ? manager.persist().catch(() => null) : null;
    },
    lastKnown: rememberedIn(storage),
  });
}

function rememberedIn(storage: Pick<Storage, 'getItem' | 'setItem'> | null): JournalClientOptions['lastKnown'] {
  let writtenAt = -Infinity;
  return {
    read: () => {
      try {
        return lastKnownSchema.parse(JSON.parse(storage?.getItem(LAST_KNOWN_KEY) ?? ''));
      } catch {
        return null;
      }
    },
    write: (value: LastKnown) => {
      if (performance.now() - writtenAt < REMEMBER_MS) return;
      writtenAt = performance.now();
      try {
        storage?.setItem(LAST_KNOWN_KEY, JSON.stringify(value));
      } catch {
        // A full local storage costs a hint, nothing else.
      }
    },
  };
}
