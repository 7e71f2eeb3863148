/**
 * The state machine of releases. All of it is one record (`Pointer`); every arrow is one strict transaction.
 *
 * ```
 *            offered, verified              all files stored        a person agrees,
 *            manifest, not refused          and verified            or the line is idle
 *   current ────────────────▶ downloading ───────────────▶ ready ────────────────────▶ trial
 *      ▲                          │  ▲                                                   │
 *      │                 a file is│  │next check: what is                                │ self-test passed
 *      │                 refused, │  │stored is kept                                     ├──────────▶ confirmed: it is `current`,
 *      │                 killed   ▼  │                                                   │            the one before `previous`
 *      │                         (resumes)                                               │
 *      └─────────────────────────────────────────────────────────────────────────────────┘
 *             rolled back and remembered as bad: the self-test failed, or nobody confirmed in time or in MAX_STARTS starts
 * ```
 *
 * `current` does not change before `confirmed`, so whatever happens in between (a kill, a power cut, a refusal) the device
 * runs what it ran. A device without a release (first visit) adopts the one that its page is made of.
 */
import type { SequenceFloor } from '../domain/release.ts';
import type { BadRelease, CheckOutcome, Pointer, RefusalCode, ReleaseFacts, TrialFailure } from '../domain/updates.ts';

/** A trial that is started this often without being confirmed is over: the device restarts in it. */
export const MAX_STARTS = 3;
const REMEMBERED_BAD = 64;
const REMEMBERED_ATTEMPTS = 20;

/** A device before its first release. */
export const EMPTY_POINTER: Pointer = {
  schema: 1,
  current: null,
  previous: null,
  candidate: null,
  bad: [],
  floor: { app: 0, models: 0 },
  attempts: [],
};

/** What a device makes of an offered release: take it, keep what it has, or refuse. */
export type Judgement = 'take' | 'current' | 'ready' | Extract<RefusalCode, 'below_minimum' | 'known_bad' | 'not_selected' | 'in_trial'>;

export interface Offer {
  readonly release: ReleaseFacts;
  /** Whether the device belongs to the share of the fleet that the release is for. */
  readonly selected: boolean;
  /** A person wants it: the share does not count, and neither does a trial that merely was not confirmed. */
  readonly forced: boolean;
}

/** Judges an offer whose manifest is signed. `builtIn` is the floor that the worker was built with. */
export function judgeOffer(pointer: Pointer, { release, selected, forced }: Offer, builtIn: SequenceFloor): Judgement {
  const { current, candidate, bad, floor } = pointer;
  if (candidate?.stage === 'trial') return 'in_trial';
  if (below(release, builtIn) || below(release, floor)) return 'below_minimum';
  if (current?.id === release.id) return 'current';
  const known = bad.find(({ release: { id } }) => id === release.id);
  if (known && !(forced && known.reason === 'not_confirmed')) return 'known_bad';
  if (!selected && !forced && current !== null) return 'not_selected';
  return candidate?.release.id === release.id && candidate.stage === 'ready' ? 'ready' : 'take';
}

/** A download begins, or goes on. */
export function begin(pointer: Pointer, release: ReleaseFacts): Pointer {
  return pointer.candidate?.stage === 'trial' ? pointer : { ...pointer, candidate: { release, stage: 'downloading', starts: 0 } };
}

/** Every file is stored and verified. */
export function complete(pointer: Pointer, id: string): Pointer {
  const { candidate } = pointer;
  if (candidate?.release.id !== id || candidate.stage !== 'downloading') return pointer;
  return { ...pointer, candidate: { ...candidate, stage: 'ready' } };
}

/** The next page tries the candidate. */
export function startTrial(pointer: Pointer, id: string): Pointer {
  const { candidate } = pointer;
  if (candidate?.release.id !== id || candidate.stage !== 'ready') return pointer;
  return { ...pointer, candidate: { ...candidate, stage: 'trial' } };
}

