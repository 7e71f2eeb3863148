import type { RepairNote } from './store/journal-store.ts';
import type { WriterState } from './store/writer-state.ts';

/** How much of the space that the browser allows is in use. */
export interface Quota {
  readonly usage: number;
  readonly quota: number;
  /** `warn` from 80 %: export soon. `critical` from 95 %: export now; what has been exported may be thinned. */
  readonly level: 'ok' | 'warn' | 'critical';
}

/** The journal as its own worker sees it. Where it is unavailable, `failure` says why. */
export interface ServerStatus extends WriterState {
  /** `reader`: another window writes. `unavailable`: no database could be opened; it is tried again. */
  readonly role: 'opening' | 'writer' | 'reader' | 'unavailable';
  /** Other windows are kept from writing at the same time. */
  readonly locked: boolean;
  readonly journalId: string | null;
  /** Why checking and repairing do not get on; they are tried again. */
  readonly stalled: string | null;
  /** What was repaired since the start. */
  readonly repairs: readonly RepairNote[];
  readonly quota: Quota | null;
  /** There was no room for the next segment files: the space is almost used up, whatever the browser says of its limit. */
  readonly cramped: boolean;
  /** Share of the segments that retention has gone through; null while it is not at work. */
  readonly thinning: number | null;
  /** Everything up to here has been exported and confirmed as stored. */
  readonly exportedThrough: number;
}

export const OPENING: ServerStatus = {
  role: 'opening', database: 'strict', log: true, locked: true, journalId: null, records: 0, lastSeq: 0, session: 0,
  failure: null, checked: 0, toCheck: 0, filling: false, stalled: null, repairs: [], quota: null, cramped: false, thinning: null, exportedThrough: 0,
};

/** The level that a share of the quota in use stands for. */
export function quotaLevel(usage: number, quota: number): Quota['level'] {
  const share = quota > 0 ? usage / quota : 1;
  return share >= 0.95 ? 'critical' : share >= 0.8 ? 'warn' : 'ok';
}
