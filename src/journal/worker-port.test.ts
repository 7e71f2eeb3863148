import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command, Reply } from './protocol.ts';
import { WorkerPort, type JournalWorker } from './worker-port.ts';

/** A worker that only remembers what it was told. */
class SilentWorker implements JournalWorker {
  readonly heard: Command[] = [];
  onmessage: JournalWorker['onmessage'] = null;
  onmessageerror: JournalWorker['onmessageerror'] = null;
  onerror: JournalWorker['onerror'] = null;

  postMessage(message: Command): void {
    this.heard.push(message);
  }

  terminate(): void {
    this.onmessage = null;
  }

  die(): void {
    this.onerror?.({ message: 'dead', preventDefault: () => undefined } as ErrorEvent);
  }

  answer(id: number, value: readonly number[]): void {
    this.onmessage?.({ data: { kind: 'answer', id, value } } as unknown as MessageEvent<Reply>);
  }

  get appends(): { id: number; repeated: boolean }[] {
    return this.heard.flatMap(({ id, question }) => (question.kind === 'append' ? [{ id, repeated: question.repeated }] : []));
  }
}

describe('the port to the journal worker', () => {
  const workers: SilentWorker[] = [];
  const port = (): WorkerPort =>
    new WorkerPort({
      createWorker: () => {
        const worker = new SilentWorker();
        workers.push(worker);
        return worker;
      },
      onStatus: () => undefined,
      onDeath: () => undefined,
    });
  const append = { kind: 'append', items: [], repeated: false } as const;

  beforeEach(() => {
    vi.useFakeTimers();
    workers.length = 0;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends again what a dead worker may have kept, and what was asked meanwhile once, behind it', async () => {
    const to = port();
    const first = to.ask<'append'>(append);
    workers[0]?.die();
    const second = to.ask<'append'>(append);
    await vi.advanceTimersByTimeAsync(10);
    expect(workers).toHaveLength(2);
    expect(workers[1]?.appends).toEqual([{ id: 0, repeated: true }, { id: 1, repeated: false }]);
    workers[1]?.answer(0, [1]);
    workers[1]?.answer(1, [2]);
    expect(await first).toEqual({ ok: true, value: [1] });
    expect(await second).toEqual({ ok: true, value: [2] });
  });

  it('answers other questions of a dead worker with its death', async () => {
    const to = port();
    const asked = to.ask<'latest'>({ kind: 'latest', limit: 1 });
    workers[0]?.die();
    expect(await asked).toMatchObject({ ok: false, error: { code: 'worker_died' } });
  });

  it('marks as repeated what waited for one successor and was sent to the next', async () => {
    const to = port();
    void to.ask<'append'>(append);
    workers[0]?.die();
    void to.ask<'append'>(append);
    await vi.advanceTimersByTimeAsync(10);
    workers[1]?.die();
    await vi.advanceTimersByTimeAsync(1000);
    expect(workers[2]?.appends).toEqual([{ id: 0, repeated: true }, { id: 1, repeated: true }]);
  });
});
