import { err, type Result } from '../../domain/result.ts';
import { csvError, type CsvError } from './csv-error.ts';
import type { CsvTable, CsvTableOptions } from './csv-table.ts';
import type { CsvReply, CsvRequest } from './csv.worker.ts';

/**
 * Reads a file in a worker of its own; the page stays free. Aborting ends the worker at once and nothing of the file
 * remains.
 */
export function readCsvFile(file: File, options: CsvTableOptions = {}): Promise<Result<CsvTable, CsvError>> {
  const { signal, onProgress } = options;
  return new Promise((resolve) => {
    const worker = new Worker(new URL('./csv.worker.ts', import.meta.url), { type: 'module', name: 'csv' });
    const finish = (result: Result<CsvTable, CsvError>): void => {
      worker.terminate();
      signal?.removeEventListener('abort', abort);
      resolve(result);
    };
    const abort = (): void => finish(err(csvError('aborted', { file: file.name })));

    worker.addEventListener('message', (event: MessageEvent<CsvReply>) => {
      if (event.data.kind === 'progress') onProgress?.(event.data.bytes);
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
