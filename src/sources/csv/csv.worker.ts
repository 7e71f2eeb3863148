/** Reads one CSV file off the main thread. Started by {@link readCsvFile}, ends with its answer. */
import type { Result } from '../../domain/result.ts';
import type { CsvError } from './csv-error.ts';
import { readCsvTable, type CsvTable } from './csv-table.ts';

/** What the worker is asked: one file. */
export interface CsvRequest {
  readonly file: File;
}

/** What it answers: progress, then the table or the reason why there is none. */
export type CsvReply =
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'done'; readonly result: Result<CsvTable, CsvError> };

self.addEventListener('message', (event: MessageEvent<CsvRequest>) => {
  const { file } = event.data;
  const reply = (message: CsvReply, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });
  void readCsvTable(file, file.name, { onProgress: (bytes) => reply({ kind: 'progress', bytes }) }).then((result) => {
    const table = result.ok ? result.value : undefined;
    const buffers = table ? [table.values.buffer, table.rows.buffer, table.lines.buffer, table.labels.buffer] : [];
    reply({ kind: 'done', result }, buffers);
  });
});
