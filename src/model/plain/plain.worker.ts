/** The second thread for files (second-thread.ts): the plain engine and nothing else. */
import { detailOf } from '../../domain/app-error.ts';
import { Pipeline } from '../pipeline.ts';
import { createPlainBackend } from './plain-backend.ts';
import { toThreadSchema, type FromThread, type ToThread } from './second-thread.ts';

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

self.onmessage = ({ data }: MessageEvent<unknown>) => {
  try {
    const message = toThreadSchema.parse(data);
    if (message.kind === 'run') run(message).catch(fail);
    else pipeline = new Pipeline(createPlainBackend(message.files.explanation), message.files);
  } catch (thrown) {
    fail(thrown);
  }
};
