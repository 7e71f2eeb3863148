import { beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../ui/base.css';
import { locale } from '../../messages/index.ts';
import type { FieldPart } from '../../monitor/field/parts.ts';
import { fieldQuality } from '../../monitor/field/quality.ts';
import FiguresPanel from './FiguresPanel.svelte';
import ParetoPanel from './ParetoPanel.svelte';
import ShareChart from './ShareChart.svelte';

let seq = 0;
function parts(count: number, options: Partial<Omit<FieldPart, 'verdict'>> & { said?: 'ok' | 'ng' } = {}): FieldPart[] {
  const { said = 'ng', ...rest } = options;
  return Array.from({ length: count }, () => {
    seq += 1;
    return {
      seq, at: seq * 60_000, run: 1, product: 1, shadow: null, asked: said === 'ok', samplingRate: said === 'ok' ? 0.1 : null, defective: false, findings: [],
      verdict: { class: said, probability: 0.4, bundle: 'field-1.0.0' }, ...rest,
    };
  });
}

beforeEach(() => {
  locale.language = 'en';
});

describe('the figures', () => {
  it('stand with their sample size and interval', async () => {
    const quality = fieldQuality([...parts(9, { defective: true }), ...parts(3)], { ok: 300, ng: 12, hold: 0, asked: 0 });
    await render(FiguresPanel, { quality });
    await expect.element(page.getByTestId('quality-figures')).toHaveTextContent('75 % (47–91 %)');
    await expect.element(page.getByTestId('quality-figures')).toHaveTextContent('n = 12');
  });

  it('are not told where there are too few inspections, and recall not without random checks', async () => {
    const { container } = await render(FiguresPanel, { quality: fieldQuality(parts(2), { ok: 300, ng: 12, hold: 0, asked: 0 }) });
    const text = container.textContent ?? '';
    expect(text).toContain('can’t tell yet');
    expect(text).not.toContain('Precision0 %');
    await expect.element(page.getByText('Recall and yield need random checks', { exact: false })).toBeVisible();
  });
});

describe('the Pareto of defects', () => {
  it('counts by cavity, with the share of all inspected parts', async () => {
    const found = parts(4, { defective: true, findings: [{ defect: 'Stain', cavity: 1 }, { defect: 'Crack', cavity: 2 }] });
    await render(ParetoPanel, { parts: [...found, ...parts(6)] });
    await expect.element(page.getByRole('row', { name: /Stain/ }).first()).toHaveTextContent('40 % (17–69 %)');
    (page.getByRole('radio', { name: '2' }).element() as HTMLInputElement).click();
    await expect.element(page.getByRole('row', { name: /Crack/ }).first()).toBeVisible();
    expect(page.getByRole('row', { name: /^Stain/ }).elements()).toHaveLength(0);
  });
});

describe('the chart of shares', () => {
  it('marks what is outside its limits by shape, and numbers the events', async () => {
    const { container } = await render(ShareChart, {
      label: 'shares',
      points: [{ x: 0, share: 0.1, low: 0, high: 0.2 }, { x: 1, share: 0.4, low: 0, high: 0.2, outside: true }],
      centre: 0.15,
      markers: [0.5],
      formatX: String,
    });
    expect(container.querySelectorAll('circle')).toHaveLength(1);
    expect(container.querySelectorAll('path.outside')).toHaveLength(1);
    expect(container.querySelector('.number')?.textContent).toBe('1');
    expect(container.querySelector('svg')?.getAttribute('aria-label')).toBe('shares');
  });
});
