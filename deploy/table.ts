import type { ReleaseRecord } from './release-folder.ts';
import type { Finding } from './verify.ts';

/** Rows as a plain table, columns as wide as they need. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}

/** What was fetched back from the site, a line a file. */
export function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ path, status, bytes, stored, type, encoding, cache, wrong }) => [
    path,
    String(status),
    String(bytes),
    String(stored),
    encoding || '-',
    type,
    cache,
    wrong.length === 0 ? 'as sent' : wrong.join('; '),
  ]);
  return table([['file', 'status', 'bytes', 'on the wire', 'encoding', 'type', 'cache', 'content and headers'], ...rows]);
}

/** The releases of a bucket, the newest first. */
export function releasesTable(records: readonly ReleaseRecord[], served: ReleaseRecord | null): string {
  const rows = records.map((record) => [
    record.id === served?.id ? '*' : '',
    record.id,
    record.created.slice(0, 16).replace('T', ' '),
    record.kind,
    record.commit?.slice(0, 8) ?? '-',
    String(record.files.length),
    String(record.files.reduce((sum, { stored }) => sum + stored, 0)),
  ]);
  return table([['', 'release', 'made (UTC)', 'kind', 'commit', 'files', 'bytes'], ...rows]);
}
