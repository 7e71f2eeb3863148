import { readSegmentHeader, SEGMENT_HEADER_BYTES, type SegmentHeader } from '../format/segment.ts';
import { parseSegmentName, type LogDirectory } from './files.ts';

/** A segment file as its name and its header block tell, frames unread. */
export interface SegmentFile {
  readonly name: string;
  readonly number: number;
  readonly revision: number;
  readonly size: number;
  readonly header: SegmentHeader;
}

/** The segment files of a directory. */
export interface Survey {
  /** The file that counts of each segment that has been used, by number. */
  readonly segments: ReadonlyMap<number, SegmentFile>;
  /** Older revisions, and rewrites that a crash left unfinished. */
  readonly leftovers: readonly string[];
  /** Names of all segment files, blank ones included. */
  readonly names: readonly string[];
  /** The id that most headers carry; null where no header is readable. */
  readonly journalId: string | null;
}

/** Looks at every segment file. Of several revisions the highest with an intact header counts, else the highest in use. */
export async function survey(directory: LogDirectory): Promise<Survey> {
  const files = (
    await Promise.all(
      (await directory.list()).map(async ({ name, size }): Promise<SegmentFile | null> => {
        const numbers = parseSegmentName(name);
        if (!numbers) return null;
        const header = readSegmentHeader(await directory.read(name, 0, SEGMENT_HEADER_BYTES));
        return { name, ...numbers, size, header };
      }),
    )
  ).filter((file) => file !== null);

  const segments = new Map<number, SegmentFile>();
  const leftovers: string[] = [];
  for (const file of files.sort((a, b) => rank(a) - rank(b) || a.revision - b.revision)) {
    const other = segments.get(file.number);
    if (other) leftovers.push(other.name);
    segments.set(file.number, file);
  }
  for (const file of segments.values()) {
    if (!isUnborn(file, segments.get(file.number - 1))) continue;
    segments.delete(file.number);
    leftovers.push(file.name);
  }
  for (const file of segments.values()) if (file.header.state === 'blank') segments.delete(file.number);

  const votes = new Map<string, number>();
  for (const { header } of segments.values()) {
    if (header.identity) votes.set(header.identity.journalId, (votes.get(header.identity.journalId) ?? 0) + 1);
  }
  return {
    segments,
    leftovers,
    names: files.map(({ name }) => name).filter((name) => !leftovers.includes(name)),
    journalId: [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null,
  };
}

/**
 * An empty file behind a segment that is not sealed: a spare whose making was interrupted. (A segment is begun only when the
 * one before it carries its seal; an empty file behind a sealed one has lost what it held.)
 */
function isUnborn({ size }: SegmentFile, before: SegmentFile | undefined): boolean {
  return size === 0 && before !== undefined && (before.header.state === 'blank' || (before.header.state === 'intact' && !before.header.seal));
}

function rank({ header }: SegmentFile): number {
  return { blank: 0, damaged: 1, intact: 2 }[header.state];
}
