/**
 * What the line memory costs: `npx tsx scripts/bench-line-memory.ts`. One label's update, and a year from its records in memory: 1,000,000 shots
 * in runs of 800 with 50,000 labels. Goals: 50 microseconds, 2 seconds.
 */
import type { LineMemory as Constants } from '../src/domain/bundle.ts';
import { DEFAULT_MIXTURE } from '../src/monitor/line-memory/constants.ts';
import { LineMemory } from '../src/monitor/line-memory/line-memory.ts';

const SHOTS = 1_000_000;
const EVERY = 20;
const RUN = 800;

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

const line = new LineMemory(constants);
let learning = 0;
const begun = performance.now();
for (let i = 0; i < SHOTS; i++) {
  const field = 0.1 + 0.3 * ((i * 7919) % 1000) / 1000;
  const record = line.observe({ id: `s${i}`, at: i * 30_000, product: 1, counter: i % RUN, models: { field, legacy: field / 2 } });
  if (i % EVERY !== 0) continue;
  const before = performance.now();
  line.learn({ record, defective: (i * 104_729) % 5 === 0, weight: 1, at: i * 30_000 });
  learning += performance.now() - before;
}
const total = performance.now() - begun;
const labels = SHOTS / EVERY;
console.log(`line memory: one label ${((learning / labels) * 1000).toFixed(1)} us; a year (${SHOTS} shots, ${labels} labels) ${(total / 1000).toFixed(2)} s`);
