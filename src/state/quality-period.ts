/** The stretches of days that the quality view looks at. */
import { totalOf, type TallyRow } from '../journal/store/rows.ts';

/** How far back the figures reach, in days. */
export const PERIODS = { day: 1, week: 7, month: 30, year: 365 } as const;
export type Period = keyof typeof PERIODS;

/** A period as whole days of the local clock up to the end of today: times in ms, from <= t < to. */
export function stretchOf(period: Period, now: number): { readonly from: number; readonly to: number } {
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  start.setDate(start.getDate() - PERIODS[period] + 1);
  return { from: start.getTime(), to: new Date(now).setHours(24, 0, 0, 0) };
}

/** The begin of the local day that lies so many days before today. */
export function dayBefore(now: number, days: number): number {
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  start.setDate(start.getDate() - days);
  return start.getTime();
}

/** Flagged shots of each day over all products, days without shots left out. */
export function flaggedByDay(days: readonly TallyRow[]): { readonly date: string; readonly shots: number; readonly flagged: number }[] {
  const byDate = new Map<string, { shots: number; flagged: number }>();
  for (const row of days) {
    if (row.date === null) continue;
    const { ok: good, ng, hold } = totalOf(row);
    const day = byDate.get(row.date) ?? { shots: 0, flagged: 0 };
    byDate.set(row.date, { shots: day.shots + good + ng + hold, flagged: day.flagged + ng });
  }
  return [...byDate].map(([date, day]) => ({ date, ...day })).filter(({ shots }) => shots > 0).sort((a, b) => (a.date < b.date ? -1 : 1));
}
