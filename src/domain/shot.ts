import { appError, type BadField, type FieldProblem } from './app-error.ts';
import type { ShotLabels } from './defect.ts';
import { FEATURE_COUNT, FEATURE_NAMES, isFeatureName, type FeatureName } from './feature.ts';
import { err, ok, type Result } from './result.ts';
import { z } from './zod.ts';

/** Where a shot came from. Demo shots are marked as such wherever they are shown or recorded. */
export type ShotSource = 'demo' | 'form' | 'csv' | 'api';

/** One shot of the machine, before anything is said about it. */
export interface Shot {
  /** Unique among all shots of the device. */
  readonly id: string;
  readonly source: ShotSource;
  /** When the app received it, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** 30 values in the order of `FEATURES`, in recorded units; NaN where the value is missing, also +-Infinity. */
  readonly values: Float64Array;
  /** Row in the file it came from, from 1 (the first row below the header). */
  readonly row?: number;
  /** What inspection found, where the source knows. */
  readonly labels?: ShotLabels;
  /** All 30 values equal those of the shot before it: one shot logged twice. The line sets it. */
  readonly repeat: boolean;
}

/** Everything of a shot but its values. */
export interface ShotOrigin {
  readonly id?: string;
  readonly source: ShotSource;
  readonly receivedAt: number;
  readonly row?: number;
  readonly labels?: ShotLabels;
}

const isMissing = (value: unknown): boolean =>
  value === null || Number.isNaN(value) || (typeof value === 'string' && value.trim() === '');

/**
 * One value: a number (also NaN and +-Infinity, which are judged HOLD), or null or blank text for a missing value.
 * Text, even of digits, is refused: whether "1,5" is 1.5 or 15 is for the source to know.
 */
const featureValueSchema = z.custom<number | null | ''>((value) => typeof value === 'number' || isMissing(value));

/** The 30 values by name; further keys are ignored. */
export const featuresSchema = z.object(
  Object.fromEntries(FEATURE_NAMES.map((name) => [name, featureValueSchema])) as Record<FeatureName, typeof featureValueSchema>,
);

/**
 * A shot from 30 named values. An absent key, text, a boolean or an object are field problems and reject the shot, all of
 * them named; null, blank and NaN are missing values and accepted, as are +-Infinity: the judge holds such a shot.
 */
export function parseShot(features: unknown, origin: ShotOrigin): Result<Shot> {
  if (typeof features !== 'object' || features === null || Array.isArray(features)) {
    return err(appError('request_invalid', { detail: 'features' }));
  }
  // Only own keys count, so that nothing is read from a prototype.
  const own = Object.fromEntries(Object.entries(features).filter(([name]) => isFeatureName(name)));
  const parsed = featuresSchema.safeParse(own);
  if (!parsed.success) {
    const bad = new Set(parsed.error.issues.map((issue) => String(issue.path[0])));
    const fields = FEATURE_NAMES.filter((name) => bad.has(name)).map((name): BadField => {
      const problem: FieldProblem = name in own ? 'not_a_number' : 'absent';
      return { name, problem };
    });
    return err(appError('shot_invalid', { fields }));
  }
  const values = Float64Array.from(FEATURE_NAMES, (name) => {
    const value = parsed.data[name];
    return typeof value === 'number' ? value : NaN;
  });
  return ok(createShot(values, origin));
}

/** A shot from 30 values that the source has already checked (NaN = missing). Throws on any other number of values. */
export function createShot(values: Float64Array, origin: ShotOrigin): Shot {
  if (values.length !== FEATURE_COUNT) throw new RangeError(`a shot has ${FEATURE_COUNT} values, not ${values.length}`);
  return { ...origin, id: origin.id ?? crypto.randomUUID(), values, repeat: false };
}

/** Whether two shots hold exactly the same 30 values (a missing value equals a missing value). */
export function sameValues(a: Float64Array, b: Float64Array): boolean {
  for (let i = 0; i < FEATURE_COUNT; i += 1) {
    const x = a[i];
    const y = b[i];
    if (x !== y && !(Number.isNaN(x) && Number.isNaN(y))) return false;
  }
  return true;
}

/** The 30 values by name, null where missing: the shape `parseShot` reads. */
export function featuresOf(values: Float64Array): Record<FeatureName, number | null> {
  return Object.fromEntries(
    FEATURE_NAMES.map((name, i) => [name, Number.isNaN(values[i]) ? null : (values[i] ?? null)]),
  ) as Record<FeatureName, number | null>;
}
