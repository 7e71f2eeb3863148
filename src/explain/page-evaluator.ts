import { FEATURE_COUNT } from '../domain/feature.ts';
import type { ExplainWork } from '../model/acceleration.ts';
import type { Evaluated } from './evaluator.ts';
import type { Reply } from './protocol.ts';
import type { Elsewhere } from './steps.ts';

/** All that a question waits for the page, in milliseconds: it leaves time to evaluate everything here before the page gives up. */
const PATIENCE_MS = 7_000;

/**
 * Has rows evaluated on WebGPU by way of the page, which knows the model worker. Whatever goes wrong there, and whatever takes too
 * long, the answer is null: evaluate them here.
 */
export class PageEvaluator {
  readonly #post: (reply: Extract<Reply, { kind: 'compute' }>, transfer: Transferable[]) => void;
  readonly #patienceMs: number;
  readonly #waiting = new Map<number, (evaluated: Evaluated | null) => void>();
  #works: readonly ExplainWork[] = [];
  #nextId = 0;

  constructor(post: (reply: Extract<Reply, { kind: 'compute' }>, transfer: Transferable[]) => void, patienceMs = PATIENCE_MS) {
    this.#post = post;
    this.#patienceMs = patienceMs;
  }

  /** Takes these works from now on. */
  use(works: readonly ExplainWork[]): void {
    this.#works = works;
  }

  /** For one question about a bundle's shot: where a work of it is evaluated; null: here. */
  for(work: ExplainWork, bundleId: string): Elsewhere | null {
    return this.#works.includes(work) ? this.always(bundleId) : null;
  }

  /** The same whatever works it takes. */
  always(bundleId: string): Elsewhere {
    const until = performance.now() + this.#patienceMs;
    return (values) => this.#ask(bundleId, values, until - performance.now());
  }

  /** What came of rows that were asked for. */
  answer(id: number, evaluated: Evaluated | null): void {
    this.#waiting.get(id)?.(evaluated);
  }

  #ask(bundleId: string, values: Float64Array<ArrayBuffer>, waitMs: number): Promise<Evaluated | null> {
    const rows = values.length / FEATURE_COUNT;
    if (rows === 0 || waitMs <= 0) return Promise.resolve(null);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        // What does not answer is not asked again before it is chosen anew.
        this.#works = [];
        settle(null);
      }, waitMs);
      const settle = (evaluated: Evaluated | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(evaluated && isWhole(evaluated, rows) ? evaluated : null);
      };
      this.#waiting.set(id, settle);
      this.#post({ kind: 'compute', id, bundleId, values }, [values.buffer]);
    });
  }
}

function isWhole({ probability, t2, spe }: Evaluated, rows: number): boolean {
  return [probability, t2, spe].every((list) => list.length === rows && list.every(Number.isFinite));
}
