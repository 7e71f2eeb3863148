import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FEATURE_COUNT, FEATURE_INDEX, FEATURE_NAMES, type FeatureName } from '../../domain/feature.ts';
import type { Result } from '../../domain/result.ts';
import type { CsvError, RejectedRow } from './csv-error.ts';
import { CSV_LIMITS, describeCsvError, describeRejectedRow } from './csv-error.ts';
import { readCsvTable, type CsvTable } from './csv-table.ts';
import { labelsOf } from './labels.ts';
import { readCsv, type CsvBlock } from './read-csv.ts';

interface Accepted {
  shot: string;
  row?: number;
  line?: number;
  missing?: FeatureName[];
  infinite?: Partial<Record<FeatureName, '+' | '-'>>;
  values?: Partial<Record<FeatureName, number>>;
  labelled?: boolean;
  findings?: string[];
}

interface Case {
  file: string;
  why: string;
  accepted?: Accepted[];
  rejected?: object[];
  error?: { code: string; params: object };
  layout?: string;
  delimiter?: string;
  encoding?: string;
  ignored?: string[];
  blank?: number;
}

const CORPUS = new URL('../../../tests/corpus/', import.meta.url);
const { shots, cases } = JSON.parse(readFileSync(new URL('csv.json', CORPUS), 'utf8')) as {
  shots: Record<string, number[]>;
  cases: Case[];
};
const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(new URL(`csv/${file}`, CORPUS)));

function tableOf(result: Result<CsvTable, CsvError>): CsvTable {
  if (!result.ok) throw new Error(describeCsvError(result.error));
  return result.value;
}

function expectedValues(accepted: Accepted): number[] {
  const values = [...(shots[accepted.shot] ?? [])];
  for (const name of accepted.missing ?? []) values[FEATURE_INDEX[name]] = NaN;
  for (const [name, sign] of Object.entries(accepted.infinite ?? {})) {
    values[FEATURE_INDEX[name as FeatureName]] = sign === '+' ? Infinity : -Infinity;
  }
  for (const [name, value] of Object.entries(accepted.values ?? {})) values[FEATURE_INDEX[name as FeatureName]] = value;
  return values;
}

describe('the corpus of files', () => {
  it.each(cases.filter((one) => one.accepted))('$file: $why', async (expected) => {
    const table = tableOf(await readCsvTable(bytesOf(expected.file), expected.file));
    const accepted = expected.accepted ?? [];
    expect(table.count).toBe(accepted.length);
    accepted.forEach((shot, index) => {
      const values = Array.from(table.values.subarray(index * FEATURE_COUNT, (index + 1) * FEATURE_COUNT));
      expect(values).toEqual(expectedValues(shot));
      if (shot.row !== undefined) expect(table.rows[index]).toBe(shot.row);
      if (shot.line !== undefined) expect(table.lines[index]).toBe(shot.line);
      const labels = labelsOf(table.labels[index] ?? 0);
      if (shot.labelled !== undefined) expect(labels !== undefined).toBe(shot.labelled);
      if (shot.findings) {
        expect(labels?.findings.map(({ defect, cavity }) => `${defect}_${cavity}`)).toEqual(shot.findings);
        expect(labels?.defective).toBe(shot.findings.length > 0);
      }
    });
    expect(table.rejected).toMatchObject(expected.rejected ?? []);
    expect(table.rejected).toHaveLength(expected.rejected?.length ?? 0);
    expect(table.summary.rows).toBe(table.count + table.rejected.length);
    if (expected.layout) expect(table.summary.layout.kind).toBe(expected.layout);
    if (expected.delimiter) expect(table.summary.delimiter).toBe(expected.delimiter);
    if (expected.encoding) expect(table.summary.encoding).toBe(expected.encoding);
    if (expected.ignored) expect(table.summary.layout.ignored).toEqual(expected.ignored);
    if (expected.blank !== undefined) expect(table.summary.blank).toBe(expected.blank);
    expect(table.trainingData).toBe(false);
  });

  it.each(cases.filter((one) => one.error))('$file: $why', async ({ file, error }) => {
    const result = await readCsvTable(bytesOf(file), file);
    expect(result).toMatchObject({ ok: false, error: { code: error?.code, params: { file, ...error?.params } } });
  });
});

describe('messages', () => {
  it('name the file, the line and every missing column', async () => {
    const result = await readCsvTable(bytesOf('missing-columns.csv'), 'line-1.csv');
    expect(!result.ok && describeCsvError(result.error)).toBe(
      'line-1.csv: columns missing in line 1 (2): Process_Cycle_Time, Sensor_Coolant_Temp',
    );
  });

  it('name row, line, column and text of every bad cell', async () => {
    const table = tableOf(await readCsvTable(bytesOf('text-in-numbers.csv'), 'x.csv'));
    expect(describeRejectedRow(table.rejected[0] as RejectedRow)).toEqual([
      'row 2 (line 3), Process_Cycle_Time: not a number “fast”',
      'row 2 (line 3), Sensor_Air_Pressure: not a number “5.9bar”',
    ]);
  });
});

