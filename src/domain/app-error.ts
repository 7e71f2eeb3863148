/** What may be wrong with one field of a shot. */
export type FieldProblem = 'absent' | 'not_a_number' | 'duplicate';

/** One bad field: its feature name and what is wrong with it. */
export interface BadField {
  readonly name: string;
  readonly problem: FieldProblem;
}

/**
 * Every expected failure of the app and the parameters its message needs. A key that is added here needs a text in the
 * catalogue: the message of code `x` is `error.x`.
 */
export interface AppErrorParams {
  /** The device has no connection and the file is not cached. */
  offline: { file: string };
  /** The server answered 404 (or any other status but 200). */
  file_missing: { file: string; status: number };
  /** The server answered with a web page in place of a model file: a wrong rewrite rule. */
  html_instead: { file: string };
  /** Length or sha256 of a file differ from the manifest's. */
  hash_mismatch: { file: string };
  /** A file is not what docs/bundle.md says; `where` is the path of the first key that is wrong. */
  schema_invalid: { file: string; where: string; detail: string };
  /** The manifest's signature does not fit its bytes. */
  signature_invalid: { file: string };
  /** The manifest has no bundle of that id. */
  bundle_unknown: { bundle: string };
  /** The golden vectors did not come out as the bundle says; `rows` of them, worst by `maxDifference`. */
  self_test_failed: { bundle: string; rows: number; maxDifference: number };
  /** The page came over plain http from another machine: the browser withholds its cryptography there. */
  insecure_context: Record<never, never>;
  /** The run-time could not be started or refused a model (an old browser, no WebAssembly, no memory). */
  runtime_failed: { detail: string };
  /** The two engines that compute every live shot give probabilities that lie `difference` apart (NaN: one is no number). */
  engines_disagree: { difference: number };
  /** The worker died while it worked on this; it is being restarted. */
  worker_died: { detail: string };
  /** No answer within the time given. */
  timeout: { timeoutMs: number };
  /** The caller gave up. */
  aborted: Record<never, never>;
  /** No bundle is loaded (yet). */
  not_ready: Record<never, never>;
  /** A shot with bad fields: every one of them is named. */
  shot_invalid: { fields: readonly BadField[] };
  /** The request is not an object with `features`. */
  request_invalid: { detail: string };
  /** The disk, or the browser's share of it, is full: the journal cannot keep a record, or not be opened. */
  journal_full: { detail: string };
  /** The journal could not keep a record. */
  journal_failed: { detail: string };
  /** Another window of the app writes the journal; this one only reads it. */
  journal_read_only: Record<never, never>;
  /** A file is not a whole, undamaged backup of a journal. */
  backup_invalid: { detail: string };
  /** A backup can only be restored into a journal without real shots. */
  journal_not_empty: { records: number };
}

export type AppErrorCode = keyof AppErrorParams;

/** Key of the message in the catalogue. */
export type AppErrorMessageKey = `error.${AppErrorCode}`;

/** An expected failure as a value, discriminated by `code`. */
export type AppError = {
  readonly [C in AppErrorCode]: {
    readonly code: C;
    /** Whether the same call may succeed later without a change (a network, a worker), or is pointless (a bad file). */
    readonly retryable: boolean;
    readonly messageKey: `error.${C}`;
    readonly params: AppErrorParams[C];
    /** What lies beneath, for diagnostics; never shown to an operator. */
    readonly cause?: unknown;
  };
}[AppErrorCode];

const RETRYABLE: ReadonlySet<AppErrorCode> = new Set([
  'offline',
  'file_missing',
  'html_instead',
  'hash_mismatch',
  'worker_died',
  'timeout',
  'not_ready',
  'journal_failed',
  'journal_full',
] satisfies AppErrorCode[]);

/** Builds an {@link AppError}. */
export function appError<C extends AppErrorCode>(code: C, params: AppErrorParams[C], cause?: unknown): AppError {
  const error = { code, retryable: RETRYABLE.has(code), messageKey: `error.${code}`, params };
  return (cause === undefined ? error : { ...error, cause }) as AppError;
}

/** An {@link AppError} where a promise has to reject with an `Error` (the programmatic contract). */
export class AppErrorException extends Error {
  override readonly name = 'AppErrorException';
  readonly error: AppError;

  constructor(error: AppError) {
    super(`${error.code} ${JSON.stringify(error.params)}`);
    this.error = error;
  }
}

/** The message of anything thrown. */
export function detailOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
