import { createRawSnippet } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import './base.css';
import Dialog from './Dialog.svelte';

const children = createRawSnippet(() => ({
  render: () => '<div><button type="button">first inside</button><input aria-label="last inside" /></div>',
}));

async function openDialog(props: Partial<{ closable: boolean }> = {}) {
  const opener = document.createElement('button');
  opener.textContent = 'opener';
  document.body.append(opener);
  opener.focus();
  const onclose = vi.fn();
  const { unmount } = await render(Dialog, { title: 'A question', onclose, children, ...props });
  return {
    onclose,
    opener,
    unmount: async () => {
      await unmount();
      opener.remove();
    },
  };
}

describe('a dialog', () => {
  it('is named, modal, and keeps the focus inside in both directions', async () => {
    const { unmount, opener } = await openDialog();
    await expect.element(page.getByRole('dialog', { name: 'A question' })).toBeVisible();
    const dialog = page.getByRole('dialog').element();
    const visited = new Set<string>();
    for (const shift of [false, true]) {
      for (let i = 0; i < 5; i += 1) {
        await userEvent.keyboard(shift ? '{Shift>}{Tab}{/Shift}' : '{Tab}');
        const active = document.activeElement as HTMLElement;
        expect(dialog.contains(active)).toBe(true);
        visited.add(active.getAttribute('aria-label') ?? active.textContent);
      }
    }
    expect(visited).toEqual(new Set(['닫기', 'first inside', 'last inside']));
    expect(document.activeElement).not.toBe(opener);
    await unmount();
  });

  it('closes on Escape and on its button, and gives the focus back', async () => {
    const { onclose, opener, unmount } = await openDialog();
    await userEvent.keyboard('{Escape}');
    expect(onclose).toHaveBeenCalledTimes(1);
    await page.getByRole('button', { name: '닫기' }).click();
    expect(onclose).toHaveBeenCalledTimes(2);
    const focused = vi.fn();
    opener.addEventListener('focus', focused);
    await unmount();
    expect(focused).toHaveBeenCalled();
  });

  it('cannot be left while something runs', async () => {
    const { onclose, unmount } = await openDialog({ closable: false });
    await userEvent.keyboard('{Escape}{Escape}');
    expect(onclose).not.toHaveBeenCalled();
    expect(page.getByRole('button', { name: '닫기' }).elements()).toHaveLength(0);
    await expect.element(page.getByRole('dialog')).toBeVisible();
    await unmount();
  });
});
