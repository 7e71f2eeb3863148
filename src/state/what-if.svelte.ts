/** A shot with some signals set otherwise: what would be said of it. Leaves no record. */
import { createShot, type Shot } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import { setLever, type Lever } from '../explain/levers.ts';
import type { Line } from '../line/line.ts';
import { Latest } from './latest.ts';
import type { QuickVerdict } from './quick-judge.ts';

/** Values that were tried, and what would be said of them. */
export interface Trial {
  /** The 30 values. */
  readonly values: Float64Array;
  /** Null until it is known. */
  readonly verdict: QuickVerdict | null;
}

/**
 * Tries changes of one shot. A quick judgement follows every change at once; the models that judge real shots confirm the
 * last one a moment later, those in between are skipped.
 */
export class WhatIf {
  /** What is tried now. */
  trial = $state.raw<Trial>({ values: new Float64Array(), verdict: null });
  /** A trial put aside, to compare the next one with. */
  kept = $state.raw<Trial | null>(null);
  readonly #line: Pick<Line, 'preview'>;
  readonly #quick: (values: Float64Array) => QuickVerdict | null;
  readonly #shot: Shot;
  readonly #original: Trial;
  readonly #latest = new Latest<Verdict>();

  constructor(line: Pick<Line, 'preview'>, quick: (values: Float64Array) => QuickVerdict | null, { shot, verdict }: JudgedShot) {
    this.#line = line;
    this.#quick = quick;
    this.#shot = shot;
    this.#original = { values: shot.values, verdict };
    this.trial = this.#original;
  }

  /** The shot as it was. */
  get original(): Trial {
    return this.#original;
  }

  /** Whether anything differs from the shot as it was. */
  get changed(): boolean {
    return this.trial.values !== this.#original.values;
  }

  /** Sets a lever, and what follows it. */
  set(lever: Lever, value: number): void {
    const values = this.trial.values.slice();
    // Back at the recorded value, what follows is the recorded one too: the factor is only nearly exact.
    if (value === this.#shot.values[lever.index]) {
      values[lever.index] = value;
      for (const { index } of lever.followers) values[index] = this.#shot.values[index] ?? NaN;
    } else setLever(values, lever, value);
    this.#try(values.every((each, i) => Object.is(each, this.#shot.values[i])) ? this.#shot.values : values);
  }

  /** Tries other values altogether (a suggestion). */
  use(values: Float64Array): void {
    this.#try(values.slice());
  }

  /** Back to the shot as it was. */
  reset(): void {
    this.trial = this.#original;
  }

  /** Puts the trial aside to compare with; once more takes it away. */
  keep(): void {
    this.kept = this.kept === null ? this.trial : null;
  }

  #try(values: Float64Array): void {
    if (values === this.#shot.values) {
      this.reset();
      return;
    }
    // Without a quick judgement the old one stays for the few milliseconds: the number must not flicker.
    this.trial = { values, verdict: this.#quick(values) ?? this.trial.verdict };
    const { source, receivedAt } = this.#shot;
    this.#latest.request(
      () => this.#line.preview(createShot(values, { id: `${this.#shot.id}-what-if`, source, receivedAt })),
      (verdict) => {
        if (this.trial.values === values) this.trial = { values, verdict };
      },
    );
  }
}
