import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdForPerson, holdReason } from './when.ts';

const quiet = { sinceShotMs: 900_000, sinceInputMs: 900_000, inspectionDue: false, busy: false };

describe('switching to an update', () => {
  test('waits for the line, for the hands on the screen, for running work and for an inspection that is due', () => {
    expect(holdReason(quiet, 900_000)).toBeNull();
    expect(holdReason({ ...quiet, sinceShotMs: 899_999 }, 900_000)).toBe('shots');
    expect(holdReason({ ...quiet, sinceInputMs: 1 }, 900_000)).toBe('input');
    expect(holdReason({ ...quiet, busy: true }, 900_000)).toBe('busy');
    expect(holdReason({ ...quiet, inspectionDue: true }, 900_000)).toBe('inspection');
  });

  test('never happens between a shot and its inspection, whatever else is so, and not even when a person agrees', () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.boolean(), fc.double(), (sinceShotMs, sinceInputMs, busy, idleMs) => {
        const activity = { sinceShotMs, sinceInputMs, busy, inspectionDue: true };
        expect(holdReason(activity, idleMs)).toBe('inspection');
        expect(holdForPerson(activity)).toBe('inspection');
      }),
    );
  });

  test('a clock that says nothing holds it', () => {
    expect(holdReason({ ...quiet, sinceShotMs: Number.NaN }, 900_000)).toBe('shots');
    expect(holdReason({ ...quiet, sinceInputMs: Number.NaN }, 900_000)).toBe('input');
  });
});
