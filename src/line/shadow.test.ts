import { describe, expect, it, vi } from 'vitest';
import { appError } from '../domain/app-error.ts';
import { err, ok } from '../domain/result.ts';
import { createShot, type Shot } from '../domain/shot.ts';
import type { JudgedShot, Verdict } from '../domain/verdict.ts';
import { createNodeClient } from '../../scripts/node-models.ts';
import { createSessionJournal } from '../journal/session-journal.ts';
import { createLine } from './create-line.ts';
import { Shadow } from './shadow.ts';

interface Recorded {
  readonly shot: Shot;
  readonly verdict: Verdict;
}

const PATIENCE = { timeout: 50_000, interval: 20 };

async function scene() {
  const client = createNodeClient();
  const line = createLine({ client, journal: createSessionJournal() });
  const loaded = await line.load(null);
  if (!loaded.ok) throw new Error(loaded.error.code);
  const recorded: Recorded[] = [];
  const judged: JudgedShot[] = [];
  line.on('judged', (one) => judged.push(one));
  const shadow = new Shadow({
    line, client, pauseMs: 0,
    record: (shot, verdict) => {
      recorded.push({ shot, verdict });
      return Promise.resolve(ok(undefined));
    },
  });
  const stop = shadow.start();
  const { reference } = loaded.value;
  const product = Object.keys(reference.products)[0] ?? '1';
  const shot = (n: number): Shot => createShot(Float64Array.from({ length: 30 }, (_, i) => (i === 0 ? Number(product) : n + i)), { source: 'api', receivedAt: n });
  return { client, line, shadow, recorded, judged, shot, stop, inUse: loaded.value.entry.id };
}

describe('the shadow', () => {
  it('does nothing unless it is asked to', async () => {
    const { line, recorded, shot } = await scene();
    await line.receive(shot(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(recorded).toEqual([]);
  });

  it('judges every live shot with the other bundle, after its verdict, and records it as that', async () => {
    const { line, shadow, recorded, judged, shot, inUse, stop } = await scene();
    shadow.enabled = true;
    for (let n = 1; n <= 3; n += 1) await line.receive(shot(n));
    expect(judged).toHaveLength(3);
    await vi.waitFor(() => {
      expect(recorded).toHaveLength(3);
    }, PATIENCE);
    expect(recorded.map(({ shot: { id } }) => id)).toEqual(judged.map(({ shot: { id } }) => id));
    for (const { verdict } of recorded) expect(verdict.bundleId).not.toBe(inUse);
    // What is in use has not changed.
    expect(line.bundle?.entry.id).toBe(inUse);
    expect((await line.receive(shot(9))).verdict.bundleId).toBe(inUse);
    stop();
  });

  it('leaves repeats out, and a failure costs nothing but itself', async () => {
    const { client, line, shadow, recorded, shot, inUse } = await scene();
    const predict = client.predict.bind(client);
    const failing = vi.spyOn(client, 'predict').mockImplementation((id, values, options) =>
      id === inUse ? predict(id, values, options) : Promise.resolve(err(appError('timeout', { timeoutMs: 1 }))),
    );
    shadow.enabled = true;
    expect((await line.receive(shot(1))).verdict.bundleId).toBe(inUse);
    await vi.waitFor(() => {
      expect(failing.mock.calls.some(([id]) => id !== inUse)).toBe(true);
    }, PATIENCE);
    expect(recorded).toEqual([]);
    failing.mockRestore();
    await line.receive(shot(2));
    await line.receive(shot(2));
    await vi.waitFor(() => {
      expect(recorded).toHaveLength(1);
    }, PATIENCE);
  });
});
