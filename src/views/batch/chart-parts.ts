/** Parts that the charts of a batch share. */
import { formatPercent } from '../../messages/index.ts';

/** A linear axis of shares, from 0 to `max`, with percent on its ticks. */
export function percentAxis(title: string, max: number) {
  return {
    type: 'linear' as const,
    min: 0,
    max,
    title: { display: true, text: title },
    ticks: { callback: (value: number | string) => formatPercent(Number(value)) },
  };
}
