import type { AppError } from '../domain/app-error.ts';
import type { Policy, ResolvedPolicy } from '../domain/policy.ts';
import type { Result } from '../domain/result.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import type { ClientStatus, LoadedBundle } from '../model/client.ts';

export interface LineEvents {
  /** A live shot (`receive`) has its verdict; `shot.repeat` marks one that must not be counted again. */
  judged: JudgedShot;
  /** Inference changed its state. */
  status: ClientStatus;
  /** Another bundle is in use. */
  bundle: LoadedBundle;
  /** The bundle in use, which answered while its run-time was starting, did not stand its proof: none is in use any more. */
  withdrawn: LoadedBundle;
  /** Another policy is in use, or the same one on another bundle's table. */
  policy: ResolvedPolicy;
  /** A record could not be kept; verdicts go on. */
  journalFailure: AppError;
}

export interface BatchProgress {
  readonly done: number;
  readonly total: number;
}

export interface BatchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BatchProgress) => void;
  /** Shots of the whole file, when this is a part of it. */
  readonly total?: number;
  /** Keep latents and reconstruction in each verdict (336 bytes a shot). Default false. */
  readonly details?: boolean;
}

/** The one path every shot takes: mark repeats -> journal -> predict -> judge -> journal -> announce. */
export interface Line {
  readonly status: ClientStatus;
  /** The bundle in use; null before the first load. */
  readonly bundle: LoadedBundle | null;
  /** The policy in use with its threshold; null before the first load. */
  readonly policy: ResolvedPolicy | null;
  setPolicy(policy: Policy): void;
  /**
   * Loads a bundle and switches to it (null: the manifest's current one); on failure what was in use stays in use. The first
   * bundle is in use as soon as it answers, before its run-time has started. As long as nothing is in use, a load that failed for
   * a reason that may pass is tried again by itself.
   */
  load(bundleId: string | null): Promise<Result<LoadedBundle>>;
  /** A live shot. Always resolves: when inference is unavailable, to a HOLD that says so. */
  receive(shot: Shot): Promise<JudgedShot>;
  /**
   * Shots of a file, in order, all judged with the bundle and policy of the beginning: repeats are scored and marked, also
   * those that the caller has marked already. Waits while inference restarts. Fails only when aborted.
   */
  receiveMany(shots: readonly Shot[], options?: BatchOptions): Promise<Result<readonly JudgedShot[]>>;
  /** What is said of a shot, with all details; leaves no record and announces nothing. */
  preview(shot: Shot, options?: { signal?: AbortSignal }): Promise<Verdict>;
  /** Calls the listener on every event of that type; returns the way to stop. */
  on<E extends keyof LineEvents>(event: E, listener: (payload: LineEvents[E]) => void): () => void;
}
