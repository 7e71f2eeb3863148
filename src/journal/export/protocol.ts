import type { AppError } from '../../domain/app-error.ts';
import type { BackupIndex } from './backup.ts';
import type { ExportJob, ExportSummary } from './export-job.ts';

/** What the page asks of the export worker. One job at a time: a worker lives for one job. */
export type ExportCommand =
  | { readonly kind: 'export'; readonly job: ExportJob }
  | { readonly kind: 'backup'; readonly journalId: string; readonly line: string }
  | { readonly kind: 'stage'; readonly file: Blob };

/** What it says. */
export type ExportReply =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'exported'; readonly file: Blob; readonly summary: ExportSummary }
  | { readonly kind: 'backedUp'; readonly file: Blob; readonly index: BackupIndex }
  | { readonly kind: 'staged'; readonly index: BackupIndex }
  | { readonly kind: 'failed'; readonly error: AppError };
