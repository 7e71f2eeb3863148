/** What the page and the model worker say to each other about the second backend, WebGPU (docs/adr/0022). */
import { z, type Schema } from '../domain/zod.ts';

/** Works by their number of shots: which backend is the faster depends on it. 1 is a live shot, 7,535 a whole data set. */
export const WORK_SIZES = [1, 512, 2000, 7535] as const;
export type WorkSize = (typeof WORK_SIZES)[number];

/** The size that stands for a work of so many shots; only a single shot is one of 1. */
export function workSizeOf(shots: number): WorkSize {
  if (shots <= 1) return 1;
  let best: WorkSize = 512;
  for (const size of WORK_SIZES.slice(1)) if (Math.abs(Math.log(size / shots)) < Math.abs(Math.log(best / shots))) best = size;
  return best;
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
  /** `sizes`: the works that go to it. */
  | { readonly state: 'on'; readonly adapter: string; readonly sizes: readonly WorkSize[] }
  | { readonly state: 'off'; readonly reason: BackendLoss | 'not_wanted'; readonly detail: string };

/** Median times of one size of work on the processor (wasm, and the plain engine for many shots) and on WebGPU, in milliseconds, checks included. */
export interface WorkTimes {
  readonly size: WorkSize;
  readonly processorMs: number;
  readonly webgpuMs: number;
}

export const workSizeSchema: Schema<WorkSize> = z.union([z.literal(1), z.literal(512), z.literal(2000), z.literal(7535)]);

/** Inference on a second backend, seen from the page. */
export interface AccelerationControl {
  /** Sends works of these sizes with a loaded bundle to WebGPU from now on (none: gives it up). Resolves once it is warm. */
  accelerate(bundleId: string, sizes: readonly WorkSize[]): Promise<Acceleration>;
  /** Measures both backends with a loaded bundle; null when WebGPU is not to be had, or broke down meanwhile. */
  measure(bundleId: string): Promise<readonly WorkTimes[] | null>;
  /** Calls the listener when WebGPU is given up without having been asked to; returns the way to stop. */
  onBackendEvent(listener: (event: BackendEvent) => void): () => void;
}
