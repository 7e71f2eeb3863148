import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { unzipSync } from 'fflate';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestJournal, inspectionItem, kept, noteItem, shotItem, verdictItem } from '../store/test-journal.ts';
import { SHOT_COLUMNS } from './columns.ts';
import { partitionName, runExport, type ExportJob, type ExportSummary } from './export-job.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const python = join(root, 'training/.venv/bin/python');
const folder = mkdtempSync(join(tmpdir(), 'castwatch-export-'));
const decode = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const DAY = new Date('2026-03-02T10:00').getTime();

let journal: TestJournal;
let exportedTwice: Record<string, Uint8Array>;

async function run(options: Partial<ExportJob>): Promise<{ files: Record<string, Uint8Array>; summary: ExportSummary }> {
  const { store } = journal.writer;
  const chunks: Uint8Array[] = [];
  const summary = await runExport(
    { kind: 'csv', line: 'Line 1', journalId: store.journalId, range: { from: 1, through: store.projection.meta.lastSeq }, stream: null, ...options },
    { database: store.database, write: (chunk) => chunks.push(chunk) },
  );
  return { files: unzipSync(Buffer.concat(chunks)), summary };
}

beforeAll(async () => {
  journal = TestJournal.fresh();
  const writer = await journal.open();
  // Two days of a line, one shot of the demo; every third part flagged, every fourth inspected, half of those defective.
  for (let n = 1; n <= 60; n += 1) {
    const at = DAY + (n > 40 ? 86_400_000 : 0) + n * 30_000;
    const flagged = n % 3 === 0;
    const [shot] = await kept(writer.append([shotItem(n, { at, source: n === 60 ? 'demo' : 'api', product: n > 30 ? 2 : 1 }), verdictItem({ item: 0 }, { verdict: flagged ? 'ng' : 'ok', probability: flagged ? 0.6 : 0.1, rate: flagged ? null : 0.25, asked: !flagged && n % 4 === 0 })]));
    if (n % 4 === 0) await kept(writer.append([inspectionItem(shot as number, n % 8 === 0 ? 'defective' : 'good', n === 8 ? '=HYPERLINK("x")' : null)]));
  }
  await kept(writer.append([noteItem('die cleaned')]));
  const first = writer.store.projection.meta.lastSeq;
  exportedTwice = (await run({ kind: 'parquet' })).files;
  // Said later, of a shot that has been exported: the next export has to bring it again.
  await kept(writer.append([inspectionItem(1, 'defective', 'P-1')]));
  await kept(writer.append([shotItem(99, { at: DAY + 86_400_000 + 3_600_000 })]));
  const second = await run({ kind: 'parquet', range: { from: first + 1, through: writer.store.projection.meta.lastSeq } });
  exportedTwice = { ...exportedTwice, ...second.files };
  for (const [name, bytes] of Object.entries(exportedTwice)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('CSV', () => {
  it('has a byte order mark, one row a shot, and no cell that a spreadsheet would run', async () => {
    const { files, summary } = await run({ kind: 'csv' });
    const [name = ''] = Object.keys(files);
    expect(name).toMatch(/^castwatch-shots-Line-1-1-\d+\.csv$/);
    expect([...(files[name] ?? []).slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const lines = decode(files[name]).replace(/^\ufeff/, '').trimEnd().split('\r\n');
    expect(lines[0]).toBe(SHOT_COLUMNS.map((column) => column.name).join(','));
    expect(lines).toHaveLength(62);
    expect(summary).toMatchObject({ shots: 61, files: 1 });
    expect(decode(files[name])).toContain(`"'=HYPERLINK(""x"")"`);
    expect(lines[1]).toContain(new Date(DAY + 30_000).toISOString());
  });

  it('has its sha256 beside it, as sha256sum writes it', async () => {
    const { files } = await run({ kind: 'csv' });
    const name = Object.keys(files).find((file) => file.endsWith('.csv')) ?? '';
    const hash = createHash('sha256').update(files[name] ?? '').digest('hex');
    expect(decode(files[`${name}.sha256`])).toBe(`${hash}  ${name}\n`);
  });

  it('of one stream holds no other', async () => {
    expect((await run({ kind: 'csv', stream: 'demo' })).summary.shots).toBe(1);
  });
});

describe('Parquet', () => {
  const shotFiles = (): string[] => Object.keys(exportedTwice).filter((name) => name.startsWith('shots/') && name.endsWith('.parquet'));

  it('lies in folders by line and day, each file with its hash', () => {
    expect(shotFiles().map(dirname)).toEqual(expect.arrayContaining(['shots/line=Line-1/date=2026-03-02', 'shots/line=Line-1/date=2026-03-03']));
    for (const name of shotFiles()) {
      expect(decode(exportedTwice[`${name}.sha256`])).toContain(createHash('sha256').update(exportedTwice[name] ?? '').digest('hex'));
    }
  });

  it('holds what the journal holds, as an independent reader sees it', async () => {
    const name = shotFiles().find((file) => file.includes('date=2026-03-02')) ?? '';
    const bytes = exportedTwice[name] as Uint8Array;
    const rows = (await parquetReadObjects({ file: bytes.slice().buffer })) as Record<string, unknown>[];
    expect(rows).toHaveLength(40);
    expect(rows[3]).toMatchObject({
      journal: journal.writer.store.journalId, stream: 'line', product: 1, shot_number: 4, process_velocity_1: 4.2, verdict: 'ok', asked: true, sampling_rate: 0.25, outcome: 'good', findings: null, repeated: false,
    });
    expect(rows[3]?.received_at).toEqual(new Date(DAY + 4 * 30_000));
    const inJournal = await journal.writer.store.database.get('shots', Number(rows[3]?.seq));
    expect(inJournal?.shot).toMatchObject({ id: rows[3]?.shot_id, shotNumber: 4 });
  });

  it('brings a shot again of which something was said later', async () => {
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(`SELECT count(*) AS n, count(DISTINCT seq) AS seqs FROM read_parquet('${folder}/shots/**/*.parquet', hive_partitioning = true)`);
    expect(reader.getRowObjectsJson()).toEqual([{ n: '62', seqs: '61' }]);
  });

  it('answers the documented query, by DuckDB, as it is counted by hand', async () => {
    const documented = readFileSync(join(root, 'docs/exports.md'), 'utf8');
    const blocks = [...documented.matchAll(/```sql duckdb\n([\s\S]*?)```/g)].map((match) => (match[1] ?? '').replaceAll('/data/', `${folder}/`));
    expect(blocks.length).toBeGreaterThanOrEqual(2);
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    let rows: Record<string, unknown>[] = [];
    for (const block of blocks) rows = (await connection.runAndReadAll(block)).getRowObjectsJson();
    // Line 1, first day: inspected n = 4, 8 ... 40 and, later, the first shot. Flagged and inspected: 12, 24, 36 (24 is defective).
    const first = rows.find((row) => String(row.date).startsWith('2026-03-02'));
    expect(first).toMatchObject({ line: 'Line-1', shots: '40', inspected: '11', flagged_inspected: '3', flagged_defective: '1' });
  });
});

describe('training file', () => {
  it.skipIf(!existsSync(python))('is read by the training as it is', async () => {
    const { files, summary } = await run({ kind: 'training' });
    const name = Object.keys(files).find((file) => file.endsWith('.csv')) ?? '';
    const path = join(folder, 'training.csv');
    writeFileSync(path, files[name] ?? '');
    const { stdout, stderr } = spawnSync(
      python,
      ['-c', 'import sys; from pathlib import Path; from castwatch_training.dataset import load_dataset as d; s = d(Path(sys.argv[1])); print(len(s), s.y.sum(), s.process_id[0], s.X[0, 2], len(set(s.run)), s.defects.sum())', path],
      { cwd: join(root, 'training'), encoding: 'utf8' },
    );
    // 14 inspected by the schedule (60 is of the demo) and the one said later; 8, 16 ... 56 and the latter are defective.
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(`${summary.shots} 8 1 1.2 2 8`);
    expect(summary.shots).toBe(15);
  });
});

describe('the name of a line in a path', () => {
  it('holds nothing that a path or a partition would misread', () => {
    expect(partitionName('라인 1')).toBe('라인-1');
    expect(partitionName('../a=b')).toBe('a-b');
    expect(partitionName(' ')).toBe('line-1');
  });
});
