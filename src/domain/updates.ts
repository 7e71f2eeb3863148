/** What a page and the service worker say to each other about releases. Old pages and new workers must understand each other. */
import type { SequenceFloor } from './release.ts';

/** What one wants to know of a release without its files. */
export interface ReleaseFacts {
  /** sha256 of its content and headers (`releaseIdentity`). */
  readonly id: string;
  /** Numbers of the app and of the models. */
  readonly app: number;
  readonly models: number;
  readonly version: string;
  readonly build: string;
  readonly headers: string;
  /** Bundle that a new device begins with. */
  readonly bundle: string;
}

/** Why an offered release was not taken. */
export type RefusalCode =
  /** The server could not be asked. */
  | 'offline'
  /** The server has no release manifest. */
  | 'absent'
  | 'signature'
  /** The manifest is signed, but not in the form that this worker knows. */
  | 'form'
  | 'below_minimum'
  /** It failed its trial on this device before. */
  | 'known_bad'
  /** It is for a part of the fleet that this device does not belong to. */
  | 'not_selected'
  /** A file is not what the manifest says; `file` names it. */
  | 'content'
  /** The browser gave no room for it. */
  | 'storage'
  /** Another release is being tried. */
  | 'in_trial';

/** One look at the server. */
export interface CheckOutcome {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** `current`: nothing new; `ready`: downloaded and verified, waiting for the switch. */
  readonly result: 'current' | 'ready' | RefusalCode;
  readonly file: string | null;
  readonly release: ReleaseFacts | null;
}

/** Why a release was rolled back. */
export type TrialFailure = 'self_test' | 'not_confirmed';

/** A release that this device has tried and left. */
export interface BadRelease {
  readonly release: ReleaseFacts;
  readonly reason: TrialFailure;
  readonly detail: string;
  readonly at: number;
}

/** A release on its way. */
export interface Candidate {
  readonly release: ReleaseFacts;
  readonly stage: 'downloading' | 'ready' | 'trial';
  /** Pages it was started for during its trial. */
  readonly starts: number;
}

/** Everything that decides which release runs: one record, changed in one transaction. */
export interface Pointer {
  readonly schema: 1;
  readonly current: ReleaseFacts | null;
  /** The last good one before. */
  readonly previous: ReleaseFacts | null;
  readonly candidate: Candidate | null;
  readonly bad: readonly BadRelease[];
  readonly floor: SequenceFloor;
  /** The latest looks at the server, oldest first. */
  readonly attempts: readonly CheckOutcome[];
}

/** Files of the running release that the browser does not hold (any more). */
export interface MissingFiles {
  readonly files: readonly string[];
  readonly bytes: number;
}

/** Bytes of a release that are downloaded and verified, of how many. */
export interface DownloadProgress {
  readonly release: ReleaseFacts;
  readonly loaded: number;
  readonly total: number;
}

/** The worker's view, for one page. */
export interface UpdateStatus extends Pointer {
  /** The release that the asking page was loaded from; null: from the network. */
  readonly yours: ReleaseFacts | null;
  /** What of the current release is missing; null when nothing is, or there is none. */
  readonly missing: MissingFiles | null;
}

/** Questions of a page; each is answered once, on its port. */
export type UpdateQuestion =
  | { readonly kind: 'status' }
  /** Ask the server. `forced`: a person wants it, so share and unconfirmed trials do not count. */
  | { readonly kind: 'check'; readonly device: string; readonly forced: boolean; readonly bytesPerSecond: number | null }
  /** The page of a first visit has proved itself: what it is made of is the release from now on. */
  | { readonly kind: 'adopt'; readonly id: string }
  /** Try the candidate at the next load of a page. */
  | { readonly kind: 'switch'; readonly id: string }
  | { readonly kind: 'confirm'; readonly id: string }
  | { readonly kind: 'reject'; readonly id: string; readonly detail: string }
  /** Hash every stored file of the current release; repair from the network what is missing or damaged. */
  | { readonly kind: 'audit' };

/** Said to all pages while something is downloaded. */
export interface ProgressNote {
  readonly kind: 'castwatch-progress';
  readonly progress: DownloadProgress;
}
