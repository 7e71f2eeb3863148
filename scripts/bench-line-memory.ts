/**
 * What the line memory costs: `npx tsx scripts/bench-line-memory.ts`. One label's update, one shot, and a year from its journal rows: 1,000,000
 * shots in runs of 800 with 50,000 labels, rebuilt and compared with the line that lived through it. Goals: 50 microseconds, 2 seconds.
 */
import type { LineMemory as Constants } from '../src/domain/bundle.ts';
import type { JudgedShot, VerdictMemory } from '../src/domain/verdict.ts';
import type { ShotRow } from '../src/journal/store/rows.ts';
import { DEFAULT_MIXTURE } from '../src/monitor/line-memory/constants.ts';
import { DEFAULT_PLAN } from '../src/monitor/line-memory/plan.ts';
import { WatchedLine } from '../src/monitor/line-memory/watched-line.ts';

const SHOTS = 1_000_000;
const EVERY = 20;
const RUN = 800;
const NEWEST = 1_000;

const constants: Constants = {
  prior: 0.2,
  prior_strength: 5,
  decay: 2 ** (-1 / 50),
  weight_cap_concentration: 16,
  horizon: 50,
  tilt: 0.25,
  tilt_clip: 2,
  past_rates: { low: 0.01, high: 0.41 },
  mixture: DEFAULT_MIXTURE,
};

function rowOf(seq: number, { shot, verdict }: JudgedShot, inspected: boolean, defective: boolean): ShotRow {
  const { memory, draw } = JSON.parse(JSON.stringify(verdict)) as { memory: VerdictMemory; draw: JudgedShot['verdict']['draw'] };
  return {
    seq, shadow: null, tags: [], inspections: inspected ? [seq + 2] : [],
    shot: {
      id: shot.id, source: 'api', stream: 'line', at: shot.receivedAt, date: '', run: 1, product: shot.values[0] ?? null, shotNumber: shot.values[1] ?? null, repeat: false,
    },
    verdict: {
      seq: seq + 1, class: 'ok', probability: verdict.probability, threshold: 0.4, bundle: verdict.bundleId, samplingRate: draw?.inclusion ?? null,
      asked: draw?.reason != null, ...(draw && { draw }), memory,
    },
    inspection: inspected
      ? { seq: seq + 2, at: shot.receivedAt, outcome: defective ? 'defective' : 'good', findings: [], part: null, note: null, reason: 'asked' }
      : null,
  };
}

const line = new WatchedLine(constants, 'line', null);
const values = new Float64Array(30);
const inspected: ShotRow[] = [];
const newest: ShotRow[] = [];
let learning = 0;
let judging = 0;
for (let i = 0; i < SHOTS; i++) {
  values[0] = 1 + (Math.floor(i / RUN) % 2);
  values[1] = i % RUN;
  const judged = {
    shot: { id: `s${i}`, source: 'api' as const, values, receivedAt: 1_790_000_000_000 + i * 30_000, repeat: false },
    verdict: {
      class: 'ok' as const, probability: 0.1 + (0.3 * ((i * 7919) % 1000)) / 1000, extrapolated: false, confidence: 'low' as const, confidenceScore: 0, reasons: [],
      threshold: 0.4, policy: null, latents: null, reconstruction: null, spe: 1, t2: 1, score: 0, bundleId: 'field-1.0.0', backend: 'wasm', durationMs: 1,
    },
  };
  let before = performance.now();
  const annotated = line.annotate(judged, DEFAULT_PLAN).judged;
  judging += performance.now() - before;
  if (i % EVERY !== 0 && i < SHOTS - NEWEST) continue;
  const row = rowOf(3 * i + 1, annotated, i % EVERY === 0, (i * 104_729) % 5 === 0);
  if (i >= SHOTS - NEWEST) newest.push(row);
  if (i % EVERY !== 0) continue;
  inspected.push(row);
  before = performance.now();
  line.learn(row);
  learning += performance.now() - before;
}

const begun = performance.now();
const again = new WatchedLine(constants, 'line', null);
again.rebuild({ rows: newest, inspected, markers: [] });
const rebuilt = performance.now() - begun;
const scored = performance.now();
again.memory.scores();
const scoring = performance.now() - scored;

const stateOf = ({ memory }: WatchedLine): string => JSON.stringify([{ ...memory.run, reason: null }, memory.products.map((product) => memory.weights(product))]);
if (stateOf(again) !== stateOf(line)) throw new Error('the rebuilt line is another one');
const labels = SHOTS / EVERY;
console.log(
  `line memory: one label ${((learning / labels) * 1000).toFixed(1)} us, one shot ${((judging / SHOTS) * 1000).toFixed(1)} us; ` +
    `a year (${SHOTS} shots, ${labels} labels) from its rows ${(rebuilt / 1000).toFixed(2)} s, its scores ${(scoring / 1000).toFixed(2)} s`,
);
