import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { createShot } from '../domain/shot.ts';
import type { Verdict } from '../domain/verdict.ts';
import { JournalClient } from './journal-client.ts';
import type { Command, Reply } from './protocol.ts';
import { TestJournal } from './store/test-journal.ts';
import type { JournalWorker } from './worker-port.ts';

const VERDICT: Verdict = {
  class: 'ok', probability: 0.1, extrapolated: false, confidence: 'low', confidenceScore: 0.5, reasons: [], threshold: 0.3,
  policy: { kind: 'budget', flagged: 0.15 }, latents: null, reconstruction: null, spe: 1, t2: 2, score: -1,
  bundleId: 'field-1.0.0', backend: 'wasm', durationMs: 0.3,
};

/** A worker over a journal in memory, whose next answers may be refusals although the records were kept. */
class LyingWorker implements JournalWorker {
  lies = 0;
  onmessage: JournalWorker['onmessage'] = null;
  onmessageerror: JournalWorker['onmessageerror'] = null;
  onerror: JournalWorker['onerror'] = null;
  readonly #journal: TestJournal;

  constructor(journal: TestJournal) {
    this.#journal = journal;
  }

  postMessage({ id, question }: Command): void {
    if (question.kind !== 'append') return;
    void this.#journal.writer.append(question.items, question.repeated).then((result) => {
      const error = { code: 'journal_failed', params: { detail: 'no room' }, message: '' };
      const reply = result.ok && this.lies <= 0 ? { kind: 'answer', id, value: result.value } : { kind: 'failure', id, error };
      this.lies -= 1;
      this.onmessage?.({ data: reply as Reply } as MessageEvent<Reply>);
    });
  }

  terminate(): void {
    this.onmessage = null;
  }
}

describe('the journal of a page', () => {
  it.each([1, 2, 3])('keeps a shot once whose record was kept although it was refused (%i refusals)', async (lies) => {
    const journal = TestJournal.fresh();
    await journal.open();
    const worker = new LyingWorker(journal);
    const client = new JournalClient({
      createWorker: () => worker,
      persist: () => Promise.resolve(null),
      lastKnown: { read: () => null, write: () => undefined },
    });
    worker.lies = lies;
    const shots = ['a', 'b', 'c'].map((id) => createShot(new Float64Array(30), { id, source: 'api', receivedAt: 1_750_000_000_000 }));
    for (const shot of shots) {
      await client.recordShots([shot]);
      await client.recordVerdicts([{ shot, verdict: VERDICT }]);
    }
    await vi.waitFor(() => {
      expect(client.status.unrecorded).toBe(0);
    });
    const records = [...(await journal.inDatabase()).values()];
    expect(records.flatMap((record) => (record.kind === 'shot' ? [record.data.id] : [])).sort()).toEqual(['a', 'b', 'c']);
    expect(records.filter(({ kind }) => kind === 'verdict')).toHaveLength(3);
    for (const { id } of shots) expect(client.keepingOf(id)).toBe('kept');
  });

  it('counts a record as the last one as soon as it is acknowledged, not when the worker next tells its counters', async () => {
    const journal = TestJournal.fresh();
    await journal.open();
    const client = new JournalClient({
      createWorker: () => new LyingWorker(journal),
      persist: () => Promise.resolve(null),
      lastKnown: { read: () => null, write: () => undefined },
    });
    const kept = await client.recordEvent({ type: 'note', text: 'the last' });
    expect(kept.ok && kept.value).toBeGreaterThan(0);
    expect(client.status.lastSeq).toBe(kept.ok && kept.value);
  });
});
