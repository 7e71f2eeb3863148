/** The message catalogue: `t('line.age', { seconds })` and the formats that go with it. */
export type { MessageKey } from './catalogue.ts';
export {
  decimalSeparator,
  formatBytes,
  formatDateTime,
  formatJudged,
  formatMilliseconds,
  formatNumber,
  formatPercent,
  formatShareInterval,
  formatSignificant,
  formatTime,
  NO_VALUE,
} from './format.ts';
export { LANGUAGES, LANGUAGE_NAMES, locale, type Language } from './locale.svelte.ts';
export {
  defectName,
  describeError,
  equipmentName,
  featureName,
  formatReading,
  formatReadingWithUnit,
  isUnitConfirmed,
  recordedUnit,
  unitSymbol,
  type ErrorText,
} from './names.ts';
export { localText, plant } from './plant.svelte.ts';
export { describeReason, describeReasons } from './reasons.ts';
export { isMessageKey, t, translateKey, type ParamValue } from './translate.ts';
