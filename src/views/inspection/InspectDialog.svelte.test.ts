import type { Component } from 'svelte';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { createShot } from '../../domain/shot.ts';
import { createJournal } from '../../journal/create-journal.ts';
import type { JournalClient } from '../../journal/journal-client.ts';
import type { ShotFile } from '../../journal/query.ts';
import { locale, t } from '../../messages/index.ts';
import { provideApp, type AppState } from '../../state/app-state.ts';
import '../../ui/base.css';
import InspectDialog from './InspectDialog.svelte';

/** The app's own journal, in the browser's storage: what is tapped is read back from there. */
let journal: JournalClient;
let shots = 0;
let seq = 0;

beforeAll(async () => {
  journal = createJournal(null);
  await vi.waitFor(() => {
    expect(journal.status.role).toBe('writer');
  }, { timeout: 50_000 });
});
afterAll(() => {
  locale.language = 'ko';
});

beforeEach(async () => {
  locale.language = 'en';
  shots += 1;
  const values = new Float64Array(30).fill(1);
  values[1] = 400 + shots;
  const id = `dialog-${Date.now()}-${shots}`;
  await journal.recordShots([createShot(values, { id, source: 'api', receivedAt: Date.now() })]);
  seq = journal.seqOf(id) as number;
});

const onclose = vi.fn();

/** The dialog below an app that has no bundle. */
async function open() {
  const app = { journal: { records: journal }, station: { bundle: null } } as unknown as AppState;
  const WithApp: Component<{ seq: number; onclose: () => void }> = (internals, props) => {
    provideApp(app);
    return InspectDialog(internals, props);
  };
  const rendered = await render(WithApp, { props: { seq, onclose }, context: new Map() });
  await expect.element(page.getByRole('heading', { name: t('inspect.title', { shot: String(400 + shots) }) })).toBeVisible();
  return rendered;
}

let rendered: Awaited<ReturnType<typeof open>> | null = null;
afterEach(async () => {
  await rendered?.unmount();
  rendered = null;
});

async function file(): Promise<ShotFile> {
  const result = await journal.shot(seq);
  if (!result.ok || result.value === null) throw new Error('the shot is not there');
  return result.value;
}

const outcomes = async (): Promise<string[]> => (await file()).inspections.map(({ data }) => data.outcome);
const button = (name: string) => page.getByRole('button', { name, exact: true });
const done = () => page.getByRole('dialog').getByRole('status');

describe('the inspection of a shot', () => {
  it('is one tap for a good part, and recorded at once', async () => {
    rendered = await open();
    await button(t('inspect.good')).click();
    await expect.element(done()).toHaveTextContent(t('inspect.good'));
    expect(await outcomes()).toEqual(['good']);
  });

  it('is two taps for a defect: the cavity, then what it is', async () => {
    rendered = await open();
    await expect.element(page.getByText(t('inspect.chooseCavity'))).toBeVisible();
    await button(t('inspect.cavity', { cavity: 2 })).click();
    await expect.element(button(t('inspect.cavity', { cavity: 2 }))).toHaveAttribute('aria-pressed', 'true');
    await button(t('defect.Bubble')).click();
    await expect.element(done()).toHaveTextContent(t('inspect.finding', { defect: t('defect.Bubble'), cavity: 2 }));
    const { data } = (await file()).inspections[0] ?? {};
    expect(data).toMatchObject({ outcome: 'defective', findings: [{ defect: 'Bubble', cavity: 2 }], reason: 'chosen' });
  });

  it('takes the last step back, and the trail keeps both', async () => {
    rendered = await open();
    await button(t('inspect.good')).click();
    await button(t('inspect.undo')).click();
    await expect.element(button(t('inspect.good'))).toBeVisible();
    expect(page.getByRole('dialog').getByRole('status').elements()).toHaveLength(0);
    expect(await outcomes()).toEqual(['good', 'withdrawn']);
  });

  it('adds a second finding to the first, and corrects both by one tap', async () => {
    rendered = await open();
    for (const [cavity, defect] of [[1, 'Bubble'], [2, 'Stain']] as const) {
      if (cavity === 2) await button(t('inspect.addFinding')).click();
      await button(t('inspect.cavity', { cavity })).click();
      await button(t(`defect.${defect}`)).click();
      await expect.element(done()).toHaveTextContent(t('inspect.finding', { defect: t(`defect.${defect}`), cavity }));
    }
    expect((await file()).row.inspection?.findings).toHaveLength(2);
    await button(t('inspect.good')).click();
    await expect.element(done()).toHaveTextContent(t('inspect.good'));
    expect((await file()).row.inspection).toMatchObject({ outcome: 'good', findings: [] });
    const trail = (await file()).inspections;
    expect(trail.map(({ data }) => data.corrects)).toEqual([null, trail[0]?.seq, trail[1]?.seq]);
  });

  it('keeps the part id that a scanner reads, and a note', async () => {
    rendered = await open();
    for (const key of [...'DC-77', 'Enter']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    await expect.element(page.getByLabelText(t('inspect.part'))).toHaveValue('DC-77');
    await page.getByLabelText(t('inspect.note')).fill('flash at the gate');
    await button(t('inspect.good')).click();
    await expect.element(done()).toBeVisible();
    expect((await file()).row.inspection).toMatchObject({ part: 'DC-77', note: 'flash at the gate' });
    expect(button(t('inspect.saveExtras')).elements()).toHaveLength(0);
    await page.getByLabelText(t('inspect.note')).fill('flash at both gates');
    await button(t('inspect.saveExtras')).click();
    await vi.waitFor(async () => {
      expect((await file()).row.inspection?.note).toBe('flash at both gates');
    });
  });

  it('closes on Escape', async () => {
    rendered = await open();
    await userEvent.keyboard('{Escape}');
    expect(onclose).toHaveBeenCalled();
  });
});
