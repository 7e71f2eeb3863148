import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRecord, segmentOf, someRecords, TEST_IDENTITY } from './arbitrary.ts';
import { decodeFrame, encodeFrame, readFrame } from './frame.ts';
import { fromWire, toWire } from './records.ts';
import { readSegmentHeader, scanSegment, SEGMENT_HEADER_BYTES } from './segment.ts';

const alone = { group: { position: 0, size: 1 } };

describe('a frame', () => {
  it('gives back the record it was made of', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        expect(decodeFrame(encodeFrame({ ...record, ...alone }))).toEqual(record);
      }),
    );
  });

  it('is refused with any single bit flipped', () => {
    fc.assert(
      fc.property(anyRecord, fc.nat(), (record, where) => {
        const bytes = encodeFrame({ ...record, ...alone });
        const bit = where % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(readFrame(bytes)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('keeps what JSON has no word for', () => {
    for (const value of [NaN, Infinity, -Infinity, 0.1, 5e-324, Number.MAX_VALUE]) expect(fromWire(toWire(value))).toBe(value);
  });

  it('is not decoded when its payload is of a shape this version does not write', () => {
    const record = { seq: 1, at: 0, mono: 0, session: 1, schema: 1, bundle: null, kind: 'setting', data: { nonsense: 1 } };
    const bytes = encodeFrame({ ...(record as never as Parameters<typeof encodeFrame>[0]), ...alone });
    expect(readFrame(bytes)).not.toBeNull();
    expect(decodeFrame(bytes)).toBeNull();
  });
});

describe('a segment', () => {
  it('is readable in every prefix: all whole frames, and nothing else', () => {
    fc.assert(
      fc.property(someRecords, fc.nat(), (records, at) => {
        const bytes = segmentOf(records);
        const length = SEGMENT_HEADER_BYTES + (at % (bytes.length - SEGMENT_HEADER_BYTES + 1));
        const whole = scanSegment(bytes).frames.filter((frame) => frame.end <= length);
        const scan = scanSegment(bytes.slice(0, length));
        expect(scan.frames.map((frame) => frame.header.seq)).toEqual(whole.map((frame) => frame.header.seq));
        expect(scan.header.identity).toEqual(TEST_IDENTITY);
        const cutInside = length > (whole.at(-1)?.end ?? SEGMENT_HEADER_BYTES);
        expect(scan.damaged.length > 0).toBe(cutInside);
      }),
    );
  });

  it('shows any single flipped bit, and loses no other frame by it', () => {
    fc.assert(
      fc.property(someRecords, fc.boolean(), fc.nat(), (records, sealed, where) => {
        const intact = segmentOf(records, { sealed, padding: 100 });
        const before = scanSegment(intact);
        expect(before.damaged).toEqual([]);
        expect(before.header.state).toBe('intact');
        const bytes = intact.slice();
        const bit = where % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const after = scanSegment(bytes);
        expect(after.header.state === 'damaged' || after.damaged.length > 0).toBe(true);
        const untouched = before.frames.filter((frame) => (bit >> 3) < frame.start || (bit >> 3) >= frame.end);
        expect(after.frames.map((frame) => frame.header.seq)).toEqual(untouched.map((frame) => frame.header.seq));
      }),
      { numRuns: 500 },
    );
  });

  it('carries a seal that says what it holds', () => {
    fc.assert(
      fc.property(someRecords, (records) => {
        const bytes = segmentOf(records, { sealed: true, padding: 64 });
        expect(readSegmentHeader(bytes).seal).toEqual(scanSegment(bytes).summary);
      }),
    );
  });

  it('that is all zero is blank, not damaged', () => {
    expect(readSegmentHeader(new Uint8Array(4096)).state).toBe('blank');
    expect(scanSegment(new Uint8Array(4096)).damaged).toEqual([]);
  });
});
