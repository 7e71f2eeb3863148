import { LATENT_COUNT } from '../../domain/bundle.ts';
import { detailOf } from '../../domain/app-error.ts';
import { FEATURE_COUNT } from '../../domain/feature.ts';
import { WORK_SIZES, workSizeOf, type Acceleration, type BackendEvent, type BackendLoss, type Work, type WorkTimes } from '../acceleration.ts';
import type { InferenceBackend } from '../backend.ts';
import { readChecked, type Bundle } from '../bundle.ts';
import type { Bytes, ModelFiles } from '../files.ts';
import { parseJson } from '../json.ts';
import { medianTime } from '../median-time.ts';
import { nextTask } from '../../domain/next-task.ts';
import { Pipeline } from '../pipeline.ts';
import type { Prediction } from '../prediction.ts';
import { BackendLost, fetchRuntime, WebGpuBackend } from './backend.ts';
import { webGpuProofSchema, type WebGpuProof } from './proof.ts';
import { agrees, rowsToCheck } from './trust.ts';

/** A loaded bundle with the pipeline whose results count. */
export interface Accelerated {
  readonly bundle: Bundle;
  readonly pipeline: Pipeline;
}

export interface WorkOptions {
  readonly signal?: AbortSignal | undefined;
  /** Threshold in use. */
  readonly threshold?: number | undefined;
  /** Shots of the whole work that a call is a part of; by default those of the call. */
  readonly total?: number | undefined;
  /** See `PredictOptions`; this backend's predictions always have them. */
  readonly details?: boolean | undefined;
}

export interface AcceleratorOptions {
  readonly files: ModelFiles;
  readonly onEvent: (event: BackendEvent) => void;
  readonly startBackend?: (model: Bytes, onLost: (lost: BackendLost) => void) => Promise<StartedBackend>;
}

/** A backend that is warm, on the adapter of that name. */
export interface StartedBackend extends InferenceBackend {
  readonly adapter: string;
}

interface Active {
  readonly bundleId: string;
  readonly backend: StartedBackend;
  readonly pipeline: Pipeline;
  readonly proof: WebGpuProof;
  works: readonly Work[];
}

type Off = Extract<Acceleration, { state: 'off' }>;

const GRAPH = 'webgpu/pipeline.onnx';
const PROOF = 'webgpu/proof.json';
/** What does not answer for a shot that a person waits for, or for a call of many, within this time hangs. The page waits longer. */
const SHOT_MS = 3_500;
const CALL_MS = 6_000;
const MEASURED_CALL_MS = 30_000;

/**
 * Computes works on WebGPU for as long as that can be trusted: one bundle at a time, every result checked against the reference
 * (trust.ts). Whatever goes wrong, `predict` answers null, and the caller computes on the reference.
 */
