/** The page of `npm run parity`: the app's own client and line in a browser, compared with the reference beside it. */
import { FEATURE_COUNT } from '../../src/domain/feature.ts';
import { createShot } from '../../src/domain/shot.ts';
import { createSessionJournal } from '../../src/journal/session-journal.ts';
import { createLine } from '../../src/line/create-line.ts';
import { WORK_SIZES } from '../../src/model/acceleration.ts';
import { createPredictionClient } from '../../src/model/worker-client.ts';
import type { SetResult } from './sets.ts';

const CLASSES = ['ok', 'ng', 'hold'] as const;
/** What even a software adapter computes in time. */
const ROWS = 512;

const client = createPredictionClient();
const line = createLine({ client, journal: createSessionJournal(0) });

declare global {
  interface Window {
    /** Scores the set of that name with a bundle, as files and also `singly`, each row as a shot by itself, and compares it with the reference. */
    compare: (bundleId: string, name: string, singly: boolean) => Promise<SetResult>;
    /** Computes on WebGPU from now on; the adapter's name, or why not. */
    accelerate: (bundleId: string) => Promise<{ adapter: string } | { failure: string }>;
  }
}

window.compare = async (bundleId, name, singly) => {
  const loaded = await line.load(bundleId);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const values = new Float64Array(await read(`${bundleId}.${name}.values`));
  const probability = new Float64Array(await read(`${bundleId}.${name}.probability`));
  const classes = new Uint8Array(await read(`${bundleId}.${name}.class`));

  let maxDp = 0;
  let verdictFlips = 0;
  for (let from = 0; from < probability.length; from += ROWS) {
    const to = Math.min(from + ROWS, probability.length);
    const part = values.subarray(from * FEATURE_COUNT, to * FEATURE_COUNT);
    const prediction = await client.predict(bundleId, part);
    if (!prediction.ok) throw new Error(JSON.stringify(prediction.error));
    const shots = Array.from({ length: to - from }, (_, i) =>
      createShot(part.slice(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT), { source: 'csv', receivedAt: 0 }),
    );
    const judged = await line.receiveMany(shots);
    if (!judged.ok) throw new Error(JSON.stringify(judged.error));
    for (const [i, { verdict }] of judged.value.entries()) {
      const dp = Math.abs(prediction.value.probability[i]! - probability[from + i]!);
      // Not `>`: a probability that is not a number must not pass.
      if (!(dp <= maxDp)) maxDp = dp;
      if (!singly) continue;
      const alone = await client.predict(bundleId, part.slice(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT));
      if (!alone.ok) throw new Error(JSON.stringify(alone.error));
      const apart = Math.abs(alone.value.probability[0]! - probability[from + i]!);
      if (!(apart <= maxDp)) maxDp = apart;
      if (verdict.class !== CLASSES[classes[from + i]!]) verdictFlips += 1;
    }
  }
  return { rows: probability.length, max_dp: maxDp, verdict_flips: verdictFlips };
};

window.accelerate = async (bundleId) => {
  const loaded = await line.load(bundleId);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const acceleration = await client.accelerate(bundleId, WORK_SIZES);
  return acceleration.state === 'on' ? { adapter: acceleration.adapter } : { failure: `${acceleration.reason} ${acceleration.detail}` };
};
// A row that wasm computed in its place must not count for it.
client.onBackendEvent(({ reason, detail }) => {
  throw new Error(`WebGPU was given up: ${reason} ${detail}`);
});

async function read(name: string): Promise<ArrayBuffer> {
  const response = await fetch(`reference/${name}`);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response.arrayBuffer();
}
