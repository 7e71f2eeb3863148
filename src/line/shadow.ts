import { resolvePolicy } from '../domain/policy.ts';
import type { Result } from '../domain/result.ts';
import type { Shot } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import type { LoadedBundle, PredictionClient } from '../model/client.ts';
import type { Line } from './line.ts';
import { verdictOf } from './verdicts.ts';

/** Shots that wait for their shadow verdict; more are skipped, the oldest first: the line comes first. */
const WAITING = 50;

/** Pause before a shadow verdict, so that the next live shot finds the worker free. */
const PAUSE_MS = 200;

export interface ShadowOptions {
  readonly line: Line;
  readonly client: PredictionClient;
  readonly record: (shot: Shot, verdict: Verdict) => Promise<Result<void>>;
  readonly pauseMs?: number;
}

/**
 * The other bundle judges every live shot too, after its verdict has been given, and is only recorded: how both compare
 * shows once parts are inspected. Whatever goes wrong here costs a shadow verdict and nothing else.
 */
export class Shadow {
  readonly #options: ShadowOptions;
  #wanted = false;
  #bundle: LoadedBundle | null = null;
  #waiting: JudgedShot[] = [];
  #working = false;

  constructor(options: ShadowOptions) {
    this.#options = options;
  }

  /** Whether the other bundle is to judge along. */
  set enabled(wanted: boolean) {
    this.#wanted = wanted;
    if (wanted) return;
    this.#waiting = [];
    this.#release();
  }

  /** Follows the line from now on; returns the way to stop. */
  start(): () => void {
    return this.#options.line.on('judged', (judged) => {
      if (!this.#wanted || judged.shot.repeat || judged.verdict.bundleId === null) return;
      this.#waiting = [...this.#waiting, judged].slice(-WAITING);
      void this.#work();
    });
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, this.#options.pauseMs ?? PAUSE_MS));
        const next = this.#waiting.shift();
        if (!next || !this.#wanted) break;
        await this.#judge(next);
      }
    } finally {
      this.#working = false;
    }
  }

  async #judge({ shot, verdict }: JudgedShot): Promise<void> {
    const { client, line, record } = this.#options;
    const bundle = await this.#other(verdict.bundleId);
    if (!bundle) return;
    const prediction = await client.predict(bundle.entry.id, shot.values);
    if (!prediction.ok) {
      // A restarted worker, or a switch that freed it: loaded again for the next shot.
      this.#bundle = null;
      return;
    }
    const policy = resolvePolicy(line.policy?.policy ?? bundle.calibration.default_policy, bundle.calibration.thresholds);
    await record(shot, verdictOf(shot.values, prediction.value, 0, { bundle, policy }, false));
  }

  /** A bundle other than the one in use, loaded; null where there is none. */
  async #other(inUse: string | null): Promise<LoadedBundle | null> {
    if (this.#bundle && this.#bundle.entry.id !== inUse) return this.#bundle;
    this.#bundle = null;
    const { client } = this.#options;
    const manifest = await client.manifest();
    if (!manifest.ok) return null;
    const { bundles } = manifest.value;
    const kind = bundles.find(({ id }) => id === inUse)?.kind;
    const entry = bundles.find((one) => one.id !== inUse && one.kind !== kind) ?? bundles.find(({ id }) => id !== inUse);
    if (!entry) return null;
    const loaded = await client.load(entry.id);
    if (!loaded.ok) return null;
    this.#bundle = loaded.value;
    return loaded.value;
  }

  #release(): void {
    const id = this.#bundle?.entry.id;
    this.#bundle = null;
    if (id !== undefined && id !== this.#options.line.bundle?.entry.id) void this.#options.client.unload(id);
  }
}
