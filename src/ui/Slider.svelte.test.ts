import { expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import './base.css';
import Slider from './Slider.svelte';

const props = {
  label: 'Spray',
  value: 2.4,
  min: 2,
  max: 3,
  step: 0.1,
  text: '2.4 s',
  marks: [
    { value: 2, shape: 'line' },
    { value: 3, shape: 'diamond' },
  ],
  note: 'this shot 2.0 s',
} as const;

it('moves a step at a time by keyboard, and to its ends', async () => {
  const oninput = vi.fn();
  await render(Slider, { ...props, oninput });
  await userEvent.click(page.getByText('Spray'));
  await userEvent.keyboard('{ArrowRight}');
  expect(oninput.mock.lastCall?.[0]).toBeCloseTo(2.5, 9);
  await userEvent.keyboard('{End}');
  expect(oninput).toHaveBeenLastCalledWith(3);
});

it('tells its value with the unit and its marks in words', async () => {
  await render(Slider, { ...props, oninput: () => undefined });
  const slider = page.getByRole('slider', { name: 'Spray' });
  await expect.element(slider).toHaveAttribute('aria-valuetext', '2.4 s');
  await expect.element(slider).toHaveAccessibleDescription('this shot 2.0 s');
  expect(slider.element().getBoundingClientRect().height).toBeGreaterThanOrEqual(44);
});

it('draws its marks where the thumb would stand', async () => {
  const { container } = await render(Slider, { ...props, oninput: () => undefined });
  const track = container.querySelector('input')!.getBoundingClientRect();
  const [line, diamond] = ['.line', '.diamond'].map((mark) => {
    const box = container.querySelector(mark)!.getBoundingClientRect();
    return box.left + box.width / 2;
  });
  expect(line).toBeCloseTo(track.left + 14, 0);
  expect(diamond).toBeCloseTo(track.right - 14, 0);
});
