/** Units that may be switched on screen; values are stored and judged in the recorded unit. */

/** 1 kgf/cm2 in MPa: standard gravity over 1e-4 m2 (ISO 80000-4). */
export const MPA_PER_KGF_CM2 = 0.0980665;

/** 1 tonf (metric) in kN: 1000 kg times standard gravity. */
export const KN_PER_TONF = 9.80665;

export const kgfCm2ToMpa = (kgfCm2: number): number => kgfCm2 * MPA_PER_KGF_CM2;
export const mpaToKgfCm2 = (mpa: number): number => mpa / MPA_PER_KGF_CM2;
export const tonfToKn = (tonf: number): number => tonf * KN_PER_TONF;
export const knToTonf = (kn: number): number => kn / KN_PER_TONF;

/** The unit a feature is recorded in. `none` for codes and counts. */
export type Unit = 'none' | 'count' | 'm/s' | 'kgf/cm2' | 's' | 'mm' | 'tonf' | 'degC' | 'bar' | '%RH';

/** Which of the switchable units the screen shows. */
export interface UnitPreference {
  readonly pressure: 'kgf/cm2' | 'MPa';
  readonly force: 'tonf' | 'kN';
}

export type DisplayUnit = Unit | 'MPa' | 'kN';

/** The unit that a value recorded in `unit` is shown in. */
export function displayUnit(unit: Unit, preference: UnitPreference): DisplayUnit {
  if (unit === 'kgf/cm2') return preference.pressure;
  if (unit === 'tonf') return preference.force;
  return unit;
}

/** A recorded value in the unit it is shown in. */
export function toDisplay(value: number, unit: Unit, preference: UnitPreference): number {
  const shown = displayUnit(unit, preference);
  if (shown === 'MPa') return kgfCm2ToMpa(value);
  if (shown === 'kN') return tonfToKn(value);
  return value;
}

/** The inverse of {@link toDisplay}: what a person typed, in the recorded unit. */
export function fromDisplay(value: number, unit: Unit, preference: UnitPreference): number {
  const shown = displayUnit(unit, preference);
  if (shown === 'MPa') return mpaToKgfCm2(value);
  if (shown === 'kN') return knToTonf(value);
  return value;
}
