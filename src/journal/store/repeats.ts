import { readHeader } from '../format/frame.ts';
import type { AppendItem } from './compose.ts';
import { framesBetween } from './database.ts';
import type { JournalStore } from './journal-store.ts';

/** How far back a repeated request is looked for: more than a page keeps waiting for room on the disk. */
const WINDOW = 24_000;

/**
 * Which records of a session are kept, by their monotonic time. A request that was refused, or whose answer got lost, may
 * have been kept all the same (in one copy, from which the other was repaired): it comes again as a repeated one.
 */
export class Repeats {
  #known: Map<number, number> | null = null;

  /** Monotonic time to sequence number of the session's latest records. */
  async known({ database, projection }: JournalStore, session: number): Promise<ReadonlyMap<number, number>> {
    if (this.#known) return this.#known;
    const { lastSeq } = projection.meta;
    const frames = await framesBetween(database, lastSeq - WINDOW, lastSeq);
    const headers = [...frames.values()].map((frame) => readHeader(frame));
    this.#known = new Map(headers.flatMap((header) => (header?.session === session ? [[header.mono, header.seq]] : [])));
    return this.#known;
  }

  /** Records were kept. */
  add(items: readonly AppendItem[], seqs: readonly number[]): void {
    const known = this.#known;
    if (!known) return;
    items.forEach(({ mono }, i) => known.set(mono, seqs[i] as number));
    if (known.size > 2 * WINDOW) this.forget();
  }

  /** What is kept has to be looked up again. */
  forget(): void {
    this.#known = null;
  }
}

/** The records of a repeated request that were not kept, with what they refer to. */
export function remaining(items: readonly AppendItem[], known: ReadonlyMap<number, number>): AppendItem[] {
  const open = items.filter(({ mono }) => !known.has(mono));
  return open.map((item) => {
    if (!('shot' in item) || typeof item.shot === 'number') return item;
    const shot = items[item.shot.item];
    if (!shot) throw new RangeError('a record refers to no record of its request');
    return { ...item, shot: known.get(shot.mono) ?? { item: open.indexOf(shot) } };
  });
}
