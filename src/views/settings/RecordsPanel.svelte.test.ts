import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { ok } from '../../domain/result.ts';
import type { JournalStatus } from '../../journal/journal.ts';
import { OPENING } from '../../journal/status.ts';
import { locale, t } from '../../messages/index.ts';
import { Settings } from '../../state/settings.svelte.ts';
import '../../ui/base.css';
import RecordsPanel from './RecordsPanel.svelte';

/** A journal that holds so many old shots, and what was asked of it. */
function show(found: { old: number; exported: number }, status: Partial<JournalStatus> = {}) {
  const asked: [number, number][] = [];
  const settings = new Settings(null);
  settings.update({ language: 'en' });
  const journal = {
    status: {
      ...OPENING, role: 'writer' as const, unrecorded: 0, late: false, persisted: true, records: 1200, exportedThrough: 900,
      quota: { usage: 960e6, quota: 1e9, level: 'critical' as const }, ...status,
    },
    version: 0,
    readOnly: false,
    records: { thinnable: () => Promise.resolve(ok(found)) },
    thin: (days: number, before: number) => {
      asked.push([days, before]);
      return Promise.resolve(ok({ shots: found.exported, aggregates: 1, records: 2 * found.exported }));
    },
  };
  return { asked, settings, rendered: render(RecordsPanel, { journal, settings }) };
}

const thinButton = () => page.getByTestId('records').getByRole('button', { name: t('settings.records.thin') });

beforeEach(() => {
  locale.language = 'en';
});
afterEach(() => {
  locale.language = 'ko';
});

describe('the records of the device', () => {
  it('are thinned only when a person confirms it', async () => {
    const { asked, rendered } = show({ old: 500, exported: 400 });
    await rendered;
    await expect.element(page.getByText('500 (400 exported)')).toBeVisible();
    await expect.element(page.getByText(/^100 of them are not exported/)).toBeVisible();
    (thinButton().element() as HTMLButtonElement).click();
    await expect.element(page.getByRole('dialog')).toHaveTextContent('The raw values of 400 shots older than 400 days are removed');
    expect(asked).toEqual([]);
    (page.getByRole('dialog').getByRole('button', { name: t('settings.records.thin') }).element() as HTMLButtonElement).click();
    await expect.element(page.getByText(/^400 shots reduced/)).toBeVisible();
    expect(asked).toHaveLength(1);
    const [days, before] = asked[0] ?? [0, 0];
    expect(days).toBe(400);
    expect(new Date(before).getHours()).toBe(0);
    expect(Math.round((Date.now() - before) / 86_400_000 - 0.5)).toBe(400);
  });

  it.each([
    ['nothing old has been exported', { old: 500, exported: 0 }, {}],
    ['the copies are still being compared', { old: 500, exported: 400 }, { checked: 1, toCheck: 3 }],
  ])('cannot be thinned while %s', async (_, found, status) => {
    await show(found, status).rendered;
    await expect.element(page.getByText(`500 (${found.exported} exported)`)).toBeVisible();
    await expect.element(thinButton()).toBeDisabled();
  });

  it('say that there is no room where the browser promises some', async () => {
    await show({ old: 0, exported: 0 }, { cramped: true }).rendered;
    await expect.element(page.getByText(t('settings.records.cramped'))).toBeVisible();
  });

  it('are not kept for a number of days that makes no sense', async () => {
    const { settings, rendered } = show({ old: 5, exported: 5 });
    await rendered;
    const field = page.getByLabelText(t('settings.records.days'));
    await field.fill('7');
    await expect.element(page.getByText('Must be 30–3,650.')).toBeVisible();
    expect(settings.data.retentionDays).toBe(400);
    await field.fill('90');
    expect(settings.data.retentionDays).toBe(90);
  });
});
