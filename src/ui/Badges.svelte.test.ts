import { describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import './base.css';
import ProbabilityBar from './ProbabilityBar.svelte';
import RangeBar from './RangeBar.svelte';
import VerdictBadge from './VerdictBadge.svelte';

describe('a verdict badge', () => {
  it('says the status by word and by a shape of its own', async () => {
    const outlines = new Set<string>();
    for (const status of ['ok', 'ng', 'hold', 'none'] as const) {
      const { container, unmount } = await render(VerdictBadge, { status, label: `word ${status}` });
      await expect.element(page.getByText(`word ${status}`)).toBeVisible();
      const shape = [...container.querySelectorAll('svg path, svg circle')].map((part) => part.getAttribute('d') ?? 'circle');
      outlines.add(shape.join());
      await unmount();
    }
    expect(outlines.size).toBe(4);
  });

  it('uses colour for ng and hold alone', async () => {
    const colorOf = async (status: 'ok' | 'ng' | 'hold'): Promise<string> => {
      const { container, unmount } = await render(VerdictBadge, { status, label: status });
      const { color } = getComputedStyle(container.querySelector('.badge') as Element);
      await unmount();
      return color;
    };
    const text = getComputedStyle(document.body).color;
    expect(await colorOf('ok')).toBe(text);
    expect(await colorOf('ng')).not.toBe(text);
    expect(await colorOf('hold')).not.toBe(text);
    document.documentElement.dataset['andon'] = 'true';
    expect(await colorOf('ok')).not.toBe(text);
    delete document.documentElement.dataset['andon'];
  });
});

describe('a probability bar', () => {
  const share = (part: Element, whole: Element, edge: 'right' | 'left'): number => {
    const [inner, outer] = [part.getBoundingClientRect(), whole.getBoundingClientRect()];
    return (inner[edge] - outer.left) / outer.width;
  };

  it('ends at the probability and marks the threshold', async () => {
    const { container } = await render(ProbabilityBar, { probability: 0.46, threshold: 0.37, label: 'p', status: 'ng' });
    const bar = page.getByRole('img', { name: 'p' }).element();
    expect(share(container.querySelector('.fill') as Element, bar, 'right')).toBeCloseTo(0.46, 1);
    expect(share(container.querySelector('.threshold') as Element, bar, 'left')).toBeCloseTo(0.37, 1);
  });

  it('draws nothing where nothing is known', async () => {
    const { container } = await render(ProbabilityBar, { probability: null, threshold: null, label: 'p', status: 'none' });
    expect(container.querySelector('.fill')).toBeNull();
    expect(container.querySelector('.threshold')).toBeNull();
  });
});

describe('a range bar', () => {
  const centre = (element: Element): number => {
    const { left, width } = element.getBoundingClientRect();
    return left + width / 2;
  };

  it('puts the mark inside or outside of the band as the value is inside or outside of the range', async () => {
    for (const { value, relation } of [
      { value: 215, relation: 'inside' },
      { value: 212, relation: 'outside' },
      { value: 250, relation: 'outside' },
    ]) {
      const { container, unmount } = await render(RangeBar, { value, usual: [214, 239], hard: [205, 252], label: 'bar' });
      const band = (container.querySelector('.band') as Element).getBoundingClientRect();
      const mark = container.querySelector('.mark') as Element;
      const at = centre(mark);
      expect(at >= band.left && at <= band.right ? 'inside' : 'outside').toBe(relation);
      expect(mark.classList.contains(relation)).toBe(true);
      await unmount();
    }
  });

  it('points beyond its end, by shape', async () => {
    const { container } = await render(RangeBar, { value: 9999, usual: [214, 239], hard: [205, 252], label: 'bar' });
    expect(container.querySelector('.mark.right.hard')).not.toBeNull();
    await expect.element(page.getByRole('img', { name: 'bar' })).toBeVisible();
  });

  it('has no mark without a value', async () => {
    const { container } = await render(RangeBar, { value: null, usual: [214, 239], label: 'bar' });
    expect(container.querySelector('.mark')).toBeNull();
    expect(container.querySelector('.band')).not.toBeNull();
  });
});
