import Papa from 'papaparse';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURE_COUNT, FEATURE_INDEX, PRODUCT_INDEX, SHOT_INDEX } from '../../domain/feature.ts';
import { err, ok, type Result } from '../../domain/result.ts';
import { appError } from '../../domain/app-error.ts';
import type { Shot } from '../../domain/shot.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { Line } from '../../line/line.ts';
import { LABELLED } from '../../sources/csv/labels.ts';
import { confusionOf, labelledCurves } from './against-labels.ts';
import { arrange, arrangeColumns, PLAIN_ARRANGEMENT, SORT_COLUMNS } from './arrange.ts';
import { CLASSES, classesAt, HOLD, HOLD_KINDS, NG, OK, type BatchColumns } from './columns.ts';
import { BINS, GROUP, groupsOf, histogram } from './distribution.ts';
import { resultsCsv } from './results-csv.ts';
import { partsOf, Scoring, shotsAt, type Scored } from './score.ts';
import { factsOf, summarise } from './summary.ts';

interface Row {
  product?: number;
  shot?: number;
  probability?: number;
  hold?: number;
  repeat?: number;
  /** Undefined: nobody inspected. */
  defective?: boolean;
}

function batchOf(rows: Row[]): BatchColumns {
  const column = <T>(array: T, value: (row: Row, i: number) => number): T => {
    rows.forEach((row, i) => ((array as unknown as number[])[i] = value(row, i)));
    return array;
  };
  const n = rows.length;
  const values = new Float64Array(n * FEATURE_COUNT).fill(1);
  rows.forEach(({ product = 1, shot = 0 }, i) => {
    values[i * FEATURE_COUNT + PRODUCT_INDEX] = product;
    values[i * FEATURE_COUNT + SHOT_INDEX] = shot;
  });
  return {
    count: n,
    values,
    file: new Uint16Array(n),
    row: column(new Uint32Array(n), (_, i) => i + 1),
    line: column(new Uint32Array(n), (_, i) => i + 2),
    labels: column(new Uint32Array(n), ({ defective }) => (defective === undefined ? 0 : LABELLED | Number(defective))),
    repeat: column(new Uint8Array(n), ({ repeat }) => repeat ?? 0),
    probability: column(new Float64Array(n), ({ probability }) => probability ?? NaN),
    spe: new Float64Array(n),
    t2: new Float64Array(n),
    hold: column(new Uint8Array(n), ({ hold }) => hold ?? 0),
  };
}

const aRow = fc.record({
  product: fc.constantFrom(1, 2, NaN),
  shot: fc.nat({ max: 50 }),
  probability: fc.constantFrom(0, 0.2, 0.5, 0.8, 1, NaN),
  hold: fc.constantFrom(0, 0, 0, 4, 16),
  repeat: fc.constantFrom(0, 1),
  defective: fc.constantFrom(true, false, undefined),
}) as fc.Arbitrary<Row>;
const someRows = fc.array(aRow, { maxLength: 60 });

describe('classes at a threshold', () => {
  it('hold what is held at every threshold, never call OK what has no probability, and turn at the threshold', () => {
    const batch = batchOf([
      { probability: 0.3 },
      { probability: 0.5 },
      { probability: 0.5, hold: 4 },
      { probability: NaN },
    ]);
    expect([...classesAt(batch, 0.5)]).toEqual([OK, NG, HOLD, HOLD]);
    expect([...classesAt(batch, 0)]).toEqual([NG, NG, HOLD, HOLD]);
    expect([...classesAt(batch, Infinity)]).toEqual([OK, OK, HOLD, HOLD]);
  });
});

