import { appError, detailOf, type AppError } from '../../domain/app-error.ts';

/** A record that cannot be written down at all (too large, not data): its request is refused, and nothing else. */
export class UnfitRecord extends Error {
  override readonly name = 'UnfitRecord';
}

/** Whether something failed because the disk, or the browser's share of it, is full. */
export function isFull(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'QuotaExceededError';
}

/** Why a record was not kept, or the journal not opened. */
export function refusalOf(thrown: unknown): AppError {
  const detail = thrown instanceof DOMException ? `${thrown.name}: ${thrown.message}` : detailOf(thrown);
  return appError(isFull(thrown) ? 'journal_full' : 'journal_failed', { detail }, thrown);
}
