/** Events and changed settings in words. */
import type { MarkerRow } from '../../journal/store/database.ts';
import { formatNumber, t, translateKey } from '../../messages/index.ts';

const scalar = (value: string | number | boolean | null | undefined): string =>
  typeof value === 'number' ? formatNumber(value) : String(value ?? '–');

/** What happened, in one line. */
export function markerText(marker: MarkerRow): string {
  if (marker.kind === 'setting') {
    const { name, before, after } = marker.data;
    return `${t('history.event.setting', { name })}: ${scalar(before)} → ${scalar(after)}`;
  }
  const { type, text, details } = marker.data;
  const change = 'before' in details && 'after' in details ? `${scalar(details['before'])} → ${scalar(details['after'])}` : '';
  const what = typeof details['what'] === 'string' ? (translateKey(`history.what.${details['what']}`) ?? details['what']) : '';
  return [t(`history.event.${type}`), what, text ?? '', change].filter((part) => part !== '').join(': ');
}

/** Whether a marker belongs beside the shots on the line view: what may have changed how parts turn out or are judged. */
export function isLineMarker(marker: MarkerRow): boolean {
  return marker.kind === 'event' && ['die_change', 'stop', 'note', 'model_change', 'threshold_change', 'unrecorded', 'new_run', 'run_alarm'].includes(marker.data.type);
}
