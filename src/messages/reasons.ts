/** Why a shot is held, in words. */
import type { FeatureName } from '../domain/feature.ts';
import type { HoldReason, OutOfRange } from '../domain/verdict.ts';
import { formatNumber } from './format.ts';
import { describeError, featureName, formatReading, formatReadingWithUnit } from './names.ts';
import { t } from './translate.ts';

/** So many signals are named; of the others only the number is said. */
const NAMED = 3;

/** One reason as a sentence; every out-of-range signal is a sentence of its own. */
export function describeReason(reason: HoldReason): readonly string[] {
  switch (reason.kind) {
    case 'unavailable':
      return [t('verdict.reason.unavailable', { reason: describeError(reason.error).title })];
    case 'unknown_product':
      return [t('verdict.reason.unknown_product', { product: formatNumber(reason.product) })];
    case 'missing':
      return [t('verdict.reason.missing', { names: namesOf(reason.features) })];
    case 'not_finite':
      return [t('verdict.reason.not_finite', { names: namesOf(reason.features) })];
    case 'out_of_range':
      return reason.features.map(outOfRange);
    case 'unusual_t2':
      return [t('verdict.reason.unusual_t2')];
    case 'unusual_spe':
      return [t('verdict.reason.unusual_spe')];
  }
}

/** All reasons as sentences, in the judge's order. */
export function describeReasons(reasons: readonly HoldReason[]): readonly string[] {
  return reasons.flatMap(describeReason);
}

function outOfRange({ name, value, low, high }: OutOfRange): string {
  return t('verdict.reason.out_of_range', {
    name: featureName(name),
    value: formatReadingWithUnit(name, value),
    low: formatReading(name, low),
    high: formatReading(name, high),
  });
}

function namesOf(features: readonly FeatureName[]): string {
  const names = features.slice(0, NAMED).map(featureName).join(', ');
  const others = features.length - NAMED;
  return others > 0 ? t('verdict.reason.andOthers', { names, count: others }) : names;
}
