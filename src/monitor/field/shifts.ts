import { shareOf, type ShareEstimate } from '../../domain/share.ts';
import type { FieldPart } from './parts.ts';

/** When shifts begin, as the plant has them: every `hours` from `start` o'clock on. */
export interface ShiftPlan {
  /** Hour of the day at which the first shift begins, 0..23. */
  readonly start: number;
  /** Length of a shift; divides 24. */
  readonly hours: 6 | 8 | 12;
}

export const DEFAULT_SHIFTS: ShiftPlan = { start: 6, hours: 8 };

/** One shift: its place in time. Times in ms since the epoch, from <= t < to. */
export interface Shift {
  readonly from: number;
  readonly to: number;
  /** Which of the day's shifts, from 1; the day is that on which the first of them begins. */
  readonly number: number;
}

/** The shift that an instant lies in, on the local clock. */
export function shiftAt(at: number, { start, hours }: ShiftPlan): Shift {
  const day = new Date(at);
  if (day.getHours() < start) day.setDate(day.getDate() - 1);
  day.setHours(start, 0, 0, 0);
  const edge = (number: number): number => {
    const time = new Date(day);
    // Hours of the clock on the wall: a day on which it is changed has shifts of other lengths.
    time.setHours(start + number * hours);
    return time.getTime();
  };
  let number = 1;
  while (edge(number) <= at) number += 1;
  return { from: edge(number - 1), to: edge(number), number };
}

/** What inspection found in one shift. */
export interface ShiftFindings {
  readonly shift: Shift;
  readonly inspected: number;
  readonly defective: number;
  /** Predicted defective and good, of the inspected parts predicted defective. */
  readonly falseAlarms: ShareEstimate & { readonly count: number };
  /** Predicted good and defective, of the inspected parts predicted good. */
  readonly misses: ShareEstimate & { readonly count: number };
}

/** The inspected parts shift by shift, the latest first. Shifts without any are not listed. */
export function findingsByShift(parts: readonly FieldPart[], plan: ShiftPlan): ShiftFindings[] {
  const shifts = new Map<number, { shift: Shift; parts: FieldPart[] }>();
  for (const part of parts) {
    const shift = shiftAt(part.at, plan);
    const entry = shifts.get(shift.from) ?? { shift, parts: [] };
    entry.parts.push(part);
    shifts.set(shift.from, entry);
  }
  return [...shifts.values()]
    .sort((a, b) => b.shift.from - a.shift.from)
    .map(({ shift, parts: own }) => {
      const flagged = own.filter(({ verdict }) => verdict.class === 'ng');
      const passed = own.filter(({ verdict }) => verdict.class === 'ok');
      const falseAlarms = flagged.filter(({ defective }) => !defective).length;
      const misses = passed.filter(({ defective }) => defective).length;
      return {
        shift,
        inspected: own.length,
        defective: own.filter(({ defective }) => defective).length,
        falseAlarms: { count: falseAlarms, ...shareOf(falseAlarms, flagged.length) },
        misses: { count: misses, ...shareOf(misses, passed.length) },
      };
    });
}
