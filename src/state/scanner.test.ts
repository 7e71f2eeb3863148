import { describe, expect, it } from 'vitest';
import { Scanner } from './scanner.ts';

/** Types a text with the same time between keys; what the last key did. */
function type(scanner: Scanner, text: string, everyMs: number, from = 1000) {
  let time = from;
  let step = scanner.key('Tab', time - 1000);
  for (const key of [...text, 'Enter']) {
    step = scanner.key(key, time);
    time += everyMs;
  }
  return step;
}

describe('a scanner', () => {
  it('is recognised by its pace and its Enter', () => {
    expect(type(new Scanner(), 'DC-2026 00412', 8)).toEqual({ kind: 'code', code: 'DC-2026 00412' });
  });

  it('is not a person who types', () => {
    expect(type(new Scanner(), 'DC-2026', 120)).toEqual({ kind: 'typing' });
  });

  it('is not a short burst of two fingers', () => {
    expect(type(new Scanner(), 'ab', 5)).toEqual({ kind: 'typing' });
  });

  it('starts anew after a pause, and keeps two codes apart', () => {
    const scanner = new Scanner();
    scanner.key('x', 0);
    expect(type(scanner, 'PART-1', 5)).toEqual({ kind: 'code', code: 'PART-1' });
    expect(type(scanner, 'PART-2', 5, 1100)).toEqual({ kind: 'code', code: 'PART-2' });
  });

  it('ignores the shift key within a code', () => {
    const scanner = new Scanner();
    const keys = ['Shift', 'A', 'Shift', 'B', 'c', 'd', 'Enter'];
    expect(keys.map((key, i) => scanner.key(key, i * 5)).at(-1)).toEqual({ kind: 'code', code: 'ABcd' });
  });
});
