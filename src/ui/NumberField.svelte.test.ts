import { afterEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { locale } from '../messages/locale.svelte.ts';
import './base.css';
import NumberField from './NumberField.svelte';

afterEach(() => {
  locale.language = 'ko';
});

describe('a number field', () => {
  it('gives what was typed, with a point or a comma, and keeps the text as typed', async () => {
    const onchange = vi.fn();
    await render(NumberField, { label: 'Speed', value: null, unit: 'm/s', onchange });
    const field = page.getByLabelText('Speed');
    await userEvent.fill(field, '2,50');
    expect(onchange).toHaveBeenLastCalledWith(2.5);
    await expect.element(field).toHaveValue('2,50');
    await userEvent.fill(field, '2.');
    expect(onchange).toHaveBeenLastCalledWith(2);
    await expect.element(field).toHaveValue('2.');
    await userEvent.fill(field, '');
    expect(onchange).toHaveBeenLastCalledWith(null);
  });

  it('says that a text is no number, ties the message to the field, and keeps the text', async () => {
    const onchange = vi.fn();
    await render(NumberField, { label: 'Speed', value: 3, hint: 'usual 2-4', onchange });
    const field = page.getByLabelText('Speed');
    await userEvent.fill(field, '1.234,5');
    expect(onchange).toHaveBeenLastCalledWith(Number.NaN);
    await expect.element(field).toHaveValue('1.234,5');
    await expect.element(field).toHaveAttribute('aria-invalid', 'true');
    await expect.element(field).toHaveAccessibleDescription(/숫자가 아닙니다.*usual 2-4/);
    await userEvent.tab();
    await expect.element(field).toHaveValue('1.234,5');
  });

  it('takes whole numbers only where it is told so', async () => {
    const onchange = vi.fn();
    await render(NumberField, { label: 'Count', value: null, integer: true, onchange });
    await userEvent.fill(page.getByLabelText('Count'), '1.5');
    expect(onchange).toHaveBeenLastCalledWith(Number.NaN);
    await expect.element(page.getByText('정수가 아닙니다', { exact: false })).toBeVisible();
  });

  it('follows a value that is set from outside, also over a text that is no number', async () => {
    const { rerender } = await render(NumberField, { label: 'Speed', value: 3 });
    const field = page.getByLabelText('Speed');
    await expect.element(field).toHaveValue('3');
    await rerender({ value: 0.15 });
    await expect.element(field).toHaveValue('0.15');
    await userEvent.fill(field, 'abc');
    await rerender({ value: 7 });
    await expect.element(field).toHaveValue('7');
    await expect.element(field).not.toHaveAttribute('aria-invalid');
  });

  it('writes the separator of the language', async () => {
    await render(NumberField, { label: 'Speed', value: 2.5 });
    locale.language = 'vi';
    await expect.element(page.getByLabelText('Speed')).toHaveValue('2,5');
  });
});
