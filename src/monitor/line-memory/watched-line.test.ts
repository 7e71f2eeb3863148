import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LineMemory as Constants } from '../../domain/bundle.ts';
import type { JudgedShot, Verdict } from '../../domain/verdict.ts';
import { verdictData } from '../../journal/convert.ts';
import { RECORD_SCHEMA, verdictDataSchema, type RecordData, type RecordKind } from '../../journal/format/records.ts';
import type { MarkerRow } from '../../journal/store/database.ts';
import { applyToRow, type ShotRow } from '../../journal/store/rows.ts';
import { partsOf } from '../field/parts.ts';
import { fieldQuality } from '../field/quality.ts';
import type { Alarm } from './alarms.ts';
import { alarmDetails, findingOf } from './journalled.ts';
import type { RunReason } from './line-memory.ts';
import type { PlanSettings } from './plan.ts';
import { WatchedLine } from './watched-line.ts';

const { memory: constants } = JSON.parse(
  readFileSync(new URL('../../../tests/fixtures/line-memory.json', import.meta.url), 'utf8'),
) as { memory: Constants };

const PLAN: PlanSettings = { first: 10, budget: 0.1, riskiest: 0.3 };
const BEGIN = 1_790_000_000_000;

/** Numbers in [0, 1) that are the same every time. */
function random(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function verdictFor(probability: number | null, bundleId = 'field-1.0.0'): Verdict {
  return {
    class: probability === null ? 'hold' : probability > 0.4 ? 'ng' : 'ok', probability, extrapolated: false, confidence: 'low', confidenceScore: 0, reasons: [], threshold: 0.4, policy: null,
    latents: null, reconstruction: null, spe: 1, t2: 1, score: 0, bundleId, backend: 'wasm', durationMs: 1,
  };
}

/** A line with its journal: what is recorded goes through JSON and back, as in a frame. */
class Played {
  readonly rows: ShotRow[] = [];
  readonly markers: MarkerRow[] = [];
  readonly alarms: Alarm[] = [];
  readonly #index = new Map<number, number>();
  watched = new WatchedLine(constants, 'line', null);
  at = BEGIN;
  #seq = 0;
  #shots = 0;

  shot(probability: number | null, counter: number, { product = 1, shadow = null, watched = true }: { product?: number; shadow?: number | null; watched?: boolean } = {}): ShotRow {
    this.at += 30_000;
    const values = new Float64Array(30);
    values[0] = product;
    values[1] = counter;
    this.#shots += 1;
    const shot = { id: `s${this.#shots}`, source: 'api', values, receivedAt: this.at, repeat: false } as const;
    const seq = (this.#seq += 1);
    const judged: JudgedShot = { shot, verdict: verdictFor(probability) };
    const { verdict } = watched ? this.watched.annotate(judged, PLAN).judged : judged;
    this.#index.set(seq, this.rows.length);
    this.rows.push(this.#apply(undefined, 'shot', seq, { id: shot.id, source: 'api', receivedAt: this.at, values: [...values], repeat: false, run: 1 }));
    this.#put(seq, 'verdict', { ...verdictDataSchema.parse(JSON.parse(JSON.stringify({ shot: seq, ...verdictData(verdict, 'main') }))) }, verdict.bundleId);
    if (shadow !== null) this.#put(seq, 'verdict', { shot: seq, ...verdictData(verdictFor(shadow, 'legacy-1.0.0'), 'shadow') }, 'legacy-1.0.0');
    return this.row(seq);
  }

  inspect(seq: number, outcome: 'good' | 'defective' | 'withdrawn'): void {
    const row = this.row(seq);
    const asked = row.verdict?.asked === true;
    const reason = row.verdict?.class === 'ok' ? (asked ? 'asked' : 'chosen') : 'flagged';
    this.#put(seq, 'inspection', { shot: seq, outcome, findings: [], part: null, note: null, reason, corrects: null }, null);
    const alarm = this.watched.learn(this.row(seq));
    if (alarm !== null) {
      this.alarms.push(alarm);
      this.event('run_alarm', alarmDetails(alarm, 'line'));
    }
  }

  newRun(reason: RunReason): void {
    this.event(reason === 'die_change' ? 'die_change' : 'new_run', {});
    this.watched.startRun(reason);
  }

  event(type: 'die_change' | 'new_run' | 'run_alarm' | 'run_alarm_seen', details: Readonly<Record<string, string | number>>): void {
    this.markers.push({
      seq: (this.#seq += 1), at: this.at, mono: this.#seq, session: 1, schema: RECORD_SCHEMA, bundle: null, kind: 'event',
      data: { type, text: null, details },
    });
  }

  row(seq: number): ShotRow {
    return this.rows[this.#index.get(seq) ?? -1] as ShotRow;
  }

  /** The line after a restart, from its newest shots alone. */
  restarted(newest = 250): { readonly watched: WatchedLine; readonly alarm: Alarm | null } {
    const watched = new WatchedLine(constants, 'line', null);
    const inspected = this.rows.filter(({ tags }) => tags.includes('line/inspected'));
    const alarm = watched.rebuild({ rows: this.rows.slice(-newest).reverse(), inspected: [...inspected].reverse(), markers: this.markers });
    return { watched, alarm };
  }

  #put<K extends RecordKind>(shot: number, kind: K, data: RecordData[K], bundle: string | null): void {
    const index = this.#index.get(shot) ?? -1;
    this.rows[index] = this.#apply(this.rows[index], kind, (this.#seq += 1), data, bundle);
  }

  #apply<K extends RecordKind>(row: ShotRow | undefined, kind: K, seq: number, data: RecordData[K], bundle: string | null = null): ShotRow {
    const record = { seq, at: this.at, mono: seq, session: 1, schema: RECORD_SCHEMA, bundle, kind, data };
    return JSON.parse(JSON.stringify(applyToRow(row, record as Parameters<typeof applyToRow>[1]))) as ShotRow;
  }
}

/** Some thousand shots in runs of two products, every way of beginning one, late findings, corrections and withdrawals. */
function play(seed: number, shots: number): Played {
  const next = random(seed);
  const line = new Played();
  let counter = 0;
  let product = 1;
  const waiting: number[] = [];
  for (let i = 0; i < shots; i++) {
    counter += 1;
    const what = next();
    if (what < 0.002) product = 3 - product;
    else if (what < 0.004) counter = 1;
    else if (what < 0.006) line.at += 3 * 3600_000;
    else if (what < 0.008) line.newRun('die_change');
    else if (what < 0.01) line.newRun('by_hand');
    const probability = next() < 0.02 ? null : 0.05 + 0.6 * next() ** 2;
    const row = line.shot(probability, next() < 0.01 ? NaN : counter, { product, shadow: next() < 0.5 ? next() : null });
    if (row.verdict?.asked === true || (row.verdict?.class === 'ng' && next() < 0.5)) waiting.push(row.seq);
    if (waiting.length > 0 && next() < 0.3) line.inspect(waiting.splice(Math.floor(next() * waiting.length), 1)[0] ?? 0, next() < 0.3 ? 'defective' : 'good');
    if (next() < 0.01) {
      const inspected = line.rows.filter(({ inspections }) => inspections.length > 0);
      const one = inspected[Math.floor(next() * inspected.length)];
      if (one) line.inspect(one.seq, next() < 0.3 ? 'withdrawn' : next() < 0.5 ? 'good' : 'defective');
    }
  }
  return line;
}

/** Everything that the next shot, the screens and the next label depend on. */
function stateOf({ memory }: WatchedLine): unknown {
  const { reason: _, ...run } = memory.run;
  return { run, alarms: memory.alarms, weights: memory.products.map((product) => memory.weights(product)), scores: memory.scores(), since: memory.since };
}

describe('a line after a restart', () => {
  it('stands where it stood, to the last bit, from its newest shots and its findings, and goes on alike', () => {
    for (const [seed, shots] of [[1, 150], [2, 700], [3, 3000]] as const) {
      const line = play(seed, shots);
      const { watched } = line.restarted();
      expect(stateOf(watched)).toEqual(stateOf(line.watched));
      const before = line.watched;
      const values = new Float64Array(30);
      values[0] = 1;
      values[1] = 100_000;
      for (let i = 0; i < 40; i++) {
        const shot = { id: `later${i}`, source: 'api', values, receivedAt: line.at + (i + 1) * 30_000, repeat: false } as const;
        const judged = { shot, verdict: verdictFor(0.1 + (i % 7) / 10) };
        expect(watched.annotate(judged, PLAN).judged).toEqual(before.annotate(judged, PLAN).judged);
      }
    }
  });

  it('does not depend on how many of the newest shots are read', () => {
    const line = play(4, 1200);
    expect(stateOf(line.restarted(250).watched)).toEqual(stateOf(line.restarted(1200).watched));
  });

  it('brings back a run begun by hand that has no shot yet', () => {
    const line = play(5, 100);
    line.newRun('by_hand');
    expect(line.restarted().watched.memory.run).toEqual(line.watched.memory.run);
    expect(line.restarted().watched.memory.run).toMatchObject({ run: null, reason: 'by_hand', labels: 0 });
  });

  it('shows the alarm that nobody has seen, and not the one that somebody has', () => {
    const line = new Played();
    const rows = Array.from({ length: 20 }, (_, i) => line.shot(0.2, i + 1));
    for (const [i, { seq }] of rows.entries()) line.inspect(seq, i % 2 === 0 ? 'defective' : 'good');
    expect(line.alarms).toHaveLength(1);
    expect(line.restarted().alarm).toMatchObject({ kind: line.alarms[0]?.kind, labels: line.alarms[0]?.labels });
    line.event('run_alarm_seen', { stream: 'line' });
    const { alarm, watched } = line.restarted();
    expect(alarm).toBeNull();
    expect(watched.memory.alarms.raised).toEqual([line.alarms[0]?.kind]);
  });

  it('counts labels of shots of which nothing was said for the run, and for no predictor', () => {
    const line = new Played();
    const rows = Array.from({ length: 40 }, (_, i) => line.shot(0.2, i + 1, { watched: false }));
    const { watched } = line.restarted();
    expect(watched.memory.run).toMatchObject({ shots: 40, labels: 0 });
    for (const { seq } of rows) line.inspect(seq, 'good');
    const after = line.restarted().watched.memory;
    expect(after.run.labels).toBe(40);
    expect(after.scores()).toEqual([]);
    expect(after.weights(1)).toEqual(new WatchedLine(constants, 'line', null).memory.weights(1));
  });
});

describe('the chances that verdicts record', () => {
  it('let the quality figures find the share of missed defects, though the riskiest are looked at more often', () => {
    const next = random(9);
    const line = new Played();
    let missed = 0;
    let all = 0;
    let plain = 0;
    for (let run = 0; run < 12; run++) {
      for (let i = 1; i <= 400; i++) {
        const probability = 0.02 + 0.37 * next();
        const row = line.shot(probability, i);
        const defective = next() < probability ** 2 * 4;
        all += 1;
        missed += defective ? 1 : 0;
        if (row.verdict?.asked !== true) continue;
        plain += defective ? 1 : 0;
        line.inspect(row.seq, defective ? 'defective' : 'good');
      }
    }
    const asked = line.rows.filter(({ verdict }) => verdict?.asked === true).length;
    const { missShare } = fieldQuality(partsOf(line.rows), { ok: all, ng: 0, hold: 0, asked });
    expect(asked).toBeLessThan(12 * (10 + 0.1 * 390 + 1));
    expect(missShare.low).toBeLessThan(missed / all);
    expect(missShare.high).toBeGreaterThan(missed / all);
    // Counted plainly they look worse than they are.
    expect(plain / asked - missed / all).toBeGreaterThan(2 * Math.abs((missShare.value ?? NaN) - missed / all));
  });
});

describe('a finding of the journal', () => {
  it('carries what the shadow bundle said, if that was before it', () => {
    const line = new Played();
    const early = line.shot(0.2, 1, { shadow: 0.7 });
    line.inspect(early.seq, 'good');
    expect(findingOf(line.row(early.seq), null)?.record.said).toMatchObject({ field: 0.2, legacy: 0.7 });
    const row = line.row(early.seq);
    const late = { ...row, shadow: row.shadow && { ...row.shadow, seq: 99 } };
    expect(findingOf(late, null)?.record.said).not.toHaveProperty('legacy');
    expect(findingOf(late, null)?.record.said).toMatchObject({ field: 0.2 });
  });

  it('weighs what the plan asked for as the plan says, and what a person chose as chosen', () => {
    const line = new Played();
    const asked = line.shot(0.2, 1);
    expect(asked.verdict?.draw).toMatchObject({ reason: 'first', inclusion: 1, weight: 1 });
    const rest = Array.from({ length: 120 }, (_, i) => line.shot(0.1 + ((i * 37) % 50) / 200, i + 2));
    const risky = rest.find(({ verdict }) => verdict?.draw?.reason === 'riskiest');
    expect(risky).toBeDefined();
    line.inspect(risky?.seq ?? 0, 'defective');
    expect(findingOf(line.row(risky?.seq ?? 0), null)?.weight).toBe(risky?.verdict?.draw?.weight);
    const chosen = rest.find(({ verdict }) => verdict?.asked === false);
    line.inspect(chosen?.seq ?? 0, 'good');
    expect(findingOf(line.row(chosen?.seq ?? 0), null)?.weight).toBe(1);
  });
});
