import type { DisplayUnit } from '../domain/units.ts';
import { defineMessages } from './define.ts';

/** Unit symbols; the same in every language, but in the catalogue so that one place knows how they are written. */
export const units = defineMessages('unit', {
  'unit.none': { ko: '', en: '', vi: '' },
  'unit.count': { ko: '', en: '', vi: '' },
  'unit.m/s': { ko: 'm/s', en: 'm/s', vi: 'm/s' },
  'unit.kgf/cm2': { ko: 'kgf/cm²', en: 'kgf/cm²', vi: 'kgf/cm²' },
  'unit.MPa': { ko: 'MPa', en: 'MPa', vi: 'MPa' },
  'unit.s': { ko: 's', en: 's', vi: 's' },
  'unit.mm': { ko: 'mm', en: 'mm', vi: 'mm' },
  'unit.tonf': { ko: 'tonf', en: 'tonf', vi: 'tonf' },
  'unit.kN': { ko: 'kN', en: 'kN', vi: 'kN' },
  'unit.degC': { ko: '°C', en: '°C', vi: '°C' },
  'unit.bar': { ko: 'bar', en: 'bar', vi: 'bar' },
  'unit.%RH': { ko: '%RH', en: '%RH', vi: '%RH' },
}) satisfies Record<`unit.${DisplayUnit}`, unknown>;
