import { appError, type AppError } from '../../domain/app-error.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import type { BackupIndex } from './backup.ts';
import type { ExportJob, ExportSummary } from './export-job.ts';
import type { ExportCommand, ExportReply } from './protocol.ts';

/** The part of a `Worker` that the exporter uses. */
export interface ExportWorker {
  postMessage(command: ExportCommand): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<ExportReply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export interface ExportOptions {
  readonly signal?: AbortSignal;
  /** Share done, 0..1. */
  readonly onProgress?: (share: number) => void;
}

/** Files out of the journal, and a backup back into it. Each job has a worker of its own, which goes with it. */
export interface Exporter {
  export(job: ExportJob, options?: ExportOptions): Promise<Result<{ readonly file: Blob; readonly summary: ExportSummary }>>;
  backup(of: { readonly journalId: string; readonly line: string }, options?: ExportOptions): Promise<Result<{ readonly file: Blob; readonly index: BackupIndex }>>;
  /** Reads a backup, checks all of it and puts it beside the journal, which takes it over by `adoptBackup`. */
  stage(file: Blob, options?: ExportOptions): Promise<Result<BackupIndex>>;
}

/** The exporter of a page. */
export function createExporter(
  createWorker: () => ExportWorker = () => new Worker(new URL('./export.worker.ts', import.meta.url), { type: 'module', name: 'export' }),
): Exporter {
  function run<T>(command: ExportCommand, { signal, onProgress }: ExportOptions, pick: (reply: ExportReply) => T | null): Promise<Result<T>> {
    if (signal?.aborted) return Promise.resolve(err(appError('aborted', {})));
    const worker = createWorker();
    return new Promise((resolve) => {
      const settle = (result: Result<T>): void => {
        worker.terminate();
        signal?.removeEventListener('abort', abort);
        resolve(result);
      };
      const fail = (error: AppError): void => {
        settle(err(error));
      };
      const abort = (): void => {
        fail(appError('aborted', {}));
      };
      signal?.addEventListener('abort', abort);
      worker.onmessage = ({ data }) => {
        if (data.kind === 'progress') onProgress?.(data.share);
        else if (data.kind === 'failed') fail(data.error);
        else {
          const value = pick(data);
          if (value !== null) settle(ok(value));
        }
      };
      worker.onerror = (event) => {
        event.preventDefault();
        fail(appError('worker_died', { detail: event.message }));
      };
      worker.postMessage(command);
    });
  }
  return {
    export: (job, options = {}) => run({ kind: 'export', job }, options, (reply) => (reply.kind === 'exported' ? reply : null)),
    backup: (of, options = {}) => run({ kind: 'backup', ...of }, options, (reply) => (reply.kind === 'backedUp' ? reply : null)),
    stage: (file, options = {}) => run({ kind: 'stage', file }, options, (reply) => (reply.kind === 'staged' ? reply.index : null)),
  };
}
