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
export type Unit = 'none' | 'count' | 'm/s' | 'kgf/cm2' | 'MPa' | 's' | 'mm' | 'tonf' | 'kN' | 'degC' | 'bar' | '%RH';

/** Which of the switchable units the screen shows. */
export interface UnitPreference {
  readonly pressure: 'kgf/cm2' | 'MPa';
  readonly force: 'tonf' | 'kN';
}

export type DisplayUnit = Unit;

/** The unit that a value recorded in `unit` is shown in. */
export function displayUnit(unit: Unit, preference: UnitPreference): DisplayUnit {
  if (unit === 'kgf/cm2' || unit === 'MPa') return preference.pressure;
  if (unit === 'tonf' || unit === 'kN') return preference.force;
  return unit;
}

/** A recorded value in the unit it is shown in. */
export function toDisplay(value: number, unit: Unit, preference: UnitPreference): number {
  return convert(value, unit, displayUnit(unit, preference));
}

/** The inverse of {@link toDisplay}: what a person typed, in the recorded unit. */
export function fromDisplay(value: number, unit: Unit, preference: UnitPreference): number {
  return convert(value, displayUnit(unit, preference), unit);
}

function convert(value: number, from: Unit, to: Unit): number {
  if (from === to) return value;
  if (from === 'kgf/cm2') return kgfCm2ToMpa(value);
  if (from === 'MPa') return mpaToKgfCm2(value);
  return from === 'tonf' ? tonfToKn(value) : knToTonf(value);
}
