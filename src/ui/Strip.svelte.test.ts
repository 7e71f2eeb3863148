import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import './base.css';
import Strip from './Strip.svelte';
import type { StripItem } from './strip-item.ts';

const items: readonly StripItem[] = [
  { id: 'a', status: 'ok', probability: 0.04, label: 'shot 1' },
  { id: 'b', status: 'ng', probability: 0.5, label: 'shot 2' },
  { id: 'c', status: 'hold', probability: null, label: 'shot 3' },
];

async function renderStrip(shown: readonly StripItem[] = items) {
  const onopen = vi.fn();
  const { container } = await render(Strip, {
    items: shown,
    places: 10,
    threshold: 0.25,
    label: 'last shots',
    hint: 'touch one',
    onopen,
  });
  return { onopen, container, strip: page.getByRole('listbox', { name: 'last shots' }) };
}

describe('a strip', () => {
  it('stands the newest at the right end, with a shape for what is not ok', async () => {
    const { container, strip } = await renderStrip();
    await expect.element(strip).toBeVisible();
    const box = strip.element().getBoundingClientRect();
    const last = page.getByRole('option', { name: 'shot 3' }).element().getBoundingClientRect();
    expect(last.right).toBeCloseTo(box.right, 0);
    expect(container.querySelectorAll('[role=option] svg')).toHaveLength(2);
  });

  it('crosses the threshold line where the probability does', async () => {
    const { container } = await renderStrip();
    const line = (container.querySelector('.threshold') as Element).getBoundingClientRect().top;
    const topOf = (name: string): number =>
      (page.getByRole('option', { name }).element().querySelector('.bar') as Element).getBoundingClientRect().top;
    expect(topOf('shot 1')).toBeGreaterThan(line);
    expect(topOf('shot 2')).toBeLessThan(line);
  });

  it('opens the shot that is touched', async () => {
    const { onopen } = await renderStrip();
    await page.getByRole('option', { name: 'shot 2' }).click({ force: true });
    expect(onopen).toHaveBeenCalledExactlyOnceWith('b');
  });

  it('opens the nearest shot when an empty place is touched', async () => {
    const { onopen, strip } = await renderStrip();
    await strip.click({ position: { x: 3, y: 40 } });
    expect(onopen).toHaveBeenCalledExactlyOnceWith('a');
  });

  it('is walked through with the arrow keys and opened with Enter', async () => {
    const { onopen, strip } = await renderStrip();
    (strip.element() as HTMLElement).focus();
    await expect.element(strip).toHaveAttribute('aria-activedescendant', page.getByRole('option', { name: 'shot 3' }).element().id);
    await userEvent.keyboard('{ArrowLeft}{Enter}');
    expect(onopen).toHaveBeenLastCalledWith('b');
    await userEvent.keyboard('{Home}{ArrowLeft}{Enter}');
    expect(onopen).toHaveBeenLastCalledWith('a');
    await userEvent.keyboard('{End}{Enter}');
    expect(onopen).toHaveBeenLastCalledWith('c');
  });
});
