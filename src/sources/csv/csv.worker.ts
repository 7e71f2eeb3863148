/** Reads one CSV file off the main thread. Started by {@link readCsvFile}, ends with its answer. */
import type { Result } from '../../domain/result.ts';
import type { CsvError } from './csv-error.ts';
import { readCsvBlocks, type CsvFacts } from './csv-table.ts';
import type { CsvBlock } from './read-csv.ts';

/** What the worker is asked: one file. */
export interface CsvRequest {
  readonly file: File;
}

/** What it answers: progress and blocks as they come, then what there is to know of the file, or the reason why it is not taken. */
export type CsvReply =
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'block'; readonly block: CsvBlock }
  | { readonly kind: 'done'; readonly result: Result<CsvFacts, CsvError> };

self.addEventListener('message', (event: MessageEvent<CsvRequest>) => {
  const { file } = event.data;
  const reply = (message: CsvReply, transfer: Transferable[] = []): void => self.postMessage(message, { transfer });
  void readCsvBlocks(
    file,
    file.name,
    (block) => reply({ kind: 'block', block }, [block.values.buffer, block.rows.buffer, block.lines.buffer, block.labels.buffer]),
    { onProgress: (bytes) => reply({ kind: 'progress', bytes }) },
  ).then((result) => reply({ kind: 'done', result }));
});
