import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Manifest, Reference } from '../src/domain/bundle.ts';
import { FEATURE_NAMES } from '../src/domain/feature.ts';
import { predictResponseSchema } from '../src/line/predict-schema.ts';

interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = '';
let golden: number[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'castwatch-predict-'));
  const { current } = JSON.parse(readFileSync('public/models/manifest.json', 'utf8')) as Manifest;
  const reference = JSON.parse(readFileSync(`public/models/${current}/reference.json`, 'utf8')) as Reference;
  golden = [...reference.products['1']!.golden_shot];
});

/** Runs the command on a file of its own. */
async function predict(name: string, content: string, ...options: string[]): Promise<Outcome> {
  const path = join(folder, name);
  await writeFile(path, content);
  return run(path, ...options);
}

function run(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', 'scripts/predict.ts', ...args], (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

const header = FEATURE_NAMES.join(',');
const good = (): string => golden.join(',');
const changed = (index: number, text: string): string => golden.map((value, i) => (i === index ? text : value)).join(',');
const objectsOf = (stdout: string): Record<string, unknown>[] =>
  stdout.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);

describe('npm run predict', () => {
  test('scores every row of a good file and ends with 0', { timeout: 60_000 }, async () => {
    const { status, stdout } = await predict('good.csv', [header, good(), changed(6, ''), good()].join('\n'), '--json');
    expect(status).toBe(0);
    const rows = objectsOf(stdout);
    expect(rows.map(({ row }) => row)).toEqual([1, 2, 3]);
    for (const { row: _row, ...response } of rows) expect(predictResponseSchema.safeParse(response).success).toBe(true);
    expect(rows[1]).toMatchObject({ prediction: { class: 'hold', reasons: [{ kind: 'missing' }] } });
  });

  test('scores the good rows beside rejected ones, names those, and ends with 1', { timeout: 60_000 }, async () => {
    const content = [header, good(), changed(10, 'fast'), changed(2, '-1e400')].join('\n');
    const { status, stdout, stderr } = await predict('mixed.csv', content, '--json');
    expect(status).toBe(1);
    const rows = objectsOf(stdout);
    expect(rows[1]).toEqual({
      row: 2,
      error: { code: 'shot_invalid', fields: [{ name: 'Process_Cycle_Time', problem: 'not_a_number' }] },
    });
    expect(rows[2]).toMatchObject({ row: 3, prediction: { class: 'hold', reasons: [{ kind: 'not_finite' }] } });
    expect(stderr).toMatch(/mixed\.csv.*2.*Process_Cycle_Time/);
  });

  test('prints CSV in which no cell starts a formula', { timeout: 60_000 }, async () => {
    const { status, stdout } = await predict('=cmd.csv', [header, good()].join('\n'));
    expect(status).toBe(0);
    const [columns, row] = stdout.trim().split('\n');
    expect(columns).toMatch(/^file,row,line,/);
    expect(row).toMatch(/^"?'=cmd\.csv"?,1,2,1,/);
  });

  test.each([
    ['a missing column', [header.replace(',Process_Spray_Time', ''), good()].join('\n'), /Process_Spray_Time/],
    ['nothing in it', '', /empty\.csv|bad\.csv/],
    ['the table of another process', 'time,speed\n1,2\n', /bad\.csv/],
  ])('ends with 2 and says why for a file with %s', { timeout: 60_000 }, async (_what, content, message) => {
    const { status, stdout, stderr } = await predict('bad.csv', content, '--json');
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  test('ends with 2 for a file or a bundle that is not there, and without a file', { timeout: 60_000 }, async () => {
    expect(await run(join(folder, 'nowhere.csv'))).toMatchObject({ status: 2, stderr: expect.stringContaining('nowhere.csv') as string });
    const { status, stderr } = await predict('good.csv', [header, good()].join('\n'), '--bundle', 'field-9.9.9');
    expect({ status, known: stderr.includes('field-9.9.9') }).toEqual({ status: 2, known: true });
    expect(await run()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage') as string });
  });
});
