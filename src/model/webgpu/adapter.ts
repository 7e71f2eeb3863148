/** The graphics adapter that a browser offers for WebGPU. */
export interface AdapterFacts {
  /** As the browser names it; browsers tell little, to hide who one is. */
  readonly name: string;
  /** It computes on the processor: never faster than wasm, only another way to it. */
  readonly software: boolean;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/** Asks for the adapter; null where there is none. Fetches nothing. */
export async function readAdapter(): Promise<AdapterFacts | null> {
  const gpu = (navigator as { gpu?: GPU }).gpu;
  const adapter = await gpu?.requestAdapter().catch(() => null);
  return adapter ? factsOf(adapter.info) : null;
}

/** What an adapter says of itself. */
export function factsOf({ vendor, architecture, device, description, isFallbackAdapter }: GPUAdapterInfo): AdapterFacts {
  const name = [vendor, architecture, device, description].filter(Boolean).join(' ') || 'unnamed';
  return { name, software: isFallbackAdapter || SOFTWARE.test(name) };
}
