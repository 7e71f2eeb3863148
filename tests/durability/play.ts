import type { Stage } from './stage.ts';

/** What came of an act. */
export interface Outcome {
  readonly passed: boolean;
  readonly figures: Readonly<Record<string, unknown>>;
}

/** An act that cannot be played here, and why. */
export class Skipped extends Error {}

export interface Setting {
  readonly stage: Stage;
  /** The form for continuous integration: fewer rounds, the same kinds. */
  readonly short: boolean;
  /** Says how far it is. */
  readonly note: (text: string) => void;
}

/** One way of doing harm to the journal, and what it must come to. */
export interface Act {
  readonly name: string;
  play(setting: Setting): Promise<Outcome>;
}
