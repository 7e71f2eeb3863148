import { expect, test } from 'vitest';
import { BackendLost, WebGpuBackend, type WebGpuWorker } from './backend.ts';
import type { FromWebGpu, ToWebGpu } from './messages.ts';

/** A worker whose answers a test decides on. */
class Stage implements WebGpuWorker {
  onmessage: WebGpuWorker['onmessage'] = null;
  onerror: WebGpuWorker['onerror'] = null;
  terminated = false;
  readonly asked: ToWebGpu[] = [];
  readonly #answer: (message: ToWebGpu) => FromWebGpu | null;

  constructor(answer: (message: ToWebGpu) => FromWebGpu | null) {
    this.#answer = answer;
  }

  postMessage(message: ToWebGpu): void {
    this.asked.push(message);
    const answer = this.#answer(message);
    if (answer) queueMicrotask(() => this.say(answer));
  }

  say(message: FromWebGpu): void {
    this.onmessage?.(new MessageEvent('message', { data: message }));
  }

  terminate(): void {
    this.terminated = true;
  }
}

const STARTED: FromWebGpu = { kind: 'started', adapter: 'a', runtimeVersion: '1' };
const output = (rows: number) => ({
  latents: new Float32Array(rows * 12),
  reconstruction: new Float32Array(rows * 30),
  score: new Float32Array(rows).fill(0.5),
  doubtful: new Uint8Array(rows),
});

async function started(answer: (message: Extract<ToWebGpu, { kind: 'run' }>) => FromWebGpu | null) {
  const stage = new Stage((message) => (message.kind === 'start' ? STARTED : answer(message)));
  const losses: string[] = [];
  const backend = await WebGpuBackend.start(new Uint8Array(4), new Uint8Array(4), (lost) => losses.push(lost.reason), () => stage);
  return { stage, backend, losses };
}

test('rows go over as float32 and come back as float64', async () => {
  const { backend, stage } = await started(({ id, rows }) => ({ kind: 'output', id, output: output(rows) }));
  const got = await backend.infer(new Float64Array(60).fill(0.1), 2);
  expect([...got.score]).toEqual([0.5, 0.5]);
  expect(stage.asked[1]).toMatchObject({ kind: 'run', rows: 2, scaled: new Float32Array(60).fill(0.1) });
});

test('a loss ends every call, the worker and all calls to come, and is told once', async () => {
  const { backend, stage, losses } = await started(() => null);
  const calls = [backend.infer(new Float64Array(30), 1), backend.infer(new Float64Array(30), 1)];
  stage.say({ kind: 'failed', reason: 'device_lost', detail: 'gone' });
  stage.say({ kind: 'failed', reason: 'failed', detail: 'again' });
  for (const call of calls) await expect(call).rejects.toMatchObject({ reason: 'device_lost', message: 'gone' });
  await expect(backend.infer(new Float64Array(30), 1)).rejects.toBeInstanceOf(BackendLost);
  expect(stage.terminated).toBe(true);
  expect(losses).toEqual(['device_lost']);
});

test('what cannot start rejects with its reason and tells nobody else', async () => {
  const losses: string[] = [];
  const stage = new Stage(() => ({ kind: 'failed', reason: 'no_adapter', detail: '' }));
  const start = WebGpuBackend.start(new Uint8Array(4), new Uint8Array(4), (lost) => losses.push(lost.reason), () => stage);
  await expect(start).rejects.toMatchObject({ reason: 'no_adapter' });
  expect([stage.terminated, losses]).toEqual([true, []]);
});

test('one that is released on purpose has not been lost', async () => {
  const { backend, stage, losses } = await started(() => null);
  await backend.release();
  expect([stage.terminated, losses]).toEqual([true, []]);
});