describe('the table', () => {
  it('shows exactly the shots asked for, sorted, whatever is sorted by', () => {
    const anArrangement = fc.record({
      sort: fc.constantFrom(...SORT_COLUMNS),
      descending: fc.boolean(),
      verdict: fc.constantFrom(...CLASSES, 'all' as const),
      product: fc.constantFrom('all', '1', '2', 'NaN'),
      repeats: fc.constantFrom('all' as const, 'distinct' as const, 'repeats' as const),
      found: fc.constantFrom('all' as const, 'defective' as const, 'good' as const, 'missed' as const, 'false_alarm' as const),
    });
    fc.assert(
      fc.property(someRows, anArrangement, (rows, wanted) => {
        const batch = batchOf(rows);
        const classes = classesAt(batch, 0.5);
        const order = [...arrange(arrangeColumns(batch), 0.5, wanted)];
        const expected = rows.flatMap((row, i) => {
          const verdict = CLASSES[classes[i]!]!;
          const keep =
            (wanted.verdict === 'all' || verdict === wanted.verdict) &&
            (wanted.product === 'all' || String(row.product) === wanted.product) &&
            (wanted.repeats === 'all' || (row.repeat === 1) === (wanted.repeats === 'repeats')) &&
            (wanted.found === 'all' ||
              (wanted.found === 'defective' && row.defective === true) ||
              (wanted.found === 'good' && row.defective === false) ||
              (wanted.found === 'missed' && row.defective === true && verdict === 'ok') ||
              (wanted.found === 'false_alarm' && row.defective === false && verdict === 'ng'));
          return keep ? [i] : [];
        });
        expect(order.toSorted((a, b) => a - b)).toEqual(expected);

        const keys = order.map((i) =>
          ({
            order: i,
            product: rows[i]!.product!,
            shot: rows[i]!.shot!,
            verdict: classes[i]!,
            probability: rows[i]!.probability!,
            found: rows[i]!.defective === undefined ? NaN : Number(!rows[i]!.defective),
          })[wanted.sort],
        );
        const known = keys.filter((key) => !Number.isNaN(key));
        expect(keys.slice(0, known.length)).toEqual(known);
        expect(known).toEqual(known.toSorted((a, b) => (wanted.descending ? b - a : a - b)));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps equals in file order in both directions', () => {
    const batch = arrangeColumns(batchOf([{ probability: 0.2 }, { probability: 0.2 }, { probability: 0.1 }]));
    expect([...arrange(batch, 0.5, { ...PLAIN_ARRANGEMENT, sort: 'probability' })]).toEqual([2, 0, 1]);
    expect([...arrange(batch, 0.5, { ...PLAIN_ARRANGEMENT, sort: 'probability', descending: true })]).toEqual([0, 1, 2]);
  });
});

describe('summary', () => {
  it('counts every shot once by verdict, and holds by every reason', () => {
    fc.assert(
      fc.property(someRows, (rows) => {
        const batch = batchOf(rows);
        const summary = summarise(batch, classesAt(batch, 0.5), [{ summary: { rejected: 3 } } as never]);
        expect(summary.ok + summary.ng + summary.hold).toBe(rows.length);
        expect(summary.rows).toBe(rows.length + 3);
        expect(summary.repeats).toBe(rows.filter(({ repeat }) => repeat === 1).length);
        expect(summary.holdReasons.get('missing') ?? 0).toBe(rows.filter(({ hold }) => hold === 4).length);
        expect(summary.holdReasons.get('out_of_range') ?? 0).toBe(rows.filter(({ hold }) => hold === 16).length);
      }),
    );
  });

  it('names the products once, the missing one last, and sees labels', () => {
    const facts = factsOf(batchOf([{ product: NaN }, { product: 2 }, { product: 1 }, { product: NaN }]), []);
    expect(facts).toEqual({ products: [1, 2, NaN], labelled: false, trainingData: false });
    expect(factsOf(batchOf([{}, { defective: false }]), [{ trainingData: true }])).toMatchObject({
      labelled: true,
      trainingData: true,
    });
  });
});

describe('distribution', () => {
  it('counts every distinct shot with a probability in one bin', () => {
    fc.assert(
      fc.property(someRows, fc.constantFrom('verdict' as const, 'product' as const), (rows, by) => {
        const batch = batchOf(rows);
        const { series, without } = histogram(batch, classesAt(batch, 0.5), by);
        const counted = [...series.values()].reduce((sum, counts) => sum + counts.reduce((a, b) => a + b, 0), 0);
        expect(counted + without).toBe(rows.filter(({ repeat }) => repeat === 0).length);
      }),
    );
    const batch = batchOf([{ probability: 1 }, { probability: 0 }]);
    const counts = histogram(batch, classesAt(batch, 0.5), 'product').series.get('1')!;
    expect([counts[0], counts[BINS - 1]]).toEqual([1, 1]);
  });
});

describe('groups over time', () => {
  it('cover every distinct shot once, in order, and are of a whole multiple of 50', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3000 }), fc.nat({ max: 300 }), fc.integer({ min: 1, max: 20 }), (distinct, repeats, most) => {
        const rows = [
          ...Array.from({ length: distinct }, (): Row => ({ probability: 0.4 })),
          ...Array.from({ length: repeats }, (): Row => ({ probability: 0.4, repeat: 1 })),
        ];
        const batch = batchOf(rows);
        const { size, groups } = groupsOf(batch, classesAt(batch, 0.5), most);
        expect(size % GROUP).toBe(0);
        expect(groups.length).toBeLessThanOrEqual(most);
        expect(groups.flatMap(({ from, to }) => [from, to])).toEqual(
          groups.flatMap((_, k) => [k * size + 1, k === groups.length - 1 ? distinct : (k + 1) * size]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('give the mean probability and the shares of the group', () => {
    const rows: Row[] = Array.from({ length: 50 }, (_, i) => ({
      probability: i < 10 ? 0.9 : i < 15 ? NaN : 0.1,
      ...(i < 20 && { defective: i < 5 }),
    }));
    const batch = batchOf(rows);
    const [group] = groupsOf(batch, classesAt(batch, 0.5)).groups;
    expect(group).toMatchObject({ ng: 0.2, hold: 0.1, defective: 0.25 });
    expect(group?.meanProbability).toBeCloseTo((10 * 0.9 + 35 * 0.1) / 45, 12);
  });
});

describe('against labels', () => {
  const rows: Row[] = [
    { probability: 0.9, defective: true },
    { probability: 0.9, defective: true, repeat: 1 },
    { probability: 0.2, defective: true },
    { probability: 0.8, defective: false },
    { probability: 0.1, defective: false },
    { probability: 0.9, defective: true, hold: 16 },
    { probability: 0.9 },
  ];

  it('counts found against said, with repeats and without', () => {
    const batch = batchOf(rows);
    const classes = classesAt(batch, 0.5);
    expect(confusionOf(batch, classes, true)).toEqual({
      defective: { ng: 2, hold: 1, ok: 1 },
      good: { ng: 1, hold: 0, ok: 1 },
    });
    expect(confusionOf(batch, classes, false).defective).toEqual({ ng: 1, hold: 1, ok: 1 });
  });

  it('draws curves of labelled shots that were not held', () => {
    const { all, distinct } = labelledCurves(arrangeColumns(batchOf(rows)));
    expect([all.shots, all.defective]).toEqual([5, 3]);
    expect([distinct.shots, distinct.defective]).toEqual([4, 2]);
  });
});

describe('results as CSV', () => {
  const read = (batch: BatchColumns, file: string): { text: string; rows: Record<string, string>[] } => {
    const classes = classesAt(batch, 0.5);
    const text = [...resultsCsv(batch, { files: [file], bundleIds: ['field-1.0.0'], threshold: 0.5, classes })].join('');
    const { data } = Papa.parse<Record<string, string>>(text.slice(1), { header: true, skipEmptyLines: true });
    return { text, rows: data };
  };

  it('reads back as the same probabilities and verdicts', () => {
    fc.assert(
      fc.property(fc.array(aRow, { minLength: 1, maxLength: 20 }), (rows) => {
        const batch = batchOf(rows);
        const classes = classesAt(batch, 0.5);
        const back = read(batch, 'a.csv').rows;
        expect(back.map(({ verdict }) => verdict?.toLowerCase())).toEqual([...classes].map((one) => CLASSES[one]));
        expect(back.map(({ probability }) => (probability === '' ? NaN : Number(probability)))).toEqual([...batch.probability]);
        expect(back.map(({ hold_reasons }) => hold_reasons)).toEqual(
          rows.map(({ hold }) => ({ 0: '', 4: 'missing', 16: 'out_of_range' })[hold ?? 0]),
        );
      }),
    );
  });

  it('says what was found', () => {
    const { rows } = read(batchOf([{ defective: true }, { defective: false }, {}]), 'a.csv');
    expect(rows.map(({ found }) => found)).toEqual(['Short_Shot_1', 'good', '']);
  });

  it.each(['=cmd|calc', '+1', '-1+2', '@SUM(A1)', '\t=1', '\r=1'])('makes no formula of a file named %j', (name) => {
    const { text, rows } = read(batchOf([{ probability: 0.1 }]), name);
    expect(rows[0]?.file).toBe(`'${name}`);
    expect(text.startsWith('\ufeff')).toBe(true);
    for (const cell of Object.values(rows[0]!)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  });

  it('is written in pieces', () => {
    const batch = batchOf(Array.from({ length: 12_000 }, () => ({ probability: 0.1 })));
    const pieces = [...resultsCsv(batch, { files: ['a'], bundleIds: [], threshold: 0.5, classes: classesAt(batch, 0.5) })];
    expect(pieces.length).toBeGreaterThan(3);
    expect(Papa.parse(pieces.join(''), { skipEmptyLines: true }).data).toHaveLength(12_001);
  });
});

/** A line that says of every shot the probability in its first velocity, holds what lacks it, and
 * marks no repeat of its own. */
function lineOf(calls: number[] = []): Pick<Line, 'receiveMany'> {
  const verdictOf = (shot: Shot): Verdict => {
    const probability = shot.values[FEATURE_INDEX.Process_Velocity_1]!;
    const missing = Number.isNaN(probability);
    return {
      probability: missing ? null : probability,
      reasons: missing ? [{ kind: 'missing', features: ['Process_Velocity_1'] }] : [],
      spe: 3,
      t2: null,
      bundleId: 'field-1.0.0',
    } as unknown as Verdict;
  };
  return {
    receiveMany: (shots, options) => {
      calls.push(shots.length);
      if (options?.signal?.aborted) return Promise.resolve(err(appError('aborted', {})));
      return Promise.resolve(ok(shots.map((shot) => ({ shot, verdict: verdictOf(shot) }))));
    },
  };
}

describe('scoring', () => {
  const inputsOf = (velocities: number[]): BatchColumns => {
    const batch = batchOf(velocities.map((_, i) => ({ shot: i, defective: i % 2 === 0 })));
    velocities.forEach((value, i) => (batch.values[i * FEATURE_COUNT + FEATURE_INDEX.Process_Velocity_1] = value));
    return batch;
  };
  const scoringOf = (calls: number[] = [], signal = new AbortController().signal) =>
    new Scoring(lineOf(calls), 1000, { signal, expected: () => 1, onProgress: () => undefined });
  const run = (inputs: BatchColumns, signal?: AbortSignal, calls: number[] = []): Promise<Result<Scored>> => {
    const scoring = scoringOf(calls, signal);
    for (const part of partsOf(inputs)) scoring.add(part);
    return scoring.finish();
  };

  it('keeps what was said of every shot, in order', async () => {
    const velocities = Array.from({ length: 5000 }, (_, i) => (i === 700 ? NaN : i / 5000));
    const calls: number[] = [];
    const scored = await run(inputsOf(velocities), undefined, calls);
    if (!scored.ok) throw new Error(scored.error.code);
    expect([...scored.value.columns.probability]).toEqual(velocities);
    expect(scored.value.columns.hold[700]).toBe(1 << HOLD_KINDS.indexOf('missing'));
    expect(scored.value.bundleIds).toEqual(['field-1.0.0']);
    expect(Math.max(...calls)).toBeLessThanOrEqual(2048);
    expect(calls.reduce((a, b) => a + b)).toBe(5000);
  });

  it('marks a repeat also where it falls between two parts, but not between two files', async () => {
    const inputs = inputsOf(Array.from({ length: 4200 }, () => 0.3));
    const copyRow = (from: number, to: number): void => {
      inputs.values.copyWithin(to * FEATURE_COUNT, from * FEATURE_COUNT, (from + 1) * FEATURE_COUNT);
    };
    copyRow(2047, 2048);
    copyRow(4149, 4150);
    inputs.file.fill(1, 4150);
    const scored = await run(inputs);
    expect(scored.ok && [...scored.value.columns.repeat.entries()].filter(([, repeat]) => repeat)).toEqual([[2048, 1]]);
  });

  it('forgets the shots of a file that turned out to be unusable, scored or not', async () => {
    const scoring = scoringOf();
    const [good, bad] = [inputsOf([0.1, 0.2]), inputsOf([0.3])];
    scoring.add({ ...good, file: new Uint16Array([0, 0]) });
    scoring.add({ ...bad, file: new Uint16Array([1]) });
    await Promise.resolve();
    scoring.cutOff(2);
    scoring.add({ ...good, file: new Uint16Array([1, 1]) });
    const scored = await scoring.finish();
    if (!scored.ok) throw new Error(scored.error.code);
    expect([...scored.value.columns.probability]).toEqual([0.1, 0.2, 0.1, 0.2]);
    expect([...scored.value.columns.file]).toEqual([0, 0, 1, 1]);
    expect(scored.value.columns.count).toBe(4);
  });

  it('keeps nothing when aborted', async () => {
    expect(await run(inputsOf([0.1]), AbortSignal.abort())).toMatchObject({ ok: false, error: { code: 'aborted' } });
  });

  it('gives every shot its own id, its row and its labels', () => {
    const inputs = inputsOf([0.1, 0.2]);
    const shots = shotsAt(inputs, 0, 2, 1000);
    expect(new Set(shots.map(({ id }) => id)).size).toBe(2);
    expect(shots.map(({ row }) => row)).toEqual([1, 2]);
    expect(shots.map(({ labels }) => labels?.defective)).toEqual([true, false]);
    expect(shots[0]?.source).toBe('csv');
  });
});
