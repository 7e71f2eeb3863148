import { describe, expect, it } from 'vitest';
import { EMPTY_SUMMARY, encodeSeal, encodeSegmentHeader, SEAL_POSITION } from '../format/segment.ts';
import { MemoryDisk, memoryDirectory } from './memory-directory.ts';
import { survey } from './survey.ts';

const identity = { number: 1, revision: 0, gaps: false, journalId: 'ab'.repeat(16) };

function begun(sealed: boolean): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4096);
  bytes.set(encodeSegmentHeader(identity));
  if (sealed) bytes.set(encodeSeal({ ...EMPTY_SUMMARY, count: 1, firstSeq: 1, lastSeq: 1 }), SEAL_POSITION);
  return bytes;
}

describe('the survey of a directory', () => {
  it('takes an empty file behind the segment in use for a spare whose making was interrupted', async () => {
    const disk = new MemoryDisk();
    disk.files.set('000001-0.cwj', begun(false));
    disk.files.set('000002-0.cwj', new Uint8Array(4096));
    disk.files.set('000003-0.cwj', new Uint8Array(0));
    const found = await survey(memoryDirectory(disk));
    expect([...found.segments.keys()]).toEqual([1]);
    expect(found.leftovers).toEqual(['000003-0.cwj']);
    expect([...found.names].sort()).toEqual(['000001-0.cwj', '000002-0.cwj']);
  });

  it('takes an empty file behind a full segment for one that has lost what it held', async () => {
    const disk = new MemoryDisk();
    disk.files.set('000001-0.cwj', begun(true));
    disk.files.set('000002-0.cwj', new Uint8Array(0));
    const found = await survey(memoryDirectory(disk));
    expect([...found.segments.keys()].sort()).toEqual([1, 2]);
    expect(found.segments.get(2)?.header.state).toBe('damaged');
    expect(found.leftovers).toEqual([]);
  });
});
