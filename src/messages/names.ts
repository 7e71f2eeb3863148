/** Names of domain things in the language of the screen, and quantities in the units of the screen. */
import type { AppError } from '../domain/app-error.ts';
import type { Defect } from '../domain/defect.ts';
import { isFeatureName, type EquipmentGroup, type FeatureName } from '../domain/feature.ts';
import { displayUnit, toDisplay, type Unit } from '../domain/units.ts';
import { locale } from './locale.svelte.ts';
import { formatNumber, NO_VALUE } from './format.ts';
import { plant } from './plant.svelte.ts';
import { t, translateKey, type ParamValue } from './translate.ts';

/** The name of an input. */
export function featureName(name: FeatureName): string {
  return t(`feature.${name}`);
}

/** The name of a defect type. */
export function defectName(defect: Defect): string {
  return t(`defect.${defect}`);
}

/** The name of a group of equipment. */
export function equipmentName(group: EquipmentGroup): string {
  return t(`equipment.${group}`);
}

/** The symbol of the unit that values of an input are shown in; empty for codes and counts. */
export function unitSymbol(name: FeatureName): string {
  return t(`unit.${displayUnit(recordedUnit(name), locale.units)}`);
}

/** The unit that an input is recorded in. */
export function recordedUnit(name: FeatureName): Unit {
  return plant.signal(name).unit;
}

/** Whether the plant has confirmed the unit of an input; what has none needs no confirmation. */
export function isUnitConfirmed(name: FeatureName): boolean {
  return plant.signal(name).unitConfirmed || unitSymbol(name) === '';
}

/**
 * A recorded value of an input in the unit of the screen, without the symbol.
 *
 * @param value in the recorded unit
 * @param resolution recording step in the recorded unit; without it up to three decimals
 */
export function formatReading(name: FeatureName, value: number | null | undefined, resolution?: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return formatNumber(value);
  const unit = recordedUnit(name);
  const shown = toDisplay(value, unit, locale.units);
  if (resolution === undefined || !(resolution > 0)) return formatNumber(shown);
  return formatNumber(shown, decimalsOf(toDisplay(resolution, unit, locale.units)));
}

/** A recorded value of an input with its unit: "208 kgf/cm²". */
export function formatReadingWithUnit(name: FeatureName, value: number | null | undefined, resolution?: number): string {
  const text = formatReading(name, value, resolution);
  const symbol = unitSymbol(name);
  return symbol === '' || text === NO_VALUE ? text : `${text} ${symbol}`;
}

/** Decimals needed to tell two values apart that lie one recording step from each other. */
function decimalsOf(step: number): number {
  const decimals = Math.ceil(-Math.log10(step) - 1e-9);
  return Math.min(Math.max(decimals, 0), 4);
}

/** What went wrong and what to do about it, in words. */
export interface ErrorText {
  readonly title: string;
  readonly todo: string;
}

/** An expected failure in words. */
export function describeError(error: AppError): ErrorText {
  const params = errorParams(error);
  return {
    title: translateKey(error.messageKey, params) ?? error.code,
    todo: translateKey(`${error.messageKey}.todo`, params) ?? '',
  };
}

function errorParams(error: AppError): Record<string, ParamValue> {
  if (error.code === 'shot_invalid') {
    const fields = error.params.fields.map(
      ({ name, problem }) => `${isFeatureName(name) ? featureName(name) : name} (${t(`field.${problem}`)})`,
    );
    return { fields: fields.join(', ') };
  }
  return Object.fromEntries(
    Object.entries(error.params).filter(
      (entry): entry is [string, ParamValue] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
    ),
  );
}
