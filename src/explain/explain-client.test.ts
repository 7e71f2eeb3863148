import { describe, expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import type { LoadedBundle } from '../model/client.ts';
import type { WorkerLike } from '../model/worker-client.ts';
import { ExplainClient } from './explain-client.ts';
import { ExplainServer } from './explain-server.ts';
import type { ExplainerFiles } from './explainer.ts';
import { commandSchema, type Command } from './protocol.ts';

const { scaler, calibration, reference, weights, forest } = readBundleFiles(bundleFolders()[0]!);
const files: ExplainerFiles = {
  scaler,
  calibration,
  reference,
  explanation: { autoencoder: weights, forest: forest.index, forestBytes: new Uint8Array(forest.bytes) },
};
const rows = reference.products['1']!.background.slice(0, 12);
const values = Float64Array.from(rows.flat());

/** A worker in this thread: messages travel as copies and in later tasks, as they would between threads. */
class FakeWorker implements WorkerLike {
  onmessage: WorkerLike['onmessage'] = null;
  onmessageerror: WorkerLike['onmessageerror'] = null;
  onerror: WorkerLike['onerror'] = null;
  readonly received: Command['kind'][] = [];
  terminated = false;
  readonly #server = new ExplainServer((reply) => {
    setTimeout(() => {
      if (!this.terminated) this.onmessage?.({ data: structuredClone(reply) } as MessageEvent);
    });
  });

  postMessage(message: unknown): void {
    const data: unknown = structuredClone(message);
    setTimeout(() => {
      const command = commandSchema.parse(data);
      this.received.push(command.kind);
      if (!this.terminated) void this.#server.handle(command);
    });
  }

  terminate(): void {
    this.terminated = true;
  }

  /** What the browser does when the worker throws. */
  die(): void {
    this.onerror?.({ message: 'out of memory', preventDefault: () => undefined } as ErrorEvent);
  }
}

function client(): { client: ExplainClient; workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  const created = new ExplainClient(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  });
  created.use({ ...files, entry: { id: 'field-1' } } as unknown as LoadedBundle);
  return { client: created, workers };
}

describe('the explanation worker', () => {
  test('answers a shot that comes during a survey before the survey ends', async () => {
    const { client: explain } = client();
    const order: string[] = [];
    const survey = explain.survey(values, { onProgress: (done) => order.push(`survey ${done}`) }).then(() => order.push('survey'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await explain.explain(values.subarray(0, 30)).then(() => order.push('shot'));
    await survey;
    expect(order.indexOf('shot')).toBeLessThan(order.indexOf('survey'));
    expect(order).toContain('survey 12');
  });

  test('stops a survey that is no longer wanted', async () => {
    const { client: explain } = client();
    const controller = new AbortController();
    const progress: number[] = [];
    const survey = explain.survey(values, {
      signal: controller.signal,
      onProgress: (done) => {
        progress.push(done);
        controller.abort();
      },
    });
    expect(await survey).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(await explain.explain(values.subarray(0, 30))).toMatchObject({ ok: true });
    expect(progress.length).toBeLessThan(rows.length);
  });

  test('that dies fails its calls, and the next call finds a new one with the bundle open', async () => {
    const { client: explain, workers } = client();
    const lost = explain.explain(values.subarray(0, 30));
    workers[0]!.die();
    expect(await lost).toMatchObject({ ok: false, error: { code: 'worker_died' } });
    expect(await explain.explain(values.subarray(0, 30))).toMatchObject({ ok: true, value: { kind: 'explained' } });
    expect(workers).toHaveLength(2);
    expect(workers[1]!.received).toEqual(['open', 'explain']);
  });

  test('is replaced when it lets a call run out of time', async () => {
    const { client: explain, workers } = client();
    const late = explain.explain(values.subarray(0, 30), { timeoutMs: 0 });
    expect(await late).toMatchObject({ ok: false, error: { code: 'timeout' } });
    expect(workers[0]!.terminated).toBe(true);
    expect(await explain.explain(values.subarray(0, 30))).toMatchObject({ ok: true });
  });

  test('explains by another bundle after a switch', async () => {
    const { client: explain, workers } = client();
    await explain.explain(values.subarray(0, 30));
    explain.use({ ...files, explanation: null, entry: { id: 'other-1' } } as unknown as LoadedBundle);
    expect(await explain.explain(values.subarray(0, 30))).toEqual({ ok: true, value: { kind: 'unexplained', why: 'no_models' } });
    expect(workers[0]!.received).toEqual(['open', 'explain', 'open', 'explain']);
  });

  test('says what is wrong with models that are not what they say', async () => {
    const { client: explain } = client();
    const broken = { ...files.explanation!, forestBytes: new Uint8Array(8) };
    explain.use({ ...files, explanation: broken, entry: { id: 'broken-1' } } as unknown as LoadedBundle);
    expect(await explain.explain(values.subarray(0, 30))).toMatchObject({ ok: false, error: { code: 'runtime_failed' } });
  });

  test('has nothing to say before a bundle is loaded', async () => {
    const explain = new ExplainClient(() => new FakeWorker());
    expect(await explain.explain(values.subarray(0, 30))).toMatchObject({ ok: false, error: { code: 'not_ready' } });
  });
});
