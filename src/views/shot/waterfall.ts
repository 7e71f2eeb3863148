/** The steps from the mean of ordinary shots to a shot's probability, as a chart. */
import type { Chart, ChartConfiguration } from 'chart.js';
import type { Attribution } from '../../explain/signal-shapley.ts';
import type { Reason } from '../../explain/reasons.ts';
import { featureName, formatPercent, t } from '../../messages/index.ts';
import type { ThemeColors } from '../../ui/index.ts';
import { pointsText } from '../shared/explain-text.ts';

/** One bar of the waterfall. */
export interface Step {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** `total`: the bar stands on the axis; else it changes what the bars before it reached. */
  readonly kind: 'total' | 'change';
}

const SHOWN = 8;

/** The largest effects one by one, all others together, between the background's mean and the shot. */
export function stepsOf({ base, value }: Attribution, reasons: readonly Reason[]): readonly Step[] {
  const moving = reasons.filter(({ effect }) => effect !== 0);
  const shown = moving.slice(0, SHOWN);
  const rest = moving.slice(SHOWN);
  const steps: Step[] = [{ label: t('explain.all.base'), from: 0, to: base, kind: 'total' }];
  let at = base;
  const change = (label: string, effect: number): void => {
    steps.push({ label, from: at, to: at + effect, kind: 'change' });
    at += effect;
  };
  for (const { name, effect } of shown) change(featureName(name), effect);
  if (rest.length > 0) {
    change(t('explain.all.rest', { count: rest.length }), rest.reduce((sum, { effect }) => sum + effect, 0));
  }
  return [...steps, { label: t('explain.all.value'), from: 0, to: value, kind: 'total' }];
}

/** The steps in words. */
export function waterfallLabel({ base, value }: Attribution, steps: readonly Step[]): string {
  return t('explain.all.chart', {
    base: formatPercent(base, 1),
    value: formatPercent(value, 1),
    steps: steps
      .filter(({ kind }) => kind === 'change')
      .map(({ label, from, to }) => `${label} ${pointsText(to - from, 1)}`)
      .join(', '),
  });
}

/** A chart.js configuration of the steps, with the threshold as a line where one is known. */
export function waterfall(steps: readonly Step[], threshold: number | null, colors: ThemeColors): ChartConfiguration {
  const ends = steps.flatMap(({ from, to }) => [from, to]).concat(threshold ?? []);
  const most = Math.min(1, Math.ceil(Math.max(...ends) * 10.5) / 10);
  const text = ({ kind, from, to }: Step): string => (kind === 'total' ? formatPercent(to, 1) : pointsText(to - from, 1));
  return {
    type: 'bar',
    data: {
      // The figure stands in the label: a colour alone would not say which way a bar goes.
      labels: steps.map((step) => [step.label, text(step)]),
      datasets: [
        {
          data: steps.map(({ from, to }): [number, number] => [from, to]),
          backgroundColor: steps.map(({ kind, from, to }) =>
            kind === 'total' ? colors.series3 : to > from ? colors.series1 : colors.series2,
          ),
          barPercentage: 0.8,
          categoryPercentage: 0.9,
          minBarLength: 2,
        },
      ],
    },
    options: {
      indexAxis: 'y',
      plugins: { legend: { display: false }, tooltip: { enabled: false } },
      scales: {
        x: { min: 0, max: most, ticks: { callback: (value) => formatPercent(Number(value)) } },
        y: { grid: { display: false }, ticks: { autoSkip: false } },
      },
    },
    plugins: threshold === null ? [] : [thresholdLine(threshold, colors.text)],
  };
}

/** A dashed line across the chart. */
function thresholdLine(threshold: number, color: string) {
  return {
    id: 'threshold',
    afterDatasetsDraw({ ctx, chartArea, scales }: Chart): void {
      const x = scales['x']?.getPixelForValue(threshold);
      if (x === undefined) return;
      ctx.save();
      ctx.strokeStyle = color;
      ctx.lineWidth = 2;
      ctx.setLineDash([6, 4]);
      ctx.beginPath();
      ctx.moveTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}
