/** The second thread for files (second-thread.ts): the plain engine and nothing else. */
import { detailOf } from '../../domain/app-error.ts';
import { Pipeline } from '../pipeline.ts';
import { createPlainBackend } from './plain-backend.ts';
import type { FromThread, ToThread } from './second-thread.ts';

let pipeline: Pipeline | null = null;

async function run({ id, values, details }: Extract<ToThread, { kind: 'run' }>): Promise<void> {
  if (!pipeline) throw new Error('not open');
  const prediction = await pipeline.run(values, { details });
  const { scaled, latents, reconstruction, score, probability, spe, t2 } = prediction;
  const transfer = [scaled, latents, reconstruction, score, probability, spe, t2].map(({ buffer }) => buffer as ArrayBuffer);
  self.postMessage({ kind: 'done', id, prediction } satisfies FromThread, { transfer });
}

function fail(thrown: unknown): void {
  self.postMessage({ kind: 'failed', detail: detailOf(thrown) } satisfies FromThread);
}

self.onmessage = ({ data }: MessageEvent<ToThread>) => {
  if (data.kind === 'run') {
    run(data).catch(fail);
    return;
  }
  try {
    pipeline = new Pipeline(createPlainBackend(data.files.explanation), data.files);
  } catch (thrown) {
    fail(thrown);
  }
};
