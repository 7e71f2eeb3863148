import type { Status } from './status.ts';

/** One bar of a strip. */
export interface StripItem {
  readonly id: string;
  readonly status: Status;
  /** Height of the bar, 0 to 1; null draws no height (a status without a number). */
  readonly probability: number | null;
  /** The bar in words. */
  readonly label: string;
  /** Faded: there, but not counted. */
  readonly muted?: boolean;
  /** What happened just before it, in words: drawn as a line in front of the bar. */
  readonly marker?: string | undefined;
  /** Drawn in outline: there, but not (yet) for good. */
  readonly hollow?: boolean;
}
