import type { AppError } from '../../domain/app-error.ts';
import type { RepairNote } from './journal-store.ts';

/** What the writer is up to. */
export interface WriterState {
  /** How a record is kept when it is acknowledged: in the database (on the disk, or handed over) and in the log. */
  readonly database: 'strict' | 'relaxed';
  readonly log: boolean;
  readonly records: number;
  readonly lastSeq: number;
  readonly session: number;
  /** Why the latest append was not kept; null while appends succeed. */
  readonly failure: AppError | null;
  /** Full segments checked since the start, of how many; what is still to be filled or replaced counts too. */
  readonly checked: number;
  readonly toCheck: number;
  /** Records of the log are still being brought into a new database: lists show more and more. */
  readonly filling: boolean;
}

/** Who hears of what the writer does. */
export interface WriterListeners {
  onState(state: WriterState): void;
  onRepair(notes: readonly RepairNote[]): void;
}
