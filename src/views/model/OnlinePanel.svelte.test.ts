import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import type { OnlineStudy } from '../../domain/bundle.ts';
import { locale } from '../../messages/index.ts';
import '../../ui/base.css';
import OnlinePanel from './OnlinePanel.svelte';

const metric = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });
const figure = (predictor: string, inspected: number, logLoss: number) => ({
  training: 'others' as const, inspected, delay: 20, predictor, shots: 100, defective: 20,
  log_loss: metric(logLoss), brier: metric(0.15), roc_auc: metric(0.7), against_run_rate: metric(logLoss - 0.49),
});
const study: OnlineStudy = {
  block: 50, resamples: 10, draws: 2,
  figures: [figure('run_rate', 1, 0.49), figure('mixture', 1, 0.4812), figure('run_rate', 0.1, 0.51), figure('mixture', 0.1, 0.5031)],
  coverage: [{ training: 'others', inspected: 1, delay: 20, intervals: 40, coverage: metric(0.91) }],
  null: [],
};

afterEach(() => {
  locale.language = 'ko';
});

describe('the figures of learning within a run', () => {
  it('stand by setting, the best predictor first, with how often the interval held', async () => {
    locale.language = 'en';
    await render(OnlinePanel, { study });
    const rows = () => page.getByRole('row').elements().map((row) => row.textContent);
    expect(rows()[1]).toMatch(/Mixture\s*0\.4812\s*\(0\.461 – 0\.501\)/);
    expect(rows()[2]).toMatch(/Run rate\s*0\.4900/);
    await expect.element(page.getByText('The 90 % interval held in 91.0 % of cases.')).toBeVisible();
    await page.getByRole('combobox').selectOptions('learned from all other runs, 10 % inspected, known 20 shots later');
    expect(rows()[1]).toMatch(/Mixture\s*0\.5031/);
    await expect.element(page.getByText(/The 90 % interval held/)).not.toBeInTheDocument();
  });
});