async function read(pieces: Uint8Array[]): Promise<{ result: unknown; blocks: CsvBlock[] }> {
  const blocks: CsvBlock[] = [];
  async function* source(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield await Promise.resolve(piece);
  }
  const result = await readCsv(source(), { block: (block) => void blocks.push(block) }, { file: 'x.csv' });
  return { result, blocks };
}

describe('reading in pieces', () => {
  it('gives the same wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...cases.map(({ file }) => file)),
        fc.array(fc.integer({ min: 4, max: 2200 }), { maxLength: 6 }),
        async (file, places) => {
          const bytes = bytesOf(file);
          const cuts = [0, ...places.filter((place) => place < bytes.length).sort((a, b) => a - b), bytes.length];
          const pieces = cuts.slice(1).map((to, index) => bytes.slice(cuts[index], to));
          expect(await read(pieces)).toEqual(await read([bytes]));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('hands long files over in blocks, in order and complete', async () => {
    const header = FEATURE_NAMES.join(',');
    const rows = Array.from({ length: 5000 }, (_, index) =>
      index % 1000 === 7 ? 'bad,row' : FEATURE_NAMES.map((_, feature) => (feature === 1 ? index + 0.5 : feature)).join(','),
    );
    const { blocks } = await read([new TextEncoder().encode([header, ...rows].join('\n'))]);
    const numbers = blocks.flatMap((block) => [...block.rows]);
    const shotNumbers = blocks.flatMap((block) => Array.from(block.rows, (_, i) => block.values[i * FEATURE_COUNT + 1]));
    expect(blocks.length).toBeGreaterThan(1);
    expect(numbers).toHaveLength(4995);
    expect(shotNumbers).toEqual(numbers.map((row) => row - 1 + 0.5));
    expect(blocks.flatMap((block) => block.rejected.map(({ row }) => row))).toEqual([8, 1008, 2008, 3008, 4008]);
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    controller.abort();
    const result = await readCsvTable(bytesOf('flat.csv'), 'flat.csv', { signal: controller.signal });
    expect(result).toMatchObject({ ok: false, error: { code: 'aborted' } });
  });

  it('says when the device refuses to read', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytesOf('flat.csv');
      await Promise.reject(new DOMException('moved', 'NotReadableError'));
    }
    const result = await readCsv(broken(), { block: () => undefined }, { file: 'x.csv' });
    expect(result).toMatchObject({ ok: false, error: { code: 'unreadable', retryable: true } });
  });
});

describe('limits', () => {
  it('refuses a file of 200 MB before reading it', async () => {
    const result = await readCsvTable(new Uint8Array(200_000_000), 'big.csv');
    expect(result).toMatchObject({ ok: false, error: { code: 'too_large', params: { megabytes: 200, limit: 150 } } });
  });

  it('keeps nothing of a file with too many rows', async () => {
    const row = `${FEATURE_NAMES.map(() => '1').join(',')}\n`;
    const text = FEATURE_NAMES.join(',') + '\n' + row.repeat(CSV_LIMITS.rows + 1);
    const result = await readCsvTable(new TextEncoder().encode(text), 'long.csv');
    expect(result).toMatchObject({ ok: false, error: { code: 'too_many_rows', params: { limit: CSV_LIMITS.rows } } });
  });

  it('gives up on a line without an end before it fills the memory', async () => {
    const result = await readCsvTable(new Uint8Array(5_000_000).fill(0x41), 'aaa.csv');
    expect(result).toMatchObject({ ok: false, error: { code: 'endless_line', params: { line: 1 } } });
    const quoted = new Uint8Array([...bytesOf('flat.csv'), 0x22, ...new Uint8Array(3_000_000).fill(0x41)]);
    expect(await readCsvTable(quoted, 'q.csv')).toMatchObject({
      ok: false,
      error: { code: 'endless_line', params: { line: 4 } },
    });
  });
});

describe('the data set the models were trained on', () => {
  const path = process.env.DIECAST_DATA ?? fileURLToPath(new URL('../../../../shared/data/DieCasting_Quality_Raw_Data.csv', import.meta.url));

  it.skipIf(!existsSync(path))('is read as its description says, and recognised', async () => {
    const table = tableOf(await readCsvTable(new Uint8Array(readFileSync(path)), 'kamp.csv'));
    const labels = Array.from(table.labels, (mask) => labelsOf(mask));
    const incomplete = Array.from(table.rows, (_, i) => table.values.subarray(i * FEATURE_COUNT, (i + 1) * FEATURE_COUNT).some(Number.isNaN));
    expect(table.count).toBe(7535);
    expect(table.rejected).toEqual([]);
    expect(incomplete.filter(Boolean)).toHaveLength(90);
    expect(labels.filter((label) => label?.defective).length / 7535).toBeCloseTo(0.224, 3);
    expect(table.trainingData).toBe(true);
  });
});
