import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';

describe('crc32', () => {
  it('has the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('agrees with zlib, whole and continued', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.uint8Array({ maxLength: 200 }), (head, tail) => {
        expect(crc32(head)).toBe(zlibCrc32(head));
        expect(crc32(tail, crc32(head))).toBe(zlibCrc32(Buffer.concat([head, tail])));
      }),
    );
  });
});
