/** What the page and the model worker say to each other about the second backend, WebGPU (docs/adr/0022). */
import { z, type Schema } from '../domain/zod.ts';
import type { Prediction } from './prediction.ts';

/** Works of so many shots: which backend is the faster depends on it. 1 is a live shot, 7,535 a whole data set. */
export const WORK_SIZES = [1, 512, 7535] as const;
export type WorkSize = (typeof WORK_SIZES)[number];

/** Works of the explanation worker: 2,000 candidates of a search for changes, and the reasons of one shot. */
export const EXPLAIN_WORKS = ['candidates', 'attribution'] as const;
export type ExplainWork = (typeof EXPLAIN_WORKS)[number];

/** Everything that is measured, and that goes to one backend or the other. */
export const WORKS = [...WORK_SIZES, ...EXPLAIN_WORKS] as const;
export type Work = (typeof WORKS)[number];

/** The size that stands for a work of so many shots; only a single shot is one of 1. */
export function workSizeOf(shots: number): WorkSize {
  if (shots <= 1) return 1;
  // The geometric mean of both is as far from one as from the other.
  return shots < Math.sqrt(512 * 7535) ? 512 : 7535;
}

/** Why a device computes without WebGPU. */
export type BackendLoss =
  /** The browser has no WebGPU, or no adapter for it. */
  | 'no_adapter'
  /** The bundle has no files for it. */
  | 'no_files'
  | 'device_lost'
  | 'out_of_memory'
  /** No answer within the bound. */
  | 'hung'
  | 'failed'
  /** A row differs from the reference by more than the bundle's proof allows. */
  | 'disagreement';

/** WebGPU is in use no more: what was being computed came from wasm. */
export interface BackendEvent {
  readonly kind: 'backend_disabled';
  readonly reason: BackendLoss;
  readonly bundleId: string;
  readonly detail: string;
}

export type Acceleration =
  /** `works`: those that go to it. */
  | { readonly state: 'on'; readonly adapter: string; readonly works: readonly Work[] }
  | { readonly state: 'off'; readonly reason: BackendLoss | 'not_wanted'; readonly detail: string };

/** Median times of a work on the processor (wasm, and the plain engine for many shots and explanations) and on WebGPU, in milliseconds, checks included. */
export interface WorkTimes {
  readonly work: Work;
  readonly processorMs: number;
  readonly webgpuMs: number;
}

export const workSchema: Schema<Work> = z.literal(WORKS);

/** Inference on a second backend, seen from the page. */
export interface AccelerationControl {
  /**
   * Sends these works with a loaded bundle to WebGPU from now on (none: gives it up). Resolves once it is warm. Those of
   * {@link EXPLAIN_WORKS} keep it running for {@link compute}.
   */
  accelerate(bundleId: string, works: readonly Work[]): Promise<Acceleration>;
  /** Measures both backends with a loaded bundle on every work of shots; null when WebGPU is not to be had, or broke down meanwhile. It runs afterwards. */
  measure(bundleId: string): Promise<readonly WorkTimes[] | null>;
  /**
   * Computes n shots on WebGPU from n*30 recorded values, which it takes, whatever works go there; null where it does not run for
   * the bundle, or breaks down. The same rows give the same answer.
   */
  compute(bundleId: string, values: Float64Array<ArrayBuffer>): Promise<Prediction | null>;
  /** Calls the listener when WebGPU is given up without having been asked to; returns the way to stop. */
  onBackendEvent(listener: (event: BackendEvent) => void): () => void;
}
