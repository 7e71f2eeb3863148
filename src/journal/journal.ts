import type { Result } from '../domain/result.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import type { EventType, Finding, InspectionData, RecordKind } from './format/records.ts';
import type { HistoryCursor, HistoryFilter, HistoryPage, ShotFile } from './query.ts';
import type { ServerStatus } from './status.ts';
import type { MarkerRow } from './store/database.ts';
import type { InspectedShot } from './store/findings.ts';
import type { ShotRow, Stream, TallyRow } from './store/rows.ts';
import type { Thinnable, Thinned } from './store/thin.ts';

/** The record of what came in and what was said of it, as the line needs it. A shot is recorded before it is judged. */
export interface Journal {
  /** Resolves once the shots are kept. Those of files are not: see {@link DurableJournal.recordEvent}. */
  recordShots(shots: readonly Shot[]): Promise<Result<void>>;
  /** Resolves once the verdicts are kept. */
  recordVerdicts(judged: readonly JudgedShot[]): Promise<Result<void>>;
  /** The latest judged shots, oldest first. */
  recent(limit: number): Promise<readonly JudgedShot[]>;
}

/** The durable journal as the page sees it. */
export interface JournalStatus extends ServerStatus {
  /** Live shots that are shown but not kept (yet); they are kept as soon as there is room again. */
  readonly unrecorded: number;
  /** A record has been waiting for longer than a second. */
  readonly late: boolean;
  /** The browser has promised not to clear the storage on its own; null = not known. */
  readonly persisted: boolean | null;
}

/** Whether a shot and its verdict are on the disk. `unknown`: not a live shot of this page. */
export type Keeping = 'kept' | 'pending' | 'failed' | 'unknown';

/** A finding as the inspector gives it. */
export interface InspectionInput {
  readonly outcome: 'good' | 'defective';
  readonly findings: readonly Finding[];
  readonly part: string | null;
  readonly note: string | null;
}

export interface EventInput {
  readonly type: EventType;
  readonly text?: string | null;
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** A record that was just kept. */
export interface KeptRecord {
  readonly kind: RecordKind;
  /** Number of the shot that it is about, where that was kept before. */
  readonly shot: number | null;
}

/** The journal of the tablet: two copies of every record, one writer, every window a reader. */
export interface DurableJournal extends Journal {
  readonly status: JournalStatus;
  /** Calls the listener on every change of status or of a shot's {@link Keeping}; returns the way to stop. */
  onStatus(listener: (status: JournalStatus) => void): () => void;
  /** Calls the listener after records were kept that lists and charts may want to show; returns the way to stop. */
  onRecorded(listener: (kept: readonly KeptRecord[]) => void): () => void;
  keepingOf(shotId: string): Keeping;
  /** Sequence number of a live shot of this page, or of one that was read from the journal; null where unknown. */
  seqOf(shotId: string): number | null;

  /** Says which bundle is in use, for records that are not verdicts. */
  setBundle(bundleId: string | null): void;

  /** Keeps what another bundle says of a shot, for comparison. */
  recordShadow(shot: Shot, verdict: Verdict): Promise<Result<void>>;
  recordEvent(event: EventInput): Promise<Result<number>>;
  recordSetting(name: string, before: string | number | boolean | null, after: string | number | boolean | null): Promise<Result<number>>;
  /** Keeps a finding; one that the shot already has is corrected by it, and stays in the audit trail. */
  inspect(shotSeq: number, input: InspectionInput): Promise<Result<number>>;
  /** Withdraws the finding of a shot (an undo); the audit trail keeps it. */
  withdrawInspection(shotSeq: number): Promise<Result<number>>;

  history(filter: HistoryFilter, limit: number, cursor?: HistoryCursor | null): Promise<Result<HistoryPage>>;
  shot(seq: number): Promise<Result<ShotFile | null>>;
  /** Inspected shots of a stretch of time, oldest first. Times in ms since the epoch, from <= t < to; so below. */
  inspected(stream: Stream, from: number, to: number): Promise<Result<readonly ShotRow[]>>;
  /** What there is to learn from all inspected shots of a stream, oldest first; no part of reading it holds the page up. */
  lessons(stream: Stream): Promise<Result<readonly InspectedShot[]>>;
  markers(from: number, to: number): Promise<Result<readonly MarkerRow[]>>;
  /** Counts per day and product. */
  days(stream: Stream, from: number, to: number): Promise<Result<readonly TallyRow[]>>;
  /** The latest runs, newest first. */
  runs(stream: Stream, limit: number): Promise<Result<readonly TallyRow[]>>;
  /** Uninspected shots received before an instant (the begin of a local day), and how many of them have been exported. */
  thinnable(before: number): Promise<Result<Thinnable>>;
  /**
   * Puts figures per day and run in the place of exported, uninspected shots received before an instant, for good. Takes a
   * minute for a year; the line goes on meanwhile. See {@link JournalStatus.thinning}.
   */
  thin(before: number): Promise<Result<Thinned>>;
  /** A backup that has been read and staged (see export/) becomes the journal, unless this one holds shots of the machine. */
  adoptBackup(): Promise<Result<null>>;
}

/** Why a part is looked at: the model flagged it, chance did, or a person. */
export type InspectionReason = InspectionData['reason'];
