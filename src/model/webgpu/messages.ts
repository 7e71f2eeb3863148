/** What the model worker and the worker of WebGPU say to each other. Both are of the same build. */
import type { BackendLoss } from '../acceleration.ts';

export type { BackendLoss };

export type ToWebGpu =
  | { readonly kind: 'start'; readonly model: Uint8Array<ArrayBuffer>; readonly wasm: Uint8Array<ArrayBuffer> }
  /** `scaled` holds [rows*30]. */
  | { readonly kind: 'run'; readonly id: number; readonly scaled: Float32Array<ArrayBuffer>; readonly rows: number };

/** What the graph says of some rows, row by row. */
export interface WebGpuOutput {
  readonly latents: Float32Array<ArrayBuffer>;
  readonly reconstruction: Float32Array<ArrayBuffer>;
  readonly score: Float32Array<ArrayBuffer>;
  /** 1 where a split lies within the rounding of the latent that it compares. */
  readonly doubtful: Uint8Array<ArrayBuffer>;
}

export type FromWebGpu =
  /** Every shape has run once: its shaders are compiled. */
  | { readonly kind: 'started'; readonly adapter: string; readonly runtimeVersion: string }
  | { readonly kind: 'output'; readonly id: number; readonly output: WebGpuOutput }
  /** The device is of no more use. */
  | { readonly kind: 'failed'; readonly reason: BackendLoss; readonly detail: string };
