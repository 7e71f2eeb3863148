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
}
