import { appError, detailOf } from '../domain/app-error.ts';
import type { Card, Manifest, ManifestBundle } from '../domain/bundle.ts';
import { FEATURE_COUNT } from '../domain/feature.ts';
import { nextTask } from '../domain/next-task.ts';
import { err, ok, type Result } from '../domain/result.ts';
import type { Acceleration, Work, WorkTimes } from './acceleration.ts';
import type { BackendFactory } from './backend.ts';
import { readBundle, type Bundle } from './bundle.ts';
import type { LoadedBundle, LoadOptions, ModelDiagnostics } from './client.ts';
import type { ModelFiles } from './files.ts';
import { findBundle, readManifest } from './manifest.ts';
import { Pipeline } from './pipeline.ts';
import { createPlainBackend } from './plain/plain-backend.ts';
import { SecondThread, type ThreadWorker } from './plain/second-thread.ts';
import type { Prediction } from './prediction.ts';
import { readCard } from './read-card.ts';
import { goldenInputs, selfTest, type SelfTestReport } from './self-test.ts';
import type { Accelerator, WorkOptions } from './webgpu/accelerator.ts';

/** What a model server works with. */
export interface ModelServerOptions {
  readonly files: ModelFiles;
  /** PEM of the key that signed the manifest. */
  readonly publicKey: string;
  readonly createBackend: BackendFactory;
  /** What the run-time itself has to fetch, so that a failure to start can be told from a failure to fetch. */
  readonly runtimeFile?: string;
  /** Starts another thread for files, when a bundle is rehearsed; absent: one is enough. */
  readonly createThread?: () => ThreadWorker;
  /** How long after a load the bundle is rehearsed, in milliseconds; absent: never. */
  readonly rehearsalAfterMs?: number;
  /** Brings the second backend, when it is chosen for the first time; absent where there is none. */
  readonly loadAccelerator?: () => Promise<Accelerator>;
}

interface InUse {
  readonly bundle: Bundle;
  /** On the run-time: the reference. */
  readonly pipeline: Pipeline;
  /** In plain arithmetic: the second engine, and the one for many shots; null in a bundle without its numbers. */
  readonly check: Pipeline | null;
  /** The same on another thread, as long as that works: every other part of a file goes there. */
  second: SecondThread | null;
  readonly timings: ModelDiagnostics['timings'];
}

/** The start of the run-time takes every core for a while: who has been told of a bundle may ask for a first prediction before. */
const HEAD_START_MS = 250;

/** Two engines that differ by more in a probability are not both right. */
const AGREEMENT = 1e-9;

/** Fewer shots are computed sooner than they are sent elsewhere. */
const ASIDE_FROM = 128;

/** Rounds of a rehearsal: as many as it takes until the browser has compiled for speed what predicts. */
const REHEARSAL_ROUNDS = 24;

/** Of many shots the other engine computes one in so many again. */
const CHECKED_ONE_IN = 100;

/** Everything inference does, wherever it runs: loads bundles, proves them, predicts with any of those that are loaded. */
export class ModelServer {
  readonly #options: ModelServerOptions;
  readonly #loaded = new Map<string, InUse>();
  /** Bundles whose run-time is still starting, by their second engine. */
  readonly #early = new Map<string, Pipeline>();
  #accelerator: Accelerator | null = null;
  /** Whether the last part of a file went to the second thread. */
  #aside = false;

  constructor(options: ModelServerOptions) {
    this.#options = options;
  }

