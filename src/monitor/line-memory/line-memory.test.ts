import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LineMemory as Constants } from '../../domain/bundle.ts';
import { ALARM_PAUSE_MS } from './alarms.ts';
import { EXPERT_NAMES, startWeights, type ExpertName, type Said } from './constants.ts';
import { averageRunLength, cusumStep, designCusum } from './cusum.ts';
import { LineMemory, type MemoryRecord, type SeenShot } from './line-memory.ts';
import { learnWeights, logLoss, mixtureProbability } from './mixture.ts';
import { askFor, phaseOf, startPlan } from './plan.ts';
import { scores, standing, type Judged } from './standing.ts';
import { learnLabel, NO_LABELS, rateInterval, runRate, type TrackerState } from './tracker.ts';

interface Fixture {
  readonly memory: Constants;
  readonly delay: number;
  readonly rows: readonly {
    readonly models: { readonly field?: number; readonly legacy?: number };
    readonly defective: boolean | null;
    readonly weight: number;
    readonly said: Said;
    readonly mixture: number;
    readonly weights: Record<ExpertName, number>;
    readonly low: number;
    readonly high: number;
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../tests/fixtures/line-memory.json', import.meta.url), 'utf8'),
) as Fixture;
const { memory } = fixture;
const mixture = memory.mixture ?? { rate: 1, share: 0, start: {} };

/** Numbers in [0, 1) that are the same every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const shot = (i: number, more: Partial<SeenShot> = {}): SeenShot => ({
  id: `s${i}`,
  at: i * 30_000,
  product: 1,
  counter: i + 1,
  models: { field: 0.2, legacy: 0.3 },
  ...more,
});

const learnAll = (labels: readonly boolean[]): TrackerState =>
  labels.reduce((state, label) => learnLabel(state, label, memory), NO_LABELS);

describe('the run-rate tracker', () => {
  it('does the worked example', () => {
    const state = learnAll([true, false, false, true]);
    expect(state.defects).toBeCloseTo(1.959264, 6);
    expect(state.labels).toBeCloseTo(3.918152, 6);
    expect(runRate(state, memory)).toBeCloseTo(0.331825, 6);
  });

  it('says the prior without labels', () => {
    expect(runRate(NO_LABELS, memory)).toBe(memory.prior);
  });

  it('keeps 0 <= S <= W and 0 < p < 1, and a defect in place of a good part raises p, wherever it stands', () => {
    const next = random(1);
    for (let round = 0; round < 50; round++) {
      const labels = Array.from({ length: 1 + Math.floor(next() * 120) }, () => next() < 0.3);
      const state = learnAll(labels);
      expect(state.defects).toBeGreaterThanOrEqual(0);
      expect(state.defects).toBeLessThanOrEqual(state.labels);
      expect(runRate(state, memory)).toBeGreaterThan(0);
      expect(runRate(state, memory)).toBeLessThan(1);
      const good = labels.indexOf(false);
      if (good === -1) continue;
      expect(runRate(learnAll(labels.with(good, true)), memory)).toBeGreaterThan(runRate(state, memory));
    }
  });

  it('lets the order of labels matter, and not the shots between them', () => {
    expect(runRate(learnAll([true, false, false]), memory)).not.toBe(runRate(learnAll([false, false, true]), memory));
    const dense = new LineMemory(memory);
    const sparse = new LineMemory(memory);
    for (const i of [0, 1, 2, 3]) dense.learn({ record: dense.observe(shot(i)), defective: i === 1, weight: 1, at: 0 });
    for (let i = 0; i < 40; i++) {
      const record = sparse.observe(shot(i));
      if (i % 10 === 0) sparse.learn({ record, defective: i === 10, weight: 1, at: 0 });
    }
    expect(sparse.run.rate).toBe(dense.run.rate);
  });

  it('gives the same with weight 1 as without a weight, and less to a smaller weight', () => {
    expect(learnLabel(learnAll([true]), true, memory, 1)).toEqual(learnAll([true, true]));
    expect(runRate(learnLabel(NO_LABELS, true, memory, 0.1), memory)).toBeLessThan(runRate(learnAll([true]), memory));
  });

  it('narrows its interval with labels, around the rate', () => {
    const at = (labels: number) => rateInterval(learnAll(Array.from({ length: labels }, (_, i) => i % 3 === 0)), memory);
    const [before, after] = [at(0), at(60)];
    expect(after.high - after.low).toBeLessThan(before.high - before.low);
    expect(after.low).toBeLessThan(1 / 3);
    expect(after.high).toBeGreaterThan(1 / 3);
  });
});

describe('the line memory', () => {
  it('gives the very numbers of the training on the same labels', () => {
    const line = new LineMemory(memory);
    const records: MemoryRecord[] = [];
    for (const [t, row] of fixture.rows.entries()) {
      const known = fixture.rows[t - fixture.delay];
      const record = records[t - fixture.delay];
      if (record && known && known.defective !== null) {
        line.learn({ record, defective: known.defective, weight: known.weight, at: t });
      }
      const said = line.observe(shot(t, { models: row.models }));
      records.push(said);
      expect(Object.keys(said.said).sort()).toEqual(Object.keys(row.said).sort());
      for (const name of EXPERT_NAMES) {
        if (row.said[name] !== undefined) expect(Math.abs((said.said[name] ?? NaN) - row.said[name])).toBeLessThan(1e-12);
        expect(Math.abs(said.weights[name] - row.weights[name])).toBeLessThan(1e-12);
      }
      expect(Math.abs((said.mixture ?? NaN) - row.mixture)).toBeLessThan(1e-12);
      expect([line.run.low, line.run.high]).toEqual([row.low, row.high]);
    }
  });

  it('never lets the label of a shot change what was said of it or before', () => {
    const play = (flipped: number): (number | null)[] => {
      const line = new LineMemory(memory);
      const next = random(3);
      return Array.from({ length: 60 }, (_, t) => {
        const record = line.observe(shot(t, { models: { field: 0.1 + 0.5 * next() } }));
        line.learn({ record, defective: (next() < 0.3) !== (t === flipped), weight: 1, at: t });
        return record.mixture;
      });
    };
    const plain = play(-1);
    for (const t of [0, 17, 59]) expect(play(t).slice(0, t + 1)).toEqual(plain.slice(0, t + 1));
    expect(play(17)[18]).not.toBe(plain[18]);
  });

  it('stands after a correction as if the finding had been so from the beginning, to the last bit', () => {
    const play = (first: boolean): LineMemory => {
      const line = new LineMemory(memory);
      const records = Array.from({ length: 30 }, (_, t) => line.observe(shot(t)));
      for (const [t, record] of records.entries()) {
        line.learn({ record, defective: t === 4 ? first : t % 4 === 0, weight: 1, at: t });
      }
      return line;
    };
    const corrected = play(false);
    corrected.learn({ record: corrected.observe(shot(4)), defective: true, weight: 1, at: 99 });
    expect(corrected.run).toEqual(play(true).run);
    expect(corrected.weights(1)).toEqual(play(true).weights(1));
  });

  it('changes nothing for a shot or a finding that comes twice', () => {
    const line = new LineMemory(memory);
    const record = line.observe(shot(0));
    line.learn({ record, defective: true, weight: 1, at: 0 });
    const { run } = line;
    expect(line.observe(shot(0))).toBe(record);
    line.learn({ record, defective: true, weight: 1, at: 1 });
    expect(line.run).toEqual(run);
  });

  it('begins a run anew at another product, a counter that falls, a long stop, and by hand; the weights stay', () => {
    const line = new LineMemory(memory);
    line.learn({ record: line.observe(shot(0)), defective: true, weight: 1, at: 0 });
    const weights = line.weights(1);
    line.observe(shot(1, { counter: 0 }));
    expect(line.run).toMatchObject({ reason: 'counter', labels: 0, rate: memory.prior });
    line.observe(shot(2, { product: 2, counter: 1 }));
    expect(line.run).toMatchObject({ reason: 'product' });
    line.observe(shot(3, { product: 2, counter: 2, at: 60_000 + 3 * 3600_000 }));
    expect(line.run).toMatchObject({ reason: 'stop' });
    line.startRun('by_hand');
    expect(line.run).toMatchObject({ run: null, reason: 'by_hand', shots: 0 });
    expect(line.weights(1)).toEqual(weights);
    expect(line.weights(2)).toEqual(startWeights(memory.mixture));
  });

  it('shows a pinned predictor as it is, and what it has cost', () => {
    const line = new LineMemory(memory);
    line.pin('field');
    for (let t = 0; t < 40; t++) {
      const record = line.observe(shot(t, { models: { field: 0.9 } }));
      expect(record.shown).toBe(0.9);
      line.learn({ record, defective: false, weight: 1, at: t });
    }
    expect(line.pinnedCost()).toBeGreaterThan(0.5);
    line.pin(null);
    const after = line.observe(shot(40));
    expect(after.shown).toBe(after.mixture);
  });

  it('raises one alarm where every second part is bad, and no more within ten minutes', () => {
    const line = new LineMemory(memory);
    const alarms = Array.from({ length: 20 }, (_, t) =>
      line.learn({ record: line.observe(shot(t)), defective: t % 2 === 0, weight: 1, at: t * 1000 }),
    ).filter((alarm) => alarm !== null);
    expect(alarms).toHaveLength(1);
    const later = Array.from({ length: 40 }, (_, t) =>
      line.learn({ record: line.observe(shot(20 + t)), defective: t % 2 === 0, weight: 1, at: ALARM_PAUSE_MS * (t + 2) }),
    ).filter((alarm) => alarm !== null);
    expect(later.length).toBeLessThanOrEqual(1);
  });
});

describe('the mixture', () => {
  it('keeps its regret within the bound against an adversary, for every predictor', () => {
    const next = random(7);
    const start = startWeights(mixture);
    for (let round = 0; round < 30; round++) {
      let weights = start;
      const loss: Record<string, number> = {};
      const labels = 150;
      for (let t = 0; t < labels; t++) {
        const said = Object.fromEntries(EXPERT_NAMES.map((name) => [name, 0.001 + 0.998 * next()])) as Record<ExpertName, number>;
        const p = mixtureProbability(weights, said) ?? NaN;
        const defective = p < 0.5;
        for (const [name, value] of Object.entries({ ...said, mixture: p })) {
          loss[name] = (loss[name] ?? 0) + logLoss(value, defective);
        }
        weights = learnWeights(weights, said, defective, mixture);
      }
      for (const name of EXPERT_NAMES) {
        const bound = (Math.log(1 / start[name]) + labels * Math.log(1 / (1 - mixture.share))) / mixture.rate;
        expect((loss['mixture'] ?? NaN) - (loss[name] ?? NaN)).toBeLessThanOrEqual(bound + 1e-9);
      }
    }
  });

  it('says nothing where nobody spoke', () => {
    expect(mixtureProbability(startWeights(null), {})).toBeNull();
  });
});

describe('the inspection plan', () => {
  const settings = { first: 10, budget: 0.1, riskiest: 0.3 };
  const play = (settings_: typeof settings, shots: number, seed: number) => {
    const next = random(seed);
    let state = startPlan(next());
    return Array.from({ length: shots }, () => {
      const risk = next();
      const { draw, next: after } = askFor(state, risk, settings_);
      state = after;
      return { asked: draw.reason === null ? null : draw, draw, risk };
    });
  };

  it('asks for the first shots, and never for more than the budget', () => {
    const asked = play(settings, 1000, 5);
    expect(asked.slice(0, 10).every((one) => one.asked?.reason === 'first')).toBe(true);
    for (let n = 10; n <= 1000; n += 10) {
      const count = asked.slice(0, n).filter((one) => one.asked !== null).length;
      expect(count).toBeLessThanOrEqual(10 + 0.1 * (n - 10) + 1);
    }
    expect(asked.filter((one) => one.asked?.reason === 'riskiest').length).toBeGreaterThan(15);
  });

  it('asks for nothing without a budget', () => {
    expect(play({ ...settings, budget: 0 }, 100, 1).filter((one) => one.asked !== null)).toHaveLength(0);
  });

  it('says the chance of every shot, whether it is asked for or not: as often as they are', () => {
    const plan = { first: 10, budget: 0.1, riskiest: 0 };
    const runs = Array.from({ length: 100 }, (_, k) => {
      let state = startPlan(k / 100);
      return Array.from({ length: 60 }, () => {
        const { draw, next } = askFor(state, 0.2, plan);
        state = next;
        return draw;
      });
    });
    for (const i of [3, 12, 37, 59]) {
      const asked = runs.filter((run) => run[i]?.reason !== null).length / runs.length;
      expect(Math.abs(asked - (runs[0]?.[i]?.inclusion ?? NaN))).toBeLessThan(0.011);
    }
  });

  it('spreads the phases of runs evenly, and gives a run the same one again', () => {
    const phases = Array.from({ length: 400 }, (_, i) => phaseOf(1_790_000_000_000 + i * 3_600_000));
    expect(Math.abs(phases.reduce((sum, phase) => sum + phase, 0) / phases.length - 0.5)).toBeLessThan(0.06);
    expect(phases.filter((phase) => phase < 0.1).length).toBeLessThan(70);
    expect(phaseOf(1_790_000_000_000)).toBe(phases[0]);
  });

  it('weighs so that a rate that grows with the risk is estimated without bias', () => {
    const next = random(11);
    let weighted = 0;
    let plain = 0;
    let weights = 0;
    let count = 0;
    for (let seed = 1; seed <= 60; seed++) {
      for (const { asked, risk } of play(settings, 400, seed).slice(10)) {
        if (!asked) continue;
        const bad = next() < risk * 0.4 ? 1 : 0; // 20 % over all shots
        weighted += asked.weight * bad;
        weights += asked.weight;
        plain += bad;
        count += 1;
      }
    }
    expect(plain / count).toBeGreaterThan(0.22);
    expect(Math.abs(weighted / weights - 0.2)).toBeLessThan(0.02);
  });
});

describe('the alarm on a rising rate', () => {
  it('has the mean run length that simulation finds', () => {
    const design = designCusum(0.2, 0.4, 500);
    expect(design.arl0).toBeGreaterThanOrEqual(500);
    expect(design.arl1).toBeLessThan(60);
    const next = random(23);
    let total = 0;
    const rounds = 400;
    for (let i = 0; i < rounds; i++) {
      let level = 0;
      while (level < design.limit) {
        level = cusumStep(level, next() < 0.4, design);
        total += 1;
      }
    }
    expect(total / rounds / averageRunLength(0.4, design.gamma, design.limit)).toBeGreaterThan(0.85);
    expect(total / rounds / averageRunLength(0.4, design.gamma, design.limit)).toBeLessThan(1.15);
  });
});

describe('who has been right', () => {
  const made = (labels: number, say: (defective: boolean) => number): Judged[] => {
    const next = random(31);
    return Array.from({ length: labels }, () => {
      const defective = next() < 0.3;
      return { defective, said: { run_rate: 0.3, field: say(defective) }, mixture: 0.3 };
    });
  };

  it('cannot tell below thirty labels', () => {
    expect(standing(scores(made(29, (bad) => (bad ? 0.9 : 0.1))))).toEqual({ kind: 'unknown', labels: 29 });
  });

  it('takes a model for proven only where it beats the run rate', () => {
    expect(standing(scores(made(60, (bad) => (bad ? 0.7 : 0.1))))).toMatchObject({ kind: 'proven', model: 'field' });
    expect(standing(scores(made(60, () => 0.3)))).toMatchObject({ kind: 'unproven' });
    expect(standing(scores(made(60, (bad) => (bad ? 0.05 : 0.6))))).toMatchObject({ kind: 'behind' });
  });

  it('ranks as the definition of the AUC does, ties half', () => {
    const judged = made(80, (bad) => Math.round((bad ? 0.5 : 0.35) * 10) / 10);
    const auc = scores(judged).find(({ predictor }) => predictor === 'run_rate')?.auc?.value;
    expect(auc).toBe(0.5);
  });
});
