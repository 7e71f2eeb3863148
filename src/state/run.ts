/** When a run of the machine begins. */
import { PRODUCT_INDEX, SHOT_INDEX } from '../domain/feature.ts';
import type { Shot } from '../domain/shot.ts';

/**
 * Whether a shot is the first of a new run: the source or the product changed, or the machine's shot counter went back.
 * A missing product or counter decides nothing.
 */
export function beginsRun(previous: Shot | null, shot: Shot): boolean {
  if (previous === null || previous.source !== shot.source) return true;
  const changed = (index: number, test: (before: number, now: number) => boolean): boolean => {
    const before = previous.values[index];
    const now = shot.values[index];
    return before !== undefined && now !== undefined && Number.isFinite(before) && Number.isFinite(now) && test(before, now);
  };
  return (
    changed(PRODUCT_INDEX, (before, now) => before !== now) || changed(SHOT_INDEX, (before, now) => now < before)
  );
}
