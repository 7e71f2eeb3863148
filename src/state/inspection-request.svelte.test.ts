import { describe, expect, it } from 'vitest';
import { ok } from '../domain/result.ts';
import type { DurableJournal, EventInput } from '../journal/journal.ts';
import type { MarkerRow } from '../journal/store/database.ts';
import type { ShotRow } from '../journal/store/rows.ts';
import { PlannedInspections } from './inspection-request.svelte.ts';

const rowOf = (seq: number): ShotRow =>
  ({ seq, shot: { shotNumber: seq }, verdict: { draw: { reason: 'first', inclusion: 1, weight: 1, risky: 0 } } }) as unknown as ShotRow;

/** A journal in which some parts are open, and what was recorded in it. */
function journalOf(open: readonly number[]) {
  const events: EventInput[] = [];
  const state = { open };
  const records = {
    history: () => Promise.resolve(ok({ rows: state.open.map(rowOf), next: null })),
    markers: () => Promise.resolve(ok(events.map((data) => ({ kind: 'event', data }) as unknown as MarkerRow))),
    recordEvent: (event: EventInput) => {
      events.push(event);
      return Promise.resolve(ok(events.length));
    },
  } as unknown as Pick<DurableJournal, 'history' | 'markers' | 'recordEvent'>;
  return { records, events, state };
}

describe('the part that is asked for', () => {
  it('is the newest open one, and stays until it is inspected', async () => {
    const { records, state } = journalOf([3, 2]);
    const requests = new PlannedInspections(records);
    await requests.refresh('line');
    expect(requests.current?.seq).toBe(3);
    expect(requests.reason).toBe('first');
    state.open = [5, 4, 3, 2];
    await requests.refresh('line');
    expect(requests.current?.seq).toBe(3);
    state.open = [5, 4, 2];
    await requests.refresh('line');
    expect(requests.current?.seq).toBe(5);
  });

  it('that is skipped is recorded as skipped, and not asked for again, after a restart neither', async () => {
    const { records, events } = journalOf([3, 2]);
    const requests = new PlannedInspections(records);
    await requests.refresh('line');
    await requests.skip();
    expect(events).toEqual([{ type: 'inspection_skipped', details: { shot: 3, shotNumber: 3, reason: 'first' } }]);
    await requests.refresh('line');
    expect(requests.current?.seq).toBe(2);
    const later = new PlannedInspections(records);
    await later.refresh('line');
    expect(later.current?.seq).toBe(2);
    await later.skip();
    await later.refresh('line');
    expect(later.current).toBeNull();
  });
});
