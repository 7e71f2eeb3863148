import { flushSync } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { appError } from '../../domain/app-error.ts';
import { FEATURE_INDEX, FEATURE_NAMES } from '../../domain/feature.ts';
import type { ResolvedPolicy } from '../../domain/policy.ts';
import { err, ok } from '../../domain/result.ts';
import type { LoadedBundle } from '../../model/client.ts';
import type { Shot } from '../../domain/shot.ts';
import type { JudgedShot, Verdict } from '../../domain/verdict.ts';
import { BatchState, type BatchLine } from './batch.svelte.ts';

/** Workers start slowly on a busy machine. */
const PATIENT = { timeout: 20_000 };
const resolved = (threshold: number) => ({ policy: { kind: 'fixed', threshold }, threshold }) as unknown as ResolvedPolicy;

/** A line that says of every shot the probability in its cycle time; `hold` waits until it is let go. */
class StubLine {
  policy: ResolvedPolicy | null = resolved(0.5);
  predicted = 0;
  bundleId = 'field-1.0.0';
  gate: Promise<void> = Promise.resolve();
  #listener: ((policy: ResolvedPolicy) => void) | undefined;

  setThreshold(threshold: number): void {
    this.policy = resolved(threshold);
    this.#listener?.(this.policy);
  }

  /** Another bundle comes with a threshold of its own. */
  switchTo(bundleId: string, threshold: number): void {
    this.bundleId = bundleId;
    this.setThreshold(threshold);
  }

