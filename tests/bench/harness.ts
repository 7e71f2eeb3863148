/** The app's own modules, without its screens, for `npm run bench`: every figure is taken where the work is done. */
import { FEATURE_COUNT } from '../../src/domain/feature.ts';
import type { Result } from '../../src/domain/result.ts';
import { createShot, type Shot } from '../../src/domain/shot.ts';
import { createJournal } from '../../src/journal/create-journal.ts';
import { createExplainClient } from '../../src/explain/explain-client.ts';
import { createSessionJournal } from '../../src/journal/session-journal.ts';
import { createLine } from '../../src/line/create-line.ts';
import type { LoadedBundle } from '../../src/model/client.ts';
import { readAdapter } from '../../src/model/webgpu/adapter.ts';
import { createPredictionClient } from '../../src/model/worker-client.ts';
import { DemoRun, type DemoFaults } from '../../src/sources/demo/demo-run.ts';
import { Random } from '../../src/sources/demo/random.ts';
import { timings } from '../durability/page/timings.ts';
import BareParser from './parse.worker.ts?worker';
import { benchExplanations, type ExplainTimings } from './explain.ts';

const client = createPredictionClient();
const line = createLine({ client, journal: createSessionJournal() });
const calm: DemoFaults = { drifts: new Map(), lost: new Set() };
let bundle: LoadedBundle | null = null;
let shots: readonly Shot[] = [];

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code} ${JSON.stringify(result.error.params)}`);
  return result.value;
}

function loaded(): LoadedBundle {
  if (!bundle) throw new Error('load() comes first');
  return bundle;
}

/** Shots of both products in turn, drawn from the bundle's description; the shot counter stays in range. */
function draw(count: number): readonly Shot[] {
  const random = new Random(1);
  const products = Object.values(loaded().reference.products);
  return products
    .flatMap((product) => {
      let run = new DemoRun(product, random);
      return Array.from({ length: Math.ceil(count / products.length) }, (_, i) => {
        if (run.over) run = new DemoRun(product, random);
        return createShot(run.next(calm), { id: `${i}`, source: 'csv', receivedAt: 0 });
      });
    })
    .slice(0, count);
}

function flat(of: readonly Shot[]): Float64Array {
  const values = new Float64Array(of.length * FEATURE_COUNT);
  of.forEach((shot, row) => {
    values.set(shot.values, row * FEATURE_COUNT);
  });
  return values;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? NaN;
}

/** A worker that does nothing but cut a file into cells; its start counts, as it does for the app. */
function parseBare(file: File): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const worker = new BareParser();
    worker.onmessage = () => {
      resolve(performance.now() - started);
      worker.terminate();
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(file);
  });
}

async function heapBytes(): Promise<number> {
  return value(await client.diagnostics(loaded().entry.id)).heapBytes;
}

const bench = {
  /** Milliseconds until the durable journal has acknowledged a shot, and until a bare strict transaction of one put is complete, in turn. */
  async acknowledgement(count: number): Promise<{ journal: number[]; bare: number[] }> {
    const journal = createJournal(null);
    const opened = async (): Promise<void> => {
      while (journal.status.role !== 'writer') await new Promise((resolve) => setTimeout(resolve, 20));
    };
    return timings(() => journal, opened).acknowledgement(count);
  },

  async load(rows: number): Promise<void> {
    bundle = value(await line.load(null));
    shots = draw(rows);
  },

  /** Median milliseconds of one shot: inside the worker, and end to end (message, run, reply, verdict). */
  async single(runs: number): Promise<{ worker: number; endToEnd: number }> {
    const worker: number[] = [];
    const endToEnd: number[] = [];
    for (let i = -50; i < runs; i += 1) {
      const shot = shots[(i + shots.length) % shots.length];
      if (!shot) continue;
      const prediction = value(await client.predict(loaded().entry.id, shot.values));
      const started = performance.now();
      await line.preview(shot);
      if (i < 0) continue;
      worker.push(prediction.durationMs);
      endToEnd.push(performance.now() - started);
    }
    return { worker: median(worker), endToEnd: median(endToEnd) };
  },

  /** Median milliseconds of all shots at once: the pipeline inside the worker, and on the one path to their verdicts. */
  async batch(runs: number): Promise<{ pipeline: number; verdicts: number }> {
    const values = flat(shots);
    const pipeline: number[] = [];
    const verdicts: number[] = [];
    for (let i = -1; i < runs; i += 1) {
      const prediction = value(await client.predict(loaded().entry.id, values.slice()));
      const started = performance.now();
      value(await line.receiveMany(shots));
      if (i < 0) continue;
      pipeline.push(prediction.durationMs);
      verdicts.push(performance.now() - started);
    }
    return { pipeline: median(pipeline), verdicts: median(verdicts) };
  },

  /** The run-time's heap in bytes before and after `count` single shots. */
  async heap(count: number): Promise<{ before: number; after: number }> {
    const before = await heapBytes();
    for (let i = 0; i < count; i += 1) {
      const shot = shots[i % shots.length];
      if (shot) value(await client.predict(loaded().entry.id, shot.values));
    }
    return { before, after: await heapBytes() };
  },

  /** What explanations cost, and whether a verdict waits for one. */
  explanations(): Promise<ExplainTimings> {
    return benchExplanations(loaded(), shots, (shot) => line.preview(shot));
  },

  /** Median milliseconds that papaparse alone takes for a file, in a worker of its own as the app's reader is. */
  async parse(text: string, runs: number): Promise<number> {
    const file = new File([text], 'shots.csv');
    const times: number[] = [];
    for (let i = 0; i < runs; i += 1) times.push(await parseBare(file));
    return median(times);
  },

  /** What every work takes on the processor and on WebGPU. */
  async backends(): Promise<{ adapter: string; times: Record<string, number> }> {
    const adapter = await readAdapter();
    const shotTimes = adapter && (await client.measure(loaded().entry.id));
    if (!adapter || !shotTimes) return { adapter: adapter ? `${adapter.name}: not usable` : 'none', times: {} };
    const explainer = createExplainClient((bundleId, values) => client.compute(bundleId, values));
    explainer.use(loaded());
    const times = [...shotTimes, ...(await explainer.measure())];
    explainer.dispose();
    return {
      adapter: `${adapter.name}${adapter.software ? ' (software: its speed says nothing)' : ''}`,
      times: Object.fromEntries(times.flatMap(({ work, processorMs, webgpuMs }) => [[`processor_${work}_ms`, processorMs], [`webgpu_${work}_ms`, webgpuMs]])),
    };
  },

  /** The same shots as a file with flat headers: text of a CSV. */
  csv(count: number): string {
    const lines = [loaded().scaler.features.join(',')];
    for (const shot of draw(count)) lines.push([...shot.values].map((number) => (Number.isNaN(number) ? '' : String(number))).join(','));
    return `${lines.join('\n')}\n`;
  },
};

declare global {
  interface Window {
    bench: typeof bench;
  }
}
window.bench = bench;
