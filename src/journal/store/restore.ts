import { SEGMENT_HEADER_BYTES } from '../format/segment.ts';
import { parseSegmentName, segmentName, SEGMENT_BYTES, type LogDirectory } from './files.ts';

/**
 * A restore in steps that a crash may interrupt anywhere: segments are staged under names of their own; then one file says
 * that the restore counts. From there on every start finishes it, before that every start clears it away.
 *
 *   restore-000001.cwj ...   staged
 *   restore.set-aside        the present segments are being renamed to replaced-...
 *   restore.move-in          the staged ones are being renamed to their own names
 */
const SET_ASIDE = 'restore.set-aside';
const MOVE_IN = 'restore.move-in';
const STAGED = /^restore-(\d{6,})\.cwj$/;

const MARK = new Uint8Array(SEGMENT_HEADER_BYTES);

const stagedName = (number: number): string => `restore-${String(number).padStart(6, '0')}.cwj`;

/** Puts a segment of a backup beside the journal. The last one gets room to go on. */
export async function stageSegment(directory: LogDirectory, number: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await directory.create(stagedName(number), bytes);
}

/** Gives the last staged segment the size of one that is in use. */
export function padded(bytes: Uint8Array<ArrayBuffer>, size = SEGMENT_BYTES): Uint8Array<ArrayBuffer> {
  if (bytes.length >= size) return bytes;
  const whole = new Uint8Array(size);
  whole.set(bytes);
  return whole;
}

/** Takes away what a restore that came to nothing has left. */
export async function clearStaged(directory: LogDirectory): Promise<void> {
  for (const { name } of await directory.list()) if (STAGED.test(name)) await directory.remove(name);
}

/** Numbers of the staged segments, ascending. */
export async function stagedSegments(directory: LogDirectory): Promise<number[]> {
  const names = (await directory.list()).map(({ name }) => STAGED.exec(name)?.[1]);
  return names.filter((number) => number !== undefined).map(Number).sort((a, b) => a - b);
}

/** The staged segments take the place of the present ones from now on, whatever happens. */
export async function commitRestore(directory: LogDirectory): Promise<void> {
  await directory.create(SET_ASIDE, MARK);
}

/** Finishes a restore that counts, and clears one away that does not. To be called before the segments are looked at. */
export async function finishRestore(directory: LogDirectory): Promise<void> {
  const names = new Set((await directory.list()).map(({ name }) => name));
  if (!names.has(SET_ASIDE) && !names.has(MOVE_IN)) {
    await clearStaged(directory);
    return;
  }
  if (!names.has(MOVE_IN)) {
    for (const name of names) if (parseSegmentName(name)) await directory.rename(name, `replaced-${name}`);
    await directory.create(MOVE_IN, MARK);
  }
  for (const number of await stagedSegments(directory)) await directory.rename(stagedName(number), segmentName(number, 0));
  if (names.has(SET_ASIDE)) await directory.remove(SET_ASIDE);
  await directory.remove(MOVE_IN);
}
