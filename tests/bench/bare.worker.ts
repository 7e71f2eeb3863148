import { env, InferenceSession } from 'onnxruntime-web/wasm';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

interface Listed {
  readonly current: string;
}

self.onmessage = async ({ data: models }: MessageEvent<string>) => {
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm: wasmUrl };
  const manifest = (await (await fetch(`${models}manifest.json`)).json()) as Listed;
  const model = await (await fetch(`${models}${manifest.current}/autoencoder.onnx`)).arrayBuffer();
  await InferenceSession.create(new Uint8Array(model), { executionProviders: ['wasm'] });
  self.postMessage('ready');
};
