/** Explanations in words: signal, direction, value, usual range, effect. */
import type { ProductReference } from '../../domain/bundle.ts';
import { FEATURE_INDEX, FEATURES, type FeatureName } from '../../domain/feature.ts';
import type { Change } from '../../explain/counterfactual.ts';
import type { Reason, Standing } from '../../explain/reasons.ts';
import { featureName, formatNumber, formatReading, formatReadingWithUnit, locale, t } from '../../messages/index.ts';

/** What has words of its own for low and high; everything else is an amount. */
const SCALES = ['time', 'velocity', 'length', 'count'] as const;

/** Where a value stands among the product's shots, in the words of what it measures. */
export function standingText(name: FeatureName, standing: Standing): string {
  if (standing === 'middle') return t('explain.standing.middle');
  const { quantity } = FEATURES[FEATURE_INDEX[name]]!;
  const scale = SCALES.find((each) => each === quantity) ?? 'amount';
  return t(`explain.standing.${scale}.${standing}`);
}

/** A change of a probability in percentage points with its sign: "+9 %p". A change that rounds to 0 has none. */
export function pointsText(effect: number, decimals = 0): string {
  return t('explain.points', { points: signedPoints(effect, decimals) });
}

/** The same without the unit, for a column that names it. */
export function signedPoints(effect: number, decimals: number): string {
  const sign = Number((effect * 100).toFixed(decimals)) === 0 ? '' : effect > 0 ? '+' : '−';
  return `${sign}${formatNumber(Math.abs(effect) * 100, decimals)}`;
}

/** The usual range of a signal: "평소 214–239"; empty where it is not known. */
export function usualText({ name, usual }: Pick<Reason, 'name' | 'usual'>, product: ProductReference): string {
  if (usual === null) return '';
  const resolution = product.resolution[name];
  return t('explain.usual', { low: formatReading(name, usual[0], resolution), high: formatReading(name, usual[1], resolution) });
}

/** A reason as one sentence, for readers that see no columns: "실린더 압력이 평소보다 낮음 (208, 평소 214–239) → 불량 확률 +9 %p". */
export function reasonSentence(reason: Reason, product: ProductReference): string {
  const { name, value, usual, standing, effect } = reason;
  const resolution = product.resolution[name];
  return t('explain.reason', {
    name: locale.language === 'ko' ? withSubjectParticle(featureName(name)) : featureName(name),
    value: formatReadingWithUnit(name, value, resolution),
    standing: standingText(name, standing),
    low: formatReading(name, usual?.[0], resolution),
    high: formatReading(name, usual?.[1], resolution),
    points: pointsText(effect),
  });
}

/** Digits whose Korean names end in a consonant: 영, 일, 삼, 육, 칠, 팔. */
const CONSONANT_DIGITS = '013678';

/** A Korean noun as a subject: 이 after a final consonant, 가 after a vowel. */
export function withSubjectParticle(noun: string): string {
  const last = noun.at(-1) ?? '';
  const syllable = last.charCodeAt(0) - 0xac00;
  // A Hangul syllable without a final consonant is a multiple of 28.
  const closed = syllable >= 0 && syllable < 11172 ? syllable % 28 > 0 : CONSONANT_DIGITS.includes(last);
  return `${noun}${closed ? '이' : '가'}`;
}

/** One change: "스프레이 2 시간 2.9 → 2.3 s". */
export function changeText({ name, from, to }: Change, product: ProductReference): string {
  const resolution = product.resolution[name];
  return t('explain.change', {
    name: featureName(name),
    from: formatReading(name, from, resolution),
    to: formatReadingWithUnit(name, to, resolution),
  });
}