  get line(): BatchLine {
    const current = (): Pick<BatchLine, 'policy' | 'bundle'> => ({
      policy: this.policy,
      bundle: { entry: { id: this.bundleId } } as LoadedBundle,
    });
    return {
      get policy() {
        return current().policy;
      },
      get bundle() {
        return current().bundle;
      },
      on: ((event: string, listener: (policy: ResolvedPolicy) => void) => {
        if (event === 'policy') this.#listener = listener;
        return () => (this.#listener = undefined);
      }) as BatchLine['on'],
      preview: (shot) => Promise.resolve(this.#verdict(shot)),
      receiveMany: async (shots, options) => {
        this.predicted += shots.length;
        await this.gate;
        if (options?.signal?.aborted) return err(appError('aborted', {}));
        return ok(shots.map((shot): JudgedShot => ({ shot, verdict: this.#verdict(shot) })));
      },
    };
  }

  #verdict(shot: Shot): Verdict {
    const probability = shot.values[FEATURE_INDEX.Process_Cycle_Time]!;
    return { probability, reasons: [], spe: 1, t2: 1, bundleId: this.bundleId } as unknown as Verdict;
  }
}

/** A file with these probabilities; labelled defective where above .6. */
function fileOf(name: string, probabilities: readonly (number | string)[]): File {
  const cycle = FEATURE_INDEX.Process_Cycle_Time;
  const rows = probabilities.map((probability, i) =>
    [...FEATURE_NAMES.map((_, f) => (f === cycle ? probability : f === 1 ? i : 1)), Number(Number(probability) > 0.6)].join(','),
  );
  return new File([[[...FEATURE_NAMES, 'Stain_1'].join(','), ...rows].join('\n')], name);
}

const states: BatchState[] = [];
function stateOf(stub: StubLine): BatchState {
  const state = new BatchState(stub.line);
  states.push(state);
  state.start();
  return state;
}
afterEach(() => {
  for (const state of states.splice(0)) state.clear();
});

describe('a batch', { timeout: 60_000 }, () => {
  it('is read in a worker, scored and counted', async () => {
    const state = stateOf(new StubLine());
    await state.importFiles([fileOf('a.csv', [0.1, 0.7, 'fast', 0.9]), fileOf('b.csv', [0.2])]);
    expect(state.summary).toMatchObject({ rows: 5, shots: 4, rejected: 1, ng: 2, ok: 2, hold: 0 });
    expect(state.batch?.tables.map(({ file }) => file)).toEqual(['a.csv', 'b.csv']);
    expect(state.batch?.tables[0]?.rejected).toMatchObject([{ row: 3, line: 4, cells: [{ name: 'Process_Cycle_Time' }] }]);
    expect([...state.order!]).toEqual([0, 1, 2, 3]);
    expect(state.curves?.distinct).toMatchObject({ shots: 4, defective: 2 });
    expect(state.progress).toBeNull();
  });

  it('follows the threshold without predicting anything again', async () => {
    const stub = new StubLine();
    const state = stateOf(stub);
    await state.importFiles([fileOf('a.csv', [0.1, 0.7, 0.9])]);
    const { predicted } = stub;
    await state.show({ verdict: 'ng' });
    expect([...state.order!]).toEqual([1, 2]);
    stub.setThreshold(0.8);
    flushSync();
    expect(state.summary).toMatchObject({ ng: 1, ok: 2 });
    await vi.waitFor(() => expect([...state.order!]).toEqual([2]), PATIENT);
    expect(stub.predicted).toBe(predicted);
  });

  it('stays as it was judged when another bundle comes, until it is scored again by that one', async () => {
    const stub = new StubLine();
    const state = stateOf(stub);
    await state.importFiles([fileOf('a.csv', [0.1, 0.7, 0.9])]);
    stub.switchTo('legacy-1.0.0', 0.05);
    flushSync();
    expect(state.threshold).toBe(0.5);
    expect(state.summary).toMatchObject({ ng: 2, ok: 1 });
    await state.scoreAgain();
    expect(state.batch?.bundleIds).toEqual(['legacy-1.0.0']);
    expect(state.threshold).toBe(0.05);
    expect(state.summary).toMatchObject({ ng: 3, ok: 0 });
  });

  it('keeps nothing of a cancelled import, and what was there before it stays', async () => {
    const stub = new StubLine();
    const state = stateOf(stub);
    await state.importFiles([fileOf('before.csv', [0.1])]);
    let release = (): void => undefined;
    stub.gate = new Promise((resolve) => (release = resolve));
    const running = state.importFiles([fileOf('after.csv', [0.2, 0.3])]);
    await vi.waitFor(() => expect(state.progress?.phase).toBe('scoring'), PATIENT);
    state.cancel();
    release();
    await running;
    expect(state.progress).toBeNull();
    expect(state.batch?.tables.map(({ file }) => file)).toEqual(['before.csv']);
    expect(state.failure).toBeNull();
  });

  it('takes the good files and names the bad ones', async () => {
    const state = stateOf(new StubLine());
    await state.importFiles([new File(['a,b\n1,2'], 'other.csv'), fileOf('good.csv', [0.1]), new File([], 'empty.csv')]);
    expect(state.fileErrors.map(({ code, params }) => [code, params.file])).toEqual([
      ['other_process', 'other.csv'],
      ['empty', 'empty.csv'],
    ]);
    expect(state.batch?.tables.map(({ file }) => file)).toEqual(['good.csv']);
  });

  it('takes nothing where no file is good, and keeps the batch before', async () => {
    const state = stateOf(new StubLine());
    await state.importFiles([fileOf('good.csv', [0.1])]);
    await state.importFiles([new File(['\u0000'], 'binary.csv')]);
    expect(state.fileErrors.map(({ code }) => code)).toEqual(['binary']);
    expect(state.batch?.tables.map(({ file }) => file)).toEqual(['good.csv']);
  });

  it('opens a shot among its neighbours in the order of the table', async () => {
    const state = stateOf(new StubLine());
    await state.importFiles([fileOf('a.csv', [0.3, 0.1, 0.9])]);
    await state.show({ sort: 'probability', descending: true });
    const opened = await state.open(1);
    expect(opened?.shots.map(({ verdict }) => verdict.probability)).toEqual([0.9, 0.3, 0.1]);
    expect(opened?.shots.find(({ shot }) => shot.id === opened.id)?.verdict.probability).toBe(0.3);
    expect(await state.open(99)).toBeNull();
  });

  it('comes down as CSV', async () => {
    const state = stateOf(new StubLine());
    await state.importFiles([fileOf('a.csv', [0.3, 0.9])]);
    const text = await (await state.results())!.text();
    expect(text.split('\r\n').slice(1, 3).map((line) => line.split(',').slice(6, 8))).toEqual([
      ['OK', '0.3'],
      ['NG', '0.9'],
    ]);
  });
});
