/** Parts that the charts of a batch share. */
import type { Chart, LegendItem } from 'chart.js';
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

/**
 * A legend that shows each line as it is drawn, dashes included, which tell lines apart where colours do not (chart.js
 * leaves the dashes out); what is not a line is shown by its point style.
 */
export const LINE_LEGEND = {
  labels: {
    usePointStyle: true,
    pointStyleWidth: 36,
    generateLabels: (chart: Chart): LegendItem[] =>
      (chart as Chart<'line'>).data.datasets.map((dataset, datasetIndex) => ({
        text: dataset.label ?? '',
        datasetIndex,
        hidden: !chart.isDatasetVisible(datasetIndex),
        strokeStyle: dataset.borderColor as string,
        fillStyle: dataset.borderColor as string,
        fontColor: chart.options.color as string,
        lineWidth: 2,
        lineDash: (dataset.borderDash as number[] | undefined) ?? [],
        pointStyle: dataset.pointStyle === 'rectRot' ? 'rectRot' : 'line',
      })),
  },
};