/** A page is loaded: which release it gets, and the pointer after it. `usable`: the current release can be served. */
export function startPage(pointer: Pointer, usable: boolean, now: number): { readonly pointer: Pointer; readonly serve: ReleaseFacts | null } {
  const { candidate, current } = pointer;
  // With nothing to protect, a complete release is tried right away.
  const tried = candidate?.stage === 'trial' || (candidate?.stage === 'ready' && !usable);
  if (!candidate || !tried) return { pointer, serve: usable ? current : null };
  if (candidate.starts >= MAX_STARTS) {
    const after = reject(pointer, candidate.release.id, 'not_confirmed', `${candidate.starts} starts`, now);
    return { pointer: after, serve: usable ? current : null };
  }
  return {
    pointer: { ...pointer, candidate: { ...candidate, stage: 'trial', starts: candidate.starts + 1 } },
    serve: candidate.release,
  };
}

/** The self-test passed: the candidate is the release from now on. */
export function confirm(pointer: Pointer, id: string, minimum: SequenceFloor): Pointer {
  const { candidate, current, previous } = pointer;
  if (candidate?.release.id !== id || candidate.stage !== 'trial') return pointer;
  return {
    ...pointer,
    current: candidate.release,
    previous: current ?? previous,
    candidate: null,
    bad: pointer.bad.filter(({ release }) => release.id !== id),
    floor: raised(pointer.floor, candidate.release, minimum),
  };
}

/** A first visit's page is made of the candidate and works. */
export function adopt(pointer: Pointer, id: string, minimum: SequenceFloor): Pointer {
  if (pointer.current !== null || pointer.candidate?.release.id !== id || pointer.candidate.stage !== 'ready') return pointer;
  const { release } = pointer.candidate;
  return { ...pointer, current: release, candidate: null, floor: raised(pointer.floor, release, minimum) };
}

/** The trial failed: the release before goes on, and this one is remembered. */
export function reject(pointer: Pointer, id: string, reason: TrialFailure, detail: string, at: number): Pointer {
  const { candidate } = pointer;
  if (candidate?.release.id !== id || candidate.stage !== 'trial') return pointer;
  const entry: BadRelease = { release: candidate.release, reason, detail, at };
  return {
    ...pointer,
    candidate: null,
    previous: pointer.previous?.id === id ? null : pointer.previous,
    bad: [...pointer.bad.filter(({ release }) => release.id !== id), entry].slice(-REMEMBERED_BAD),
  };
}

/** The current release cannot be served any more (its files are gone), the last good one can. */
export function fallBack(pointer: Pointer): Pointer {
  return pointer.previous === null ? pointer : { ...pointer, current: pointer.previous, previous: null };
}

/** Remembers what a look at the server brought. The same outcome again replaces the last one. */
export function noteAttempt(pointer: Pointer, outcome: CheckOutcome): Pointer {
  const last = pointer.attempts.at(-1);
  const same = last?.result === outcome.result && last.file === outcome.file && last.release?.id === outcome.release?.id;
  const before = same ? pointer.attempts.slice(0, -1) : pointer.attempts;
  return { ...pointer, attempts: [...before, outcome].slice(-REMEMBERED_ATTEMPTS) };
}

/** The caches that may not be thrown away for the pointer's sake. */
export function keptReleases({ current, previous, candidate }: Pointer): readonly string[] {
  return [current, previous, candidate?.release].flatMap((release) => (release ? [release.id] : []));
}

function below({ app, models }: ReleaseFacts, floor: SequenceFloor): boolean {
  return app < floor.app || models < floor.models;
}

/** A release cannot lock itself out: its own numbers bound what it demands. */
function raised(floor: SequenceFloor, release: ReleaseFacts, minimum: SequenceFloor): SequenceFloor {
  return {
    app: Math.max(floor.app, Math.min(minimum.app, release.app)),
    models: Math.max(floor.models, Math.min(minimum.models, release.models)),
  };
}
