import { describe, expect, test, vi } from 'vitest';
import { bundleFolders, readBundleFiles } from '../../tests/fixtures/explain/bundles.ts';
import { FEATURE_INDEX, FEATURES } from '../domain/feature.ts';
import { createShot, type Shot } from '../domain/shot.ts';
import type { Verdict } from '../domain/verdict.ts';
import { leversOf } from '../explain/levers.ts';
import { WhatIf } from './what-if.svelte.ts';

const product = readBundleFiles(bundleFolders()[0]!).reference.products['1']!;
const levers = leversOf(product, (name) => FEATURES[FEATURE_INDEX[name]]!.control);
const lever = (name: string) => levers.find((each) => each.name === name)!;
const shot = createShot(Float64Array.from(product.golden_shot), { id: 'shot', source: 'demo', receivedAt: 5 });
const verdict = { class: 'ng', probability: 0.5 } as Verdict;

/** A line whose verdict tells the spray time it was asked about. */
function whatIf(quick: ConstructorParameters<typeof WhatIf>[1] = () => null): { whatIf: WhatIf; asked: Shot[] } {
  const asked: Shot[] = [];
  const line = {
    preview: (tried: Shot) => {
      asked.push(tried);
      const probability = tried.values[FEATURE_INDEX.Process_Spray_Time]! / 100;
      return new Promise<Verdict>((resolve) => setTimeout(() => resolve({ class: 'ok', probability } as Verdict)));
    },
  };
  return { whatIf: new WhatIf(line, quick, { shot, verdict }), asked };
}

/** Until the verdict of the values now tried is there. */
const answered = (trial: WhatIf): Promise<void> =>
  vi.waitFor(() => {
    expect(trial.trial.verdict?.probability).toBeCloseTo(trial.trial.values[FEATURE_INDEX.Process_Spray_Time]! / 100, 12);
  });

describe('what if', () => {
  test('begins with the shot as it was judged', () => {
    const { whatIf: trial } = whatIf();
    expect(trial.trial).toEqual({ values: shot.values, verdict });
    expect(trial.changed).toBe(false);
  });

  test('says what would be said of the last change, and skips those it was too slow for', async () => {
    const { whatIf: trial, asked } = whatIf();
    for (const value of [9.1, 9.2, 9.3, 8.3]) trial.set(lever('Process_Spray_Time'), value);
    expect(trial.trial.values[FEATURE_INDEX.Process_Spray_Time]).toBe(8.3);
    await answered(trial);
    expect(trial.trial.verdict?.probability).toBeCloseTo(0.083, 12);
    expect(asked).toHaveLength(2);
    expect(asked.every(({ source, id }) => source === 'demo' && id !== shot.id)).toBe(true);
  });

  test('follows at once, and is then confirmed by the models that judge', async () => {
    const { whatIf: trial } = whatIf(() => ({ ...verdict, probability: 0.25, threshold: 0.4 }));
    trial.set(lever('Process_Spray_Time'), 9.5);
    expect(trial.trial.verdict?.probability).toBe(0.25);
    await answered(trial);
    expect(trial.trial.verdict?.probability).toBeCloseTo(0.095, 12);
  });

  test('moves what is coupled, and puts it back with its source', () => {
    const { whatIf: trial } = whatIf();
    const pressure = lever('Process_Cylinder_Pressure');
    const casting = FEATURE_INDEX.Process_Casting_Pressure;
    trial.set(pressure, 220);
    expect(trial.trial.values[casting]).toBe(Math.round(220 * product.demo.coupled[0]!.factor));
    trial.set(pressure, shot.values[pressure.index]!);
    expect(trial.trial.values[casting]).toBe(shot.values[casting]);
    expect(trial.changed).toBe(false);
    expect(trial.trial.verdict).toBe(verdict);
  });

  test('goes back to the shot, whatever is still being computed', async () => {
    const { whatIf: trial } = whatIf();
    const spray = lever('Process_Spray_Time');
    trial.set(spray, 9.5);
    trial.reset();
    expect(trial.trial).toEqual({ values: shot.values, verdict });
    // The answer to the next change comes after the one that was given up.
    trial.set(spray, 9);
    await answered(trial);
    trial.reset();
    expect(trial.trial).toEqual({ values: shot.values, verdict });
  });

  test('keeps one trial to compare the next with', async () => {
    const { whatIf: trial } = whatIf();
    trial.set(lever('Process_Spray_Time'), 9.5);
    await answered(trial);
    trial.keep();
    trial.set(lever('Process_Spray_Time'), 9);
    await answered(trial);
    expect(trial.kept?.verdict?.probability).toBeCloseTo(0.095, 12);
    expect(trial.trial.verdict?.probability).toBeCloseTo(0.09, 12);
    trial.keep();
    expect(trial.kept).toBeNull();
  });

  test('never touches the shot itself', () => {
    const before = shot.values.slice();
    const { whatIf: trial } = whatIf();
    trial.set(lever('Process_Spray_Time'), 9);
    trial.use(new Float64Array(30));
    expect(shot.values).toEqual(before);
  });
});
