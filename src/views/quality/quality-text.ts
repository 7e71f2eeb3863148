/** Estimates and events of the quality view in words. */
import type { ShareEstimate } from '../../domain/share.ts';
import type { MarkerRow } from '../../journal/store/database.ts';
import { formatNumber, formatShareInterval, formatTime, t, translateKey } from '../../messages/index.ts';
import { saysLittle } from '../../monitor/field/estimates.ts';
import type { CountEstimate } from '../../monitor/field/quality.ts';
import type { Shift } from '../../monitor/field/shifts.ts';

/** A share with its interval, or that it can't be told yet. */
export function shareText(share: ShareEstimate): string {
  return saysLittle(share) ? t('quality.unknown') : formatShareInterval(share);
}

/** The sample size beside it. */
export function sampleText({ of }: ShareEstimate): string {
  return t('quality.of', { n: of });
}

/** An estimated number of parts with its interval. */
export function countText(count: CountEstimate | null): string {
  if (count === null) return t('quality.unknown');
  return t('quality.count', { value: formatNumber(count.value, 0), low: formatNumber(count.low, 0), high: formatNumber(count.high, 0) });
}

/** A shift in words: its number and its hours. */
export function shiftText({ number, from, to }: Shift): string {
  const hours = (at: number): string => formatTime(at).slice(0, 5);
  return t('quality.shiftName', { number, from: hours(from), to: hours(to) });
}

/** What happened, in words. */
export function eventText(marker: MarkerRow): string {
  if (marker.kind !== 'event') return '';
  const { type, text, details } = marker.data;
  const name = translateKey(`quality.event.${type}`) ?? type;
  const change = type === 'model_change' || type === 'threshold_change' ? `${details.before ?? ''} → ${details.after ?? ''}` : '';
  return [name, change, text].filter(Boolean).join(' · ');
}
