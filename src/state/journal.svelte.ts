/** The durable journal as the screens see it: how the record stands, what is to be said of it, and what the app itself writes down. */
import type { Result } from '../domain/result.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot } from '../domain/verdict.ts';
import type { DurableJournal, EventInput, JournalStatus, Keeping } from '../journal/journal.ts';
import type { MarkerRow } from '../journal/store/database.ts';
import { localDate, streamOf, type TallyRow } from '../journal/store/rows.ts';
import type { Thinned } from '../journal/store/thin.ts';
import type { Line } from '../line/line.ts';
import { describeError, t } from '../messages/index.ts';
import { plant } from '../messages/plant.svelte.ts';
import type { InspectionRequests } from './inspection-request.svelte.ts';
import type { LineFeed, RunCounts } from './line-feed.svelte.ts';
import { Changes } from './recorded-changes.ts';
import type { Settings } from './settings.svelte.ts';
import type { ShotHistory } from './shot-history.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

/** Shots that the line view begins with after a reload: twice what its strip shows. */
const RESTORED = 120;
/** They are read anew while shots come in between, but not for ever; each time after a pause in which a verdict is written. */
const RESTORE_ATTEMPTS = 5;
const RESTORE_PAUSE_MS = 50;

/** How far back the markers of the strip are looked for. */
const MARKER_WINDOW_MS = 24 * 3600_000;

/** The same alarm is not raised again within this time: one that comes and goes must not flood the screen. */
const REPEAT_MS = 60_000;

/** What is wrong with the record, the worst first. */
export type JournalAlarm = 'unavailable' | 'failing' | 'late' | 'quota_critical' | 'quota_warn';

const RAISED: readonly JournalAlarm[] = ['unavailable', 'failing', 'late', 'quota_critical', 'quota_warn'];

export interface JournalStateOptions {
  readonly records: DurableJournal;
  readonly line: Line;
  readonly settings: Settings;
  readonly feed: LineFeed;
  readonly history: ShotHistory;
  readonly toasts: Toasts;
  readonly requests: InspectionRequests;
  readonly now?: () => number;
}

/** Status, alarms and markers of the journal; and the app's own entries: model, threshold and settings that changed. */
export class JournalState {
  status = $state.raw<JournalStatus>() as JournalStatus;
  /** Events and changed settings of the last day, oldest first. */
  markers = $state.raw<readonly MarkerRow[]>([]);
  /** Grows whenever records were kept or corrected: what is read from the journal may be read again. */
  version = $state(0);
  /** The records themselves. */
  readonly records: DurableJournal;
  readonly #options: JournalStateOptions;
  readonly #now: () => number;
  readonly #raisedAt: Partial<Record<JournalAlarm, number>> = {};
  #eventListeners: readonly ((event: EventInput) => void)[] = [];
  #repairsTold = 0;
  #bumped = false;
  /** There may be more to read than when the last shots were restored. */
  #refilled = false;
  #sessionTold = false;

  constructor(options: JournalStateOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.records = options.records;
    this.status = options.records.status;
  }

  /** What is wrong now; null while every record is kept. */
  get alarm(): JournalAlarm | null {
    const { role, failure, late, quota, cramped, unrecorded } = this.status;
    if (role === 'unavailable') return 'unavailable';
    if (role !== 'reader' && (failure !== null || unrecorded > 0)) return 'failing';
    if (late) return 'late';
    if (cramped) return 'quota_critical';
    return quota === null || quota.level === 'ok' ? null : `quota_${quota.level === 'warn' ? 'warn' : 'critical'}`;
  }

  /** Another window writes; here nothing is recorded. */
  get readOnly(): boolean {
    return this.status.role === 'reader';
  }

  /** Whether records hold less than both copies on the disk. */
  get reduced(): boolean {
    const { role, database, log } = this.status;
    return role === 'writer' && (database === 'relaxed' || !log);
  }

  /** Whether a shot and its verdict are on the disk, in both copies. Follows the status where it is read in an effect. */
  keepingOf(shotId: string): Keeping {
    return this.status.role === 'opening' && this.records.keepingOf(shotId) === 'unknown' ? 'pending' : this.records.keepingOf(shotId);
  }

