/** Mean moving range of two normal values, in standard deviations: d2 for n = 2. */
const D2 = 1.128;

/** A group of consecutive shots and how many of them were flagged. */
export interface PGroup {
  readonly shots: number;
  readonly flagged: number;
}

/** A point of the chart. */
export interface PPoint extends PGroup {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly outside: boolean;
}

/** A p' chart of flagged shots. */
export interface PChart {
  readonly points: readonly PPoint[];
  /** Share over all groups. */
  readonly centre: number;
  /** Spread between groups in units of what chance alone gives; 1 would be a plain p chart. */
  readonly sigmaZ: number;
}

/**
 * Laney's p' chart (2002): limits at three standard deviations of chance times the spread between groups, because the
 * flagged shares of neighbouring groups differ by more than chance also when nothing has happened. Null with fewer than
 * two groups, or where all or none are flagged.
 */
export function pChart(groups: readonly PGroup[]): PChart | null {
  const used = groups.filter(({ shots }) => shots > 0);
  const shots = used.reduce((sum, group) => sum + group.shots, 0);
  const centre = used.reduce((sum, { flagged }) => sum + flagged, 0) / shots;
  if (used.length < 2 || centre <= 0 || centre >= 1) return null;
  const sigma = used.map((group) => Math.sqrt((centre * (1 - centre)) / group.shots));
  const z = used.map(({ flagged, shots: n }, i) => (flagged / n - centre) / (sigma[i] as number));
  const ranges = z.slice(1).map((value, i) => Math.abs(value - (z[i] as number)));
  const sigmaZ = ranges.reduce((sum, range) => sum + range, 0) / ranges.length / D2;
  return {
    centre,
    sigmaZ,
    points: used.map((group, i) => {
      const share = group.flagged / group.shots;
      const reach = 3 * (sigma[i] as number) * sigmaZ;
      const low = Math.max(0, centre - reach);
      const high = Math.min(1, centre + reach);
      return { ...group, share, low, high, outside: share < low || share > high };
    }),
  };
}

/** Consecutive shots in groups of `size`; a last group of less than half joins the one before it. */
export function groupsOf(flags: readonly boolean[], size: number): PGroup[] {
  const count = Math.max(1, Math.round(flags.length / size));
  return Array.from({ length: count }, (_, i) => {
    const group = flags.slice(i * size, i === count - 1 ? undefined : (i + 1) * size);
    return { shots: group.length, flagged: group.filter(Boolean).length };
  });
}