  /** The signed list of bundles, asked for again each time: a release may have come. */
  async manifest(signal?: AbortSignal): Promise<Result<Manifest>> {
    return readManifest(this.#options.files, this.#options.publicKey, signal);
  }

  /** The card of a bundle without its models: what one wants to know before switching to it. */
  async card(entry: ManifestBundle, signal?: AbortSignal): Promise<Result<Card>> {
    return readCard(this.#options.files, entry, signal);
  }

  /**
   * Loads a bundle (null: the current one) and proves both of its engines on its golden vectors: first the plain one, which
   * answers from then on (`onEarly`), then the run-time. Nothing is kept of a bundle that fails; one that is loaded already is
   * not loaded again, for a bundle never changes.
   */
  async load(
    bundleId: string | null,
    { signal, onProgress, onEarly }: Pick<LoadOptions, 'signal' | 'onProgress' | 'onEarly'> = {},
  ): Promise<Result<LoadedBundle>> {
    const started = performance.now();
    const manifest = await this.manifest(signal);
    if (!manifest.ok) return manifest;
    const found = findBundle(manifest.value, bundleId);
    if (!found.ok) return found;
    const entry = found.value;
    const present = this.#loaded.get(entry.id);
    if (present) return ok(describe(present.bundle, present.pipeline));
    const totalBytes = entry.files.reduce((sum, { bytes }) => sum + bytes, 0);
    const read = await readBundle(this.#options.files, entry, {
      signal,
      onBytes: (loadedBytes) => onProgress?.({ bundleId: entry.id, loadedBytes, totalBytes }),
    });
    if (!read.ok) return read;
    const downloaded = performance.now();

    const check = await this.#buildCheck(read.value);
    if (!check.ok) return check;
    const checked = performance.now();
    if (check.value) {
      this.#early.set(entry.id, check.value);
      onEarly?.(describe(read.value, check.value));
      if (onEarly && this.#loaded.size === 0) await new Promise((resolve) => setTimeout(resolve, HEAD_START_MS));
    }
    try {
      const built = await this.#build(read.value);
      if (!built.ok) return built;
      const sessions = performance.now();
      const proven = await this.#prove(read.value, built.value);
      if (!proven.ok || signal?.aborted) {
        await built.value.release();
        return proven.ok ? err(appError('aborted', {})) : proven;
      }
      this.#loaded.set(entry.id, {
        bundle: read.value,
        pipeline: built.value,
        check: check.value,
        second: null,
        timings: {
          download: downloaded - started,
          sessions: sessions - checked,
          selfTest: performance.now() - sessions + checked - downloaded,
        },
      });
      this.#rehearseLater(entry.id);
      return ok(describe(read.value, built.value));
    } finally {
      this.#early.delete(entry.id);
    }
  }

  /** Frees a bundle's memory. */
  async unload(bundleId: string): Promise<Result<null>> {
    const previous = this.#loaded.get(bundleId);
    this.#accelerator?.stop(bundleId);
    this.#loaded.delete(bundleId);
    if (previous) dismissSecond(previous);
    await previous?.pipeline.release();
    return ok(null);
  }

  /**
   * Predicts n shots from n*30 recorded values. The run-time computes one alone, the plain engine, which is faster in series, many;
   * the other one computes the shot, or one in {@link CHECKED_ONE_IN}, again. Lets other work in between two chunks.
   */
  async predict(bundleId: string, values: Float64Array, options: WorkOptions = {}): Promise<Result<Prediction>> {
    const { signal, details } = options;
    const inUse = this.#loaded.get(bundleId);
    const early = this.#early.get(bundleId);
    try {
      if (!inUse) return early ? ok(await early.run(values, { signal, details, between: nextTask })) : err(appError('not_ready', {}));
      const accelerated = await this.#accelerator?.predict(inUse, values, options);
      return accelerated ? ok(accelerated) : await this.#compute(inUse, values, { signal, details });
    } catch (thrown) {
      return err(signal?.aborted ? appError('aborted', {}) : appError('runtime_failed', { detail: detailOf(thrown) }));
    }
  }

  /** Sends these works to the second backend from now on; without any it is given up. */
  async accelerate(bundleId: string, works: readonly Work[]): Promise<Result<Acceleration>> {
    const accelerator = works.length === 0 ? this.#accelerator : await this.#secondBackend();
    const inUse = this.#loaded.get(bundleId);
    if (!inUse) return err(appError('not_ready', {}));
    return ok(accelerator ? await accelerator.accelerate(inUse, works) : { state: 'off', reason: 'not_wanted', detail: '' });
  }

