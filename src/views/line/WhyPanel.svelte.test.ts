import { afterEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { appError } from '../../domain/app-error.ts';
import type { ProductReference } from '../../domain/bundle.ts';
import type { ShotExplanation } from '../../explain/explainer.ts';
import type { Reason } from '../../explain/reasons.ts';
import { locale } from '../../messages/index.ts';
import type { Explained } from '../../state/explanations.ts';
import '../../ui/base.css';
import WhyPanel from './WhyPanel.svelte';

const reasons: readonly Reason[] = [
  { name: 'Process_Cylinder_Pressure', index: 6, value: 208, standing: 'low', usual: [214, 239], effect: 0.09, error: 0.002 },
  { name: 'Process_Spray_2_Time', index: 15, value: 2.9, standing: 'highish', usual: [2, 3], effect: 0.06, error: 0.002 },
];
const product = { resolution: { Process_Cylinder_Pressure: 1, Process_Spray_2_Time: 0.1 } } as unknown as ProductReference;

function explained(change: Partial<{ extrapolates: boolean; top: readonly Reason[] }> = {}): Explained {
  const { extrapolates = false, top = reasons } = change;
  return { kind: 'explained', explanation: { extrapolates } as ShotExplanation, product, reasons, top };
}

afterEach(() => {
  locale.language = 'ko';
});

describe('why a shot is suspect', () => {
  it('is said by signal, value, direction, usual range and effect', async () => {
    await render(WhyPanel, { explained: explained() });
    const [first, second] = page.getByRole('listitem').elements();
    expect(first!.textContent).toMatch(/실린더 압력\s*208 kgf\/cm²\s*\+9 %p\s*평소보다 낮음\s*평소 214–239/);
    expect(second!.textContent).toMatch(/스프레이 2 시간\s*2\.9 s\s*\+6 %p\s*긴 편\s*평소 2\.0–3\.0/);
  });

  it('is read as one sentence', async () => {
    locale.language = 'en';
    await render(WhyPanel, { explained: explained() });
    await expect
      .element(page.getByLabelText('Cylinder pressure lower than usual (208 kgf/cm², usual 214–239) → defect probability +9 %p'))
      .toBeVisible();
  });

  it('is marked as a guess where the shot is unlike those learned from', async () => {
    await render(WhyPanel, { explained: explained({ extrapolates: true }) });
    await expect.element(page.getByText('이유는 짐작으로만 보세요', { exact: false })).toBeVisible();
  });

  it('says so when no signal stands out', async () => {
    await render(WhyPanel, { explained: explained({ top: [] }) });
    await expect.element(page.getByText('뚜렷하게 영향을 준 신호가 없습니다', { exact: false })).toBeVisible();
  });

  it('says why there is none, instead of making one up', async () => {
    await render(WhyPanel, { explained: { kind: 'unexplained', why: 'no_background' } });
    await expect.element(page.getByText('이 제품과 비교할 기준 샷이 없습니다', { exact: false })).toBeVisible();
    expect(page.getByRole('listitem').elements()).toHaveLength(0);
  });

  it('says what failed and what to do', async () => {
    await render(WhyPanel, { explained: { kind: 'failed', error: appError('worker_died', { detail: '' }) } });
    await expect.element(page.getByText('이유를 계산하지 못했습니다')).toBeVisible();
  });
});
