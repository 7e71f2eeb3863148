import { err, type Result } from '../../domain/result.ts';
import { csvError, type CsvError } from './csv-error.ts';
import type { CsvFacts, CsvTableOptions } from './csv-table.ts';
import type { CsvReply, CsvRequest } from './csv.worker.ts';
import type { CsvBlock } from './read-csv.ts';

/**
 * Reads a file in a worker of its own, block by block (see `readCsvBlocks`); the page stays free. Aborting ends the worker at
 * once and no further block comes.
 */
export function readCsvFile(file: File, take: (block: CsvBlock) => void, options: CsvTableOptions = {}): Promise<Result<CsvFacts, CsvError>> {
  const { signal, onProgress } = options;
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./csv.worker.ts', import.meta.url), { type: 'module', name: 'csv' });
    const finish = (result: Result<CsvFacts, CsvError>): void => {
      worker.terminate();
      signal?.removeEventListener('abort', abort);
      resolve(result);
    };
    const abort = (): void => finish(err(csvError('aborted', { file: file.name })));

    worker.addEventListener('message', (event: MessageEvent<CsvReply>) => {
      if (event.data.kind === 'progress') onProgress?.(event.data.bytes);
      else if (event.data.kind === 'block') take(event.data.block);
      else finish(event.data.result);
    });
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      finish(err(csvError('worker_died', { file: file.name }, event.message)));
    });
    if (signal?.aborted) abort();
    else {
      signal?.addEventListener('abort', abort);
      worker.postMessage({ file } satisfies CsvRequest);
    }
  });
}