  /** Median times of both backends on works of shots; null where there is no second one. */
  async measure(bundleId: string): Promise<Result<readonly WorkTimes[] | null>> {
    const accelerator = await this.#secondBackend();
    const inUse = this.#loaded.get(bundleId);
    if (!inUse) return err(appError('not_ready', {}));
    return ok(accelerator ? await accelerator.measure(inUse, async (values) => (await this.#compute(inUse, values)).ok) : null);
  }

  /** Predicts n shots on the second backend, whatever works go there; null where it does not run for the bundle, or breaks down. */
  async compute(bundleId: string, values: Float64Array): Promise<Result<Prediction | null>> {
    const inUse = this.#loaded.get(bundleId);
    return ok((inUse && (await this.#accelerator?.compute(inUse, values))) ?? null);
  }

  /**
   * Browsers compile code for speed once it has run for a while. The golden vectors are predicted over and over, as shots and as a
   * file, when a start is over: else the first file would wait for the compiler, which takes a core for a second. The second thread
   * begins with it.
   */
  #rehearseLater(bundleId: string): void {
    const { rehearsalAfterMs } = this.#options;
    if (rehearsalAfterMs === undefined) return;
    setTimeout(() => void this.#rehearse(bundleId).catch(() => undefined), rehearsalAfterMs);
  }

  async #rehearse(bundleId: string): Promise<void> {
    const inUse = this.#loaded.get(bundleId);
    if (!inUse) return;
    // Where a worker may not start another, one thread is enough.
    await this.#startSecond(inUse).catch(() => undefined);
    const file = goldenInputs(inUse.bundle.golden);
    for (let round = 0; round < REHEARSAL_ROUNDS; round += 1) {
      for (const values of [file, ...Array.from({ length: 8 }, (_, i) => file.slice(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT))]) {
        await nextTask();
        if (this.#loaded.get(bundleId) !== inUse) return;
        await this.#compute(inUse, values);
      }
    }
  }

  /** A thread for the bundle, proved; one bundle has it at a time. */
  async #startSecond(inUse: InUse): Promise<void> {
    const { bundle } = inUse;
    const { createThread } = this.#options;
    if (!createThread || !bundle.explanation || [...this.#loaded.values()].some(({ second }) => second)) return;
    const { explanation, scaler, calibration, reference } = bundle;
    const thread = new SecondThread(createThread(), { explanation, scaler, calibration, reference });
    const proven = await this.#prove(bundle, thread);
    if (proven.ok && this.#loaded.get(bundle.entry.id) === inUse) inUse.second = thread;
    else thread.release();
  }

  async #secondBackend(): Promise<Accelerator | null> {
    this.#accelerator ??= (await this.#options.loadAccelerator?.()) ?? null;
    return this.#accelerator;
  }

  async selfTest(bundleId: string): Promise<Result<SelfTestReport>> {
    const inUse = this.#loaded.get(bundleId);
    if (!inUse) return err(appError('not_ready', {}));
    const plain = inUse.check && (await this.#prove(inUse.bundle, inUse.check));
    return plain?.ok === false ? plain : this.#prove(inUse.bundle, inUse.pipeline);
  }

  diagnostics(bundleId: string): Result<ModelDiagnostics> {
    const inUse = this.#loaded.get(bundleId);
    if (!inUse) return err(appError('not_ready', {}));
    const { backend } = inUse.pipeline;
    return ok({
      backend: backend.name,
      runtimeVersion: backend.runtimeVersion,
      crossOriginIsolated: globalThis.crossOriginIsolated,
      heapBytes: backend.heapBytes(),
      timings: inUse.timings,
    });
  }

  /** Predicts on the processor. */
  async #compute(inUse: InUse, values: Float64Array, options: Pick<WorkOptions, 'signal' | 'details'> = {}): Promise<Result<Prediction>> {
    const { pipeline, check } = inUse;
    const many = values.length > FEATURE_COUNT;
    const aside = many && (await this.#computeAside(inUse, values, options));
    if (aside) {
      const compared = await this.#compare(inUse, pipeline, values, aside);
      if (compared.ok) return compared;
      // Whether it was the other thread that went wrong shows when the same is computed here.
      dismissSecond(inUse);
    }
    const prediction = await ((many && check) || pipeline).run(values, { ...options, between: nextTask });
    return check ? this.#compare(inUse, many ? pipeline : check, values, prediction) : ok(prediction);
  }

  /** Every other part of a file, on the second thread; null: it is to be computed here. */
  async #computeAside(inUse: InUse, values: Float64Array, options: Pick<WorkOptions, 'signal' | 'details'>): Promise<Prediction | null> {
    const { second } = inUse;
    if (!second || values.length < ASIDE_FROM * FEATURE_COUNT) return null;
    this.#aside = !this.#aside;
    if (!this.#aside) return null;
    try {
      return await second.run(values, options);
    } catch {
      options.signal?.throwIfAborted();
      dismissSecond(inUse);
      return null;
    }
  }

  /** The prediction if the other engine says the same of the first shot and of one in so many after it. */
  async #compare({ bundle, pipeline, check }: InUse, other: Pipeline, values: Float64Array, prediction: Prediction): Promise<Result<Prediction>> {
    const count = Math.ceil(prediction.rows / CHECKED_ONE_IN);
    const sample = new Float64Array(count * FEATURE_COUNT);
    for (let i = 0; i < count; i += 1) {
      const from = i * CHECKED_ONE_IN * FEATURE_COUNT;
      sample.set(values.subarray(from, from + FEATURE_COUNT), i * FEATURE_COUNT);
    }
    const second = await other.run(sample, { details: false });
    const differences = second.probability.map((each, i) => Math.abs(each - (prediction.probability[i * CHECKED_ONE_IN] ?? NaN)));
    // Not `> AGREEMENT`: what is not a number agrees with nothing.
    const difference = differences.find((each) => !(each <= AGREEMENT));
    if (difference === undefined) return ok({ ...prediction, durationMs: prediction.durationMs + second.durationMs });
    // An engine that has gone wrong fails its golden vectors, and the worker is replaced; else it is these shots alone.
    for (const engine of [pipeline, check]) {
      if (!engine) continue;
      const proven = await this.#prove(bundle, engine);
      if (!proven.ok) return err(appError('runtime_failed', { detail: `${engine.backend.name}: ${proven.error.code}` }));
    }
    return err(appError('engines_disagree', { difference }));
  }

  /** The second engine, proved; null in a bundle without its numbers. */
  async #buildCheck(bundle: Bundle): Promise<Result<Pipeline | null>> {
    if (!bundle.explanation) return ok(null);
    try {
      const check = new Pipeline(createPlainBackend(bundle.explanation), bundle);
      const proven = await this.#prove(bundle, check);
      return proven.ok ? ok(check) : proven;
    } catch (thrown) {
      return err(appError('schema_invalid', { file: `${bundle.entry.id}/forest.bin`, where: '', detail: detailOf(thrown) }));
    }
  }

  async #build(bundle: Bundle): Promise<Result<Pipeline>> {
    try {
      return ok(new Pipeline(await this.#options.createBackend(bundle), bundle));
    } catch (thrown) {
      const { files, runtimeFile } = this.#options;
      const fetched = runtimeFile === undefined ? null : await files.read(runtimeFile);
      return fetched?.ok === false ? fetched : err(appError('runtime_failed', { detail: detailOf(thrown) }));
    }
  }

  /** The golden vectors, which also warm the sessions up. */
  async #prove(bundle: Bundle, pipeline: Pick<Pipeline, 'run'>): Promise<Result<SelfTestReport>> {
    try {
      const report = await selfTest(pipeline, bundle.golden);
      if (report.failures === 0) return ok(report);
      const { failures: rows, maxDifference } = report;
      return err(appError('self_test_failed', { bundle: bundle.entry.id, rows, maxDifference }));
    } catch (thrown) {
      return err(appError('runtime_failed', { detail: detailOf(thrown) }));
    }
  }
}

function dismissSecond(inUse: InUse): void {
  inUse.second?.release();
  inUse.second = null;
}

function describe(bundle: Bundle, pipeline: Pipeline): LoadedBundle {
  const { entry, scaler, calibration, reference, card, explanation } = bundle;
  return { entry, backend: pipeline.backend.name, scaler, calibration, reference, card, explanation };
}
