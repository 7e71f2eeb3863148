import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { appError } from '../src/domain/app-error.ts';
import { err, ok } from '../src/domain/result.ts';
import type { BackendFactory } from '../src/model/backend.ts';
import type { PredictionClient } from '../src/model/client.ts';
import type { ModelFiles } from '../src/model/files.ts';
import { createInProcessWorker } from '../src/model/in-process-worker.ts';
import { ModelServer } from '../src/model/model-server.ts';
import { configureRuntime, createWasmBackend } from '../src/model/sessions.ts';
import { WorkerPredictionClient } from '../src/model/worker-client.ts';

/** The models where there is no browser: the same pipeline and run-time, read from the repository. */

const root = fileURLToPath(new URL('..', import.meta.url));

/** The folder of the repository's bundles. */
export const MODELS_FOLDER = `${root}public/models/`;

/** Model files in a folder, its path ending with a slash. */
export function diskFiles(folder: string): ModelFiles {
  return {
    async read(path) {
      try {
        return ok(new Uint8Array(await readFile(folder + path)));
      } catch (thrown) {
        return err(appError('file_missing', { file: path, status: 404 }, thrown));
      }
    },
  };
}

/** PEM of the key that the repository's manifest is signed with. */
export function developmentPublicKey(): string {
  return readFileSync(`${root}training/keys/development.public.pem`, 'utf8');
}

let configured = false;

/** A model server over model files, with onnxruntime-web in this thread unless another backend is given. */
export function createNodeServer(
  files: ModelFiles = diskFiles(MODELS_FOLDER),
  createBackend: BackendFactory = createWasmBackend,
): ModelServer {
  if (!configured) {
    const wasm = createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm');
    configureRuntime({ bytes: readFileSync(wasm) });
    configured = true;
  }
  return new ModelServer({ files, publicKey: developmentPublicKey(), createBackend });
}

/** A client over {@link createNodeServer}. */
export function createNodeClient(files?: ModelFiles): PredictionClient {
  return new WorkerPredictionClient({
    createWorker: () => createInProcessWorker(createNodeServer(files)),
    modelsUrl: 'file:///models/',
  });
}
