/**
 * Gives the model worker's memory back: what a wasm heap has taken it never returns. A worker that has grown is replaced by a
 * fresh one with the same bundles, only while the line rests, and not more than once in {@link GAP_MS}.
 */
import type { Result } from '../domain/result.ts';
import type { ClientStatus, ModelDiagnostics } from '../model/client.ts';
import type { WatchdogEvent } from './watchdog.ts';

const EVERY_MS = 60_000;
/** A worker that needs so much right after its start must not be replaced over and over. */
export const GAP_MS = 60 * 60_000;

export interface WorkerMemoryOptions {
  readonly client: {
    readonly status: ClientStatus;
    diagnostics(bundleId: string): Promise<Result<Pick<ModelDiagnostics, 'heapBytes'>>>;
    /** Replaces the worker if it has nothing to do; whether it did. */
    recycle(): boolean;
  };
  readonly limitBytes: number;
  readonly idle: () => boolean;
  readonly onEvent: (event: WatchdogEvent) => void;
  readonly now?: () => number;
}

export class WorkerMemory {
  readonly #options: WorkerMemoryOptions;
  #recycledAt = -Infinity;

  constructor(options: WorkerMemoryOptions) {
    this.#options = options;
  }

  /** Watches from now on; returns the way to stop. */
  start(): () => void {
    const timer = setInterval(() => void this.check(), EVERY_MS);
    return () => clearInterval(timer);
  }

  async check(): Promise<void> {
    const { client, limitBytes, idle, onEvent, now = () => performance.now() } = this.#options;
    const { status } = client;
    if (status.state !== 'ready' || !idle() || now() - this.#recycledAt < GAP_MS) return;
    const diagnostics = await client.diagnostics(status.bundleId);
    // The line may have begun again meanwhile.
    if (!diagnostics.ok || diagnostics.value.heapBytes <= limitBytes || !idle() || !client.recycle()) return;
    this.#recycledAt = now();
    onEvent({ kind: 'recycled', detail: String(diagnostics.value.heapBytes) });
  }
}