  /** Brings back the last shots, and follows the line, the settings and the journal from now on; returns the way to stop. */
  start(): () => void {
    const { records, line, settings } = this.#options;
    const changes = new Changes(this);
    const stops = [
      records.onStatus((status) => {
        this.#take(status);
      }),
      records.onRecorded(() => {
        this.#bump();
      }),
      line.on('bundle', ({ entry }) => {
        records.setBundle(entry.id);
        changes.bundle(entry.id);
      }),
      line.on('policy', ({ policy, threshold }) => {
        changes.policy(policy, threshold);
      }),
      $effect.root(() => {
        $effect(() => {
          changes.settings(settings.data);
        });
        $effect(() => {
          changes.table(plant.table);
        });
      }),
    ];
    this.#take(records.status);
    void this.#restore().then((last) => {
      changes.begin(last);
    });
    return () => {
      changes.stop();
      stops.forEach((stop) => stop());
    };
  }

  /** Writes down what happened around the shots; says so when it could not be kept. Returns whether it was. */
  async recordEvent(event: EventInput): Promise<boolean> {
    for (const listener of this.#eventListeners) listener(event);
    const result = await this.records.recordEvent(event);
    if (!result.ok) this.#options.toasts.show(describeError(result.error).title, 'error');
    await this.loadMarkers();
    return result.ok;
  }

  /** Calls the listener on every event of this page, before it is written down; returns the way to stop. */
  onEvent(listener: (event: EventInput) => void): () => void {
    this.#eventListeners = [...this.#eventListeners, listener];
    return () => (this.#eventListeners = this.#eventListeners.filter((one) => one !== listener));
  }

  /** Thins old, exported values, as a person has confirmed; the record says so first. */
  async thin(days: number, before: number): Promise<Result<Thinned>> {
    const told = await this.records.recordEvent({ type: 'retention', details: { days, before: localDate(before) } });
    return told.ok ? this.records.thin(before) : told;
  }

  /** Reads the markers of the last day again. */
  async loadMarkers(): Promise<void> {
    const now = this.#now();
    const markers = await this.records.markers(now - MARKER_WINDOW_MS, now + 60_000);
    if (markers.ok) this.markers = markers.value;
  }

  /** The last shots of the machine and the counts of its run, as they were when the page was left. */
  async #restore(): Promise<JudgedShot | null> {
    const last = await this.#restoreShots();
    await this.loadMarkers();
    this.#bump();
    return last;
  }

  async #restoreShots(): Promise<JudgedShot | null> {
    const { records, feed, history } = this.#options;
    let recent: readonly JudgedShot[] = [];
    let last: JudgedShot | null = null;
    let run: TallyRow | undefined;
    let waiting = 0;
    for (let attempt = 0; attempt < RESTORE_ATTEMPTS; attempt += 1) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, RESTORE_PAUSE_MS));
      recent = await records.recent(RESTORED);
      last = recent.findLast(({ shot }) => isMachine(shot)) ?? null;
      if (last === null) break;
      const runs = await records.runs(streamOf(last.shot.source), 1);
      run = runs.ok ? runs.value[0] : undefined;
      // A shot that came between the two readings, or whose verdict is not there yet, is in the second one alone: it would be counted twice.
      if (run === undefined || run.lastSeq === records.seqOf(last.shot.id)) break;
      // The verdict takes its time: what waits for one is counted when it comes.
      if (attempt === RESTORE_ATTEMPTS - 1) waiting = run.rows.unjudged;
    }
    history.restore(recent);
    if (last) {
      const { source } = last.shot;
      const counts: RunCounts | null = run
        ? { shots: run.rows.shots - waiting, ng: run.rows.ng, hold: run.rows.hold, repeats: run.rows.repeats, since: run.firstAt }
        : null;
      feed.restore(recent.filter(({ shot }) => shot.source === source), counts);
    }
    return last;
  }

  /** A record that is filled in after the start has its last shots later: until one comes in live, they are restored again. */
  async #refill(): Promise<void> {
    const { feed } = this.#options;
    if (!this.#refilled || (feed.latest !== null && !feed.restored)) return;
    this.#refilled = false;
    await this.#restoreShots();
  }

  #take(status: JournalStatus): void {
    const before = this.status;
    this.status = status;
    if (status.role === 'writer' && !this.#sessionTold) {
      this.#sessionTold = true;
      void this.records.recordEvent({ type: 'session_start', details: { app: __APP_VERSION__ } });
    }
    // A record that was restored or lost is filled in behind the scenes: nothing is recorded, and yet there is more to read.
    if (before.role !== status.role || before.checked !== status.checked || before.records !== status.records) {
      this.#bump();
      this.#refilled = true;
    }
    const { alarm } = this;
    if (alarm !== null && RAISED.indexOf(alarm) <= RAISED.indexOf('quota_critical')) this.#raise(alarm);
    const news = status.repairs.slice(this.#repairsTold);
    this.#repairsTold = status.repairs.length;
    if (news.length > 0) {
      const lost = news.filter(({ what }) => what === 'records_lost').reduce((sum, { count }) => sum + count, 0);
      const { toasts } = this.#options;
      if (lost > 0) toasts.show(t('journal.lost', { count: lost }), 'error');
      else toasts.show(t('journal.repaired', { count: news.length }));
    }
  }

  #raise(alarm: JournalAlarm): void {
    const before = this.#raisedAt[alarm];
    const now = performance.now();
    if (before !== undefined && now - before < REPEAT_MS) return;
    this.#raisedAt[alarm] = now;
    this.#options.toasts.show(t(`journal.alarm.${alarm}`), 'error');
  }

  /** At most twice a second, however fast the line is. */
  #bump(): void {
    if (this.#bumped) return;
    this.#bumped = true;
    setTimeout(() => {
      this.#bumped = false;
      this.version += 1;
      void this.#refill();
      const latest = this.#options.feed.latest;
      if (latest) void this.#options.requests.refresh(streamOf(latest.shot.source));
    }, 500);
  }
}

/** Whether a shot came from the machine (or the demo line in its place). */
function isMachine({ source }: Shot): boolean {
  return source === 'demo' || source === 'api';
}
