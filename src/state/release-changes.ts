/** What became of releases, for the journal: taken, rolled back, refused. Compared with what was known, also over a reload. */
import type { CheckOutcome, ReleaseFacts, UpdateStatus } from '../domain/updates.ts';
import type { EventInput } from '../journal/journal.ts';

/** What has been written down already. */
interface Seen {
  readonly current: string | null;
  readonly currentName: string | null;
  /** Of the latest rolled-back release, ms since the epoch. */
  readonly badAt: number;
  /** The latest refusal, by what and why. */
  readonly refused: string | null;
}

const KEY = 'castwatch.releases-seen';

/** Outcomes that say something about what the server offers, rather than about the connection or the fleet. */
const REFUSALS: ReadonlySet<CheckOutcome['result']> = new Set(['signature', 'form', 'below_minimum', 'known_bad', 'content', 'storage']);

export class ReleaseChanges {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | null;
  readonly #record: (event: EventInput) => Promise<boolean>;
  #turn: Promise<void> = Promise.resolve();

  /** @param record resolves with whether the event was kept: what was not is tried again with the next status */
  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | null, record: (event: EventInput) => Promise<boolean>) {
    this.#storage = storage;
    this.#record = record;
  }

  /** Writes down what is new. */
  take(status: UpdateStatus): Promise<void> {
    this.#turn = this.#turn.then(() => this.#take(status));
    return this.#turn;
  }

  async #take(status: UpdateStatus): Promise<void> {
    const before = readSeen(this.#storage);
    const now = seenOf(status, before);
    if (before !== null) {
      for (const event of eventsOf(before, now, status)) if (!(await this.#record(event))) return;
    }
    try {
      this.#storage?.setItem(KEY, JSON.stringify(now));
    } catch {
      // Without storage every start begins anew and writes nothing down.
    }
  }
}

function eventsOf(before: Seen, now: Seen, status: UpdateStatus): readonly EventInput[] {
  const events: EventInput[] = [];
  for (const { release, reason, detail, at } of status.bad) {
    if (at > before.badAt) events.push({ type: 'release', text: `${nameOf(release)} ${detail}`.trim(), details: { what: 'rolled_back', reason } });
  }
  const refusal = refusalOf(status);
  if (refusal && now.refused !== before.refused) {
    const text = [refusal.release && nameOf(refusal.release), refusal.result, refusal.file].filter(Boolean).join(' ');
    events.push({ type: 'release', text, details: { what: 'refused', reason: refusal.result } });
  }
  if (now.current !== null && now.current !== before.current) {
    events.push({ type: 'release', details: { what: 'taken', before: before.currentName, after: now.currentName } });
  }
  return events;
}

function seenOf(status: UpdateStatus, before: Seen | null): Seen {
  const refusal = refusalOf(status);
  return {
    current: status.current?.id ?? null,
    currentName: status.current && nameOf(status.current),
    badAt: Math.max(before?.badAt ?? 0, ...status.bad.map(({ at }) => at)),
    refused: refusal ? `${refusal.result} ${refusal.file ?? ''} ${refusal.release?.id ?? ''}` : (before?.refused ?? null),
  };
}

function refusalOf({ attempts }: UpdateStatus): CheckOutcome | null {
  return attempts.findLast(({ result }) => REFUSALS.has(result)) ?? null;
}

const nameOf = ({ version, build, models }: ReleaseFacts): string => `${version} (${build.slice(0, 8)}), models ${models}`;

function readSeen(storage: Pick<Storage, 'getItem'> | null): Seen | null {
  try {
    const seen = JSON.parse(storage?.getItem(KEY) ?? 'null') as Partial<Seen> | null;
    if (seen === null || typeof seen.badAt !== 'number') return null;
    return { current: seen.current ?? null, currentName: seen.currentName ?? null, badAt: seen.badAt, refused: seen.refused ?? null };
  } catch {
    return null;
  }
}