export class Accelerator {
  readonly #options: AcceleratorOptions;
  #active: Active | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: AcceleratorOptions) {
    this.#options = options;
  }

  /** Sends these works to WebGPU from now on; without any it is given up. */
  accelerate(reference: Accelerated, works: readonly Work[]): Promise<Acceleration> {
    return this.#exclusively(async () => {
      if (works.length === 0) {
        this.stop(reference.bundle.entry.id);
        return off('not_wanted');
      }
      const active = await this.#start(reference);
      if ('state' in active) return active;
      active.works = works;
      return { state: 'on', adapter: active.backend.adapter, works };
    });
  }

  /** Gives WebGPU up if it works for that bundle. */
  stop(bundleId: string): void {
    if (this.#active?.bundleId !== bundleId) return;
    void this.#active.backend.release();
    this.#active = null;
  }

  /** Predicts n shots on WebGPU; null: not its work, or it could not. Rejects only when aborted. */
  async predict({ bundle, pipeline }: Accelerated, values: Float64Array, options: WorkOptions): Promise<Prediction | null> {
    const active = this.#active;
    const shots = Math.max(options.total ?? 0, values.length / FEATURE_COUNT);
    if (active?.bundleId !== bundle.entry.id || !active.works.includes(workSizeOf(shots))) return null;
    return this.#compute(active, { bundle, pipeline }, values, options, shots === 1 ? SHOT_MS : CALL_MS);
  }

  /**
   * Predicts n shots on WebGPU, whatever works go there; null: it does not run for the bundle, or could not. What is recomputed as a
   * sample is every hundredth row, so that the same rows give the same answer.
   */
  async compute(reference: Accelerated, values: Float64Array): Promise<Prediction | null> {
    const active = this.#active;
    if (active?.bundleId !== reference.bundle.entry.id) return null;
    return this.#compute(active, reference, values, {}, CALL_MS, everyHundredth());
  }

  /**
   * Median times of every work of shots on both backends, as a work would take them; null when WebGPU is not to be had.
   *
   * @param onProcessor computes shots as they are without WebGPU; whether it could
   */
  measure(reference: Accelerated, onProcessor: (values: Float64Array) => Promise<boolean>): Promise<readonly WorkTimes[] | null> {
    return this.#exclusively(async () => {
      const active = await this.#start(reference);
      if ('state' in active) return null;
      const times: WorkTimes[] = [];
      for (const size of WORK_SIZES) {
        const values = sampleOf(reference.bundle, size);
        const processorMs = await medianTime(() => onProcessor(values));
        const webgpuMs = await medianTime(async () => (await this.#compute(active, reference, values, {}, MEASURED_CALL_MS)) !== null);
        if (processorMs === null || webgpuMs === null) return null;
        times.push({ work: size, processorMs, webgpuMs });
      }
      return times;
    });
  }

  async #compute(
    active: Active,
    reference: Accelerated,
    values: Float64Array,
    { signal, threshold }: WorkOptions,
    patienceMs: number,
    random?: () => number,
  ): Promise<Prediction | null> {
    const started = performance.now();
    const timer = setTimeout(() => this.#lose(active, 'hung', `no answer within ${patienceMs} ms`), patienceMs);
    try {
      const doubtful = new Set<number>();
      const prediction = await active.pipeline.run(values, { signal, between: nextTask, onDoubtful: (row) => doubtful.add(row) });
      clearTimeout(timer);
      const { reference: products, calibration } = reference.bundle;
      const rows = rowsToCheck(values, prediction, doubtful, { reference: products, calibration, threshold, proof: active.proof }, random);
      const subset = new Float64Array(rows.length * FEATURE_COUNT);
      for (const [i, row] of rows.entries()) subset.set(values.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT), i * FEATURE_COUNT);
      const want = await reference.pipeline.run(subset, { signal, between: nextTask });
      const wrong = rows.findIndex((row, i) => !agrees(prediction, row, want, i, doubtful.has(row), active.proof));
      if (wrong >= 0) {
        this.#lose(active, 'disagreement', contradiction(prediction, rows[wrong] ?? 0, want, wrong));
        return null;
      }
      for (const [i, row] of rows.entries()) copyRow(want, i, prediction, row);
      return { ...prediction, durationMs: performance.now() - started };
    } catch (thrown) {
      signal?.throwIfAborted();
      if (!(thrown instanceof BackendLost)) this.#lose(active, 'failed', detailOf(thrown));
      return null;
    } finally {
      clearTimeout(timer);
    }
  }

  /** The bundle's graph, started, warm and proved on the golden vectors. */
  async #start(reference: Accelerated): Promise<Active | Off> {
    const { bundle } = reference;
    const { entry } = bundle;
    if (this.#active?.bundleId === entry.id) return this.#active;
    if (this.#active) this.stop(this.#active.bundleId);
    const [graph, proof] = await Promise.all([this.#read(bundle, GRAPH), this.#read(bundle, PROOF)]);
    if (typeof graph === 'string' || typeof proof === 'string') {
      return off(entry.webgpu ? 'failed' : 'no_files', [graph, proof].find((part) => typeof part === 'string'));
    }
    const parsed = parseJson(`${entry.id}/${PROOF}`, proof, webGpuProofSchema);
    if (!parsed.ok) return off('failed', JSON.stringify(parsed.error.params));
    let active: Active | null = null;
    try {
      const backend = await (this.#options.startBackend ?? (async (model, onLost) => WebGpuBackend.start(model, await fetchRuntime(), onLost)))(graph, (lost) => {
        if (active) this.#lose(active, lost.reason, lost.message);
      });
      active = { bundleId: entry.id, backend, pipeline: new Pipeline(backend, bundle), proof: parsed.value, works: [] };
      const wrong = await disproof(active, reference);
      if (wrong !== null) {
        await backend.release();
        return off('disagreement', wrong);
      }
    } catch (thrown) {
      return thrown instanceof BackendLost ? off(thrown.reason, thrown.message) : off('failed', detailOf(thrown));
    }
    this.#active = active;
    return active;
  }

  /** A file as the signed manifest says, else what is wrong. */
  async #read({ entry }: Bundle, path: string): Promise<Bytes | string> {
    const file = entry.webgpu?.files.find((listed) => listed.path === path);
    if (!file) return `${path}: not in the bundle`;
    const read = await readChecked(this.#options.files, entry.id, file, undefined, () => undefined);
    return read.ok ? read.value : `${path}: ${read.error.code}`;
  }

  #lose(active: Active, reason: BackendLoss, detail: string): void {
    if (this.#active !== active) return;
    this.#active = null;
    void active.backend.release();
    this.#options.onEvent({ kind: 'backend_disabled', reason, bundleId: active.bundleId, detail });
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function off(reason: Off['reason'], detail = ''): Off {
  return { state: 'off', reason, detail };
}

/** Runs the golden vectors on both; null when all agree. */
async function disproof({ pipeline, proof }: Active, reference: Accelerated): Promise<string | null> {
  const values = sampleOf(reference.bundle, reference.bundle.golden.rows.length);
  const doubtful = new Set<number>();
  const got = await pipeline.run(values, { between: nextTask, onDoubtful: (row) => doubtful.add(row) });
  const want = await reference.pipeline.run(values, { between: nextTask });
  for (let row = 0; row < got.rows; row += 1) {
    if (!agrees(got, row, want, row, doubtful.has(row), proof)) return `golden vectors: ${contradiction(got, row, want, row)}`;
  }
  return null;
}

/** In place of chance: the first of every hundred rows is sampled. */
function everyHundredth(): () => number {
  let row = -1;
  return () => ((row += 1) % 100 === 0 ? 0 : 1);
}

/** How far a row lies from the reference. */
function contradiction(got: Prediction, row: number, want: Prediction, at: number): string {
  const apart = (list: 'probability' | 'spe' | 't2'): string => `${list} ${Math.abs((got[list][row] ?? NaN) - (want[list][at] ?? NaN)).toExponential(1)}`;
  const latents = Array.from({ length: LATENT_COUNT }, (_, k) => Math.abs((got.latents[row * LATENT_COUNT + k] ?? NaN) - (want.latents[at * LATENT_COUNT + k] ?? NaN)));
  return `${apart('probability')}, ${apart('spe')}, ${apart('t2')}, latents ${Math.max(...latents).toExponential(1)} apart`;
}

/** So many shots, the golden vectors over and over. */
function sampleOf({ golden }: Bundle, shots: number): Float64Array {
  const values = new Float64Array(shots * FEATURE_COUNT);
  for (let shot = 0; shot < shots; shot += 1) {
    values.set(golden.rows[shot % golden.rows.length]?.input.map((value) => value ?? NaN) ?? [], shot * FEATURE_COUNT);
  }
  return values;
}

function copyRow(from: Prediction, at: number, to: Prediction, row: number): void {
  const copy = (list: 'scaled' | 'latents' | 'reconstruction', width: number): void =>
    to[list].set(from[list].subarray(at * width, (at + 1) * width), row * width);
  copy('scaled', FEATURE_COUNT);
  copy('latents', LATENT_COUNT);
  copy('reconstruction', FEATURE_COUNT);
  for (const list of ['score', 'probability', 'spe', 't2'] as const) to[list][row] = from[list][at] ?? NaN;
}
