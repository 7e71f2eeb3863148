import { describe, expect, test } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { DEFAULT_DOMAIN_TABLE } from '../domain/domain-table-default.ts';
import type { ControlClass, FeatureName } from '../domain/feature.ts';
import { t2ModelOf } from '../model/hotelling.ts';
import { pipelineModel } from '../model/plain/pipeline-model.ts';
import type { LoadedBundle } from '../model/client.ts';
import type { WorkerLike } from '../model/worker-client.ts';
import { Evaluator } from './evaluator.ts';
import { ExplainClient, type Compute } from './explain-client.ts';
import { ExplainServer } from './explain-server.ts';
import { Explainer, type ExplainerFiles } from './explainer.ts';
import { PageEvaluator } from './page-evaluator.ts';
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

function client(compute?: Compute): { client: ExplainClient; workers: FakeWorker[] } {
  const workers: FakeWorker[] = [];
  const created = new ExplainClient(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  }, compute);
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

describe('works that go to WebGPU', () => {
  const shot = values.subarray(0, 30);
  const explainer = new Explainer(files);
  const evaluator = new Evaluator(pipelineModel({ scaler, calibration, weights, forest }));
  const t2Model = t2ModelOf(reference.products['1']!);
  const controls = Object.fromEntries(
    Object.entries(DEFAULT_DOMAIN_TABLE.signals).map(([name, { control }]) => [name, control]),
  ) as Record<FeatureName, ControlClass>;
  const question = { threshold: 0, controls, past: new Float64Array(0) };

  /** A device that takes rows until a test has it break. */
  function device() {
    const asked: number[] = [];
    const state = { asked, broken: false };
    const compute: Compute = (bundleId, rows) => {
      asked.push(rows.length / 30);
      if (state.broken) return Promise.reject(new Error('device lost'));
      return Promise.resolve(bundleId === 'field-1' ? evaluator.evaluateMany(rows, t2Model) : null);
    };
    return { state, compute };
  }

  test('are evaluated by the page, and no others', async () => {
    const { state, compute } = device();
    const { client: explain } = client(compute);
    explain.accelerate(['candidates']);
    expect(await explain.explain(shot)).toEqual({ ok: true, value: explainer.explain(shot) });
    expect(state.asked).toEqual([]);
    expect(await explain.advise(shot, question)).toEqual({ ok: true, value: explainer.advise(shot, question) });
    expect(state.asked.length).toBeGreaterThan(0);
    state.asked.length = 0;
    explain.accelerate(['attribution']);
    const answer = await explain.explain(shot);
    expect(answer).toMatchObject({ ok: true, value: { kind: 'explained' } });
    expect(state.asked).toHaveLength(1);
    expect(state.asked[0]).toBeGreaterThan(1000);
    explain.accelerate([]);
    await explain.explain(shot);
    expect(state.asked).toHaveLength(1);
  });

  test('are done by the worker itself, exactly as ever, when the device breaks or says nonsense', async () => {
    const { state, compute } = device();
    for (const broken of [compute, (async (id, rows) => ({ ...(await compute(id, rows))!, t2: new Float64Array(1) })) satisfies Compute]) {
      const { client: explain } = client(broken);
      explain.accelerate(['candidates', 'attribution']);
      state.broken = broken === compute;
      expect(await explain.explain(shot)).toEqual({ ok: true, value: explainer.explain(shot) });
      expect(await explain.advise(shot, question)).toEqual({ ok: true, value: explainer.advise(shot, question) });
    }
  });

  test('are those of a worker that is started anew, too', async () => {
    const { state, compute } = device();
    const { client: explain, workers } = client(compute);
    explain.accelerate(['attribution']);
    const lost = explain.explain(shot);
    workers[0]!.die();
    await lost;
    state.asked.length = 0;
    await explain.explain(shot);
    expect(workers[1]!.received).toEqual(['accelerate', 'open', 'explain', 'computed']);
    expect(state.asked).toHaveLength(1);
  });

  test('hold up no other question, and a survey goes through', async () => {
    const { state, compute } = device();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { client: explain } = client(async (id, rows) => (await gate, compute(id, rows)));
    explain.accelerate(['attribution']);
    const survey = explain.survey(values);
    expect(await explain.trees(shot)).toMatchObject({ ok: true });
    release();
    expect(await survey).toMatchObject({ ok: true, value: { kind: 'explained', shots: rows.length } });
    expect(state.asked).toHaveLength(rows.length);
  });

  test('may take their time in a survey, shot by shot', async () => {
    const { compute } = device();
    const { client: explain } = client(async (id, rows) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return compute(id, rows);
    });
    explain.accelerate(['attribution']);
    expect(await explain.survey(values, { timeoutMs: 1000 })).toMatchObject({ ok: true });
  });

  test('are measured in both places; without a device, and without models, there is nothing to compare', async () => {
    const { state, compute } = device();
    const { client: explain } = client(compute);
    const times = await explain.measure();
    expect(times.map(({ work }) => work)).toEqual(['candidates', 'attribution']);
    expect(times.every(({ processorMs, webgpuMs }) => processorMs > 0 && webgpuMs > 0)).toBe(true);
    expect(state.asked.slice(0, 2)).toEqual([1000, 1000]);
    state.broken = true;
    expect(await explain.measure()).toEqual([]);
    explain.use({ ...files, explanation: null, entry: { id: 'other-1' } } as unknown as LoadedBundle);
    expect(await explain.measure()).toEqual([]);
  });

  test('come back to the worker when the page does not answer in time, until they are chosen anew', async () => {
    const posted: number[] = [];
    const page = new PageEvaluator(({ id }) => posted.push(id), 20);
    page.use(['attribution']);
    const elsewhere = page.for('attribution', 'field-1')!;
    expect(await elsewhere(new Float64Array(60))).toBeNull();
    // The question has waited all that it may; a timer may have been early.
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await elsewhere(new Float64Array(60))).toBeNull();
    expect(posted).toEqual([0]);
    expect(page.for('attribution', 'field-1')).toBeNull();
    page.use(['attribution']);
    const answered = page.for('attribution', 'field-1')!(new Float64Array(30));
    const one = new Float64Array([0.5]);
    page.answer(0, { probability: one, t2: one, spe: one });
    page.answer(1, { probability: one, t2: one, spe: one });
    expect(await answered).toEqual({ probability: one, t2: one, spe: one });
  });
});
