import type { JudgedShot } from '../domain/verdict.ts';
import type { Keeping } from './journal.ts';

/** Live shots of which it is remembered whether they are kept: more than any screen shows. */
const REMEMBERED = 20_000;

/** Unrecorded shots that wait in memory for room on the disk; more are given up, the oldest first. */
const WAITING = 10_000;

/** When a record was made; no two records of a page share the monotonic time, by which a repeated request is recognised. */
export interface Stamp {
  readonly at: number;
  readonly mono: number;
}

/** Of every live shot: is it on the disk, where, and if not, what is to be written once there is room. */
export class KeptShots {
  readonly #seqs = new Map<string, number>();
  readonly #pending = new Set<string>();
  readonly #waiting = new Map<string, JudgedShot>();
  /** Stamps of records that are not known to be kept: a record that is tried again is still the same one. */
  readonly #stamps = new Map<string, { shot?: Stamp; verdict?: Stamp; refused: boolean }>();
  /** Shots that are gone for good: there was no room for too long. */
  #givenUp = 0;

  /** Shots that are shown but not kept. */
  get unrecorded(): number {
    return this.#waiting.size + this.#givenUp;
  }

  get givenUp(): number {
    return this.#givenUp;
  }

  keepingOf(id: string): Keeping {
    if (this.#waiting.has(id)) return 'failed';
    if (this.#pending.has(id)) return 'pending';
    return this.#seqs.has(id) ? 'kept' : 'unknown';
  }

  /** Sequence number of the shot's record. */
  seqOf(id: string): number | null {
    return this.#seqs.get(id) ?? null;
  }

  /** The shot's record has this number. Also for shots that were read from the journal. */
  located(id: string, seq: number): void {
    this.#seqs.delete(id);
    this.#seqs.set(id, seq);
    if (this.#seqs.size > REMEMBERED) this.#seqs.delete(this.#seqs.keys().next().value as string);
  }

  begun(id: string): void {
    this.#pending.add(id);
  }

  /** The stamp of a shot's record or of its verdict's, the same at every attempt. */
  stampOf(id: string, record: 'shot' | 'verdict', make: () => Stamp): Stamp {
    const stamps = this.#stamps.get(id) ?? { refused: false };
    this.#stamps.set(id, stamps);
    if (this.#stamps.size > 2 * WAITING) this.#stamps.delete(this.#stamps.keys().next().value as string);
    return (stamps[record] ??= make());
  }

  /** The journal said that records of this shot were not kept; one copy may hold them all the same, and repair the other. */
  refused(id: string): void {
    const stamps = this.#stamps.get(id);
    if (stamps) stamps.refused = true;
  }

  wasRefused(id: string): boolean {
    return this.#stamps.get(id)?.refused === true;
  }

  /** Shot and verdict are kept. */
  kept(id: string): void {
    this.#stamps.delete(id);
    this.#pending.delete(id);
    this.#waiting.delete(id);
  }

  /** Shot or verdict could not be kept. */
  failed(judged: JudgedShot): void {
    const { id } = judged.shot;
    this.refused(id);
    this.#pending.delete(id);
    this.#waiting.set(id, judged);
    if (this.#waiting.size <= WAITING) return;
    const oldest = this.#waiting.keys().next().value as string;
    this.#waiting.delete(oldest);
    this.#stamps.delete(oldest);
    this.#givenUp += 1;
  }

  /** The oldest shots that wait for room. */
  waiting(limit: number): JudgedShot[] {
    return [...this.#waiting.values()].slice(0, limit);
  }

  /** The shots that were given up are accounted for by an event. */
  reported(): void {
    this.#givenUp = 0;
  }
}
