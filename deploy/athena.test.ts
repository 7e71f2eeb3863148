/** The queries of athena.sql, carried out by DuckDB over logs in the folders that edge.yaml has them delivered to. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseTemplate } from './template.ts';

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');
const statements = read('athena.sql')
  .replace(/^--.*$/gm, '')
  .split(';')
  .map((text) => text.trim())
  .filter(Boolean);
const table = statements[0] ?? '';
const queries = statements.slice(1);
const columns = [...table.slice(0, table.indexOf('PARTITIONED')).matchAll(/`(\w+)` string/g)].map(([, name]) => name!);
const { Properties: delivery } = parseTemplate(read('edge.yaml')).Resources.LogDelivery!;

let home = '';
let connection: DuckDBConnection;

/** A request as the edge writes it down: text, all of it. */
interface Request {
  readonly hour: number;
  readonly c_ip: string;
  readonly cs_uri_stem: string;
  readonly sc_status: string;
  readonly sc_bytes: string;
  readonly x_edge_result_type: string;
}
const asked = (hour: number, station: number, path: string, status: number, bytes: number, result: string): Request => ({
  hour,
  c_ip: `192.0.2.${station}`,
  cs_uri_stem: path,
  sc_status: String(status),
  sc_bytes: String(bytes),
  x_edge_result_type: result,
});
const REQUESTS = [
  asked(7, 1, '/release.json', 200, 4600, 'Miss'),
  asked(7, 1, '/release.json', 304, 400, 'RefreshHit'),
  asked(7, 2, '/release.json', 304, 400, 'RefreshHit'),
  asked(8, 1, '/release.json', 304, 400, 'RefreshHit'),
  asked(8, 1, '/assets/index-1.js', 200, 40_000, 'Miss'),
  asked(8, 2, '/assets/index-1.js', 200, 40_000, 'Hit'),
  asked(8, 2, '/models/field-9.9.9/none.onnx', 404, 300, 'Error'),
];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'castwatch-logs-'));
  connection = await (await DuckDBInstance.create()).connect();
  // The bucket as the delivery fills it: LOCATION, then one folder an hour.
  const location = /LOCATION 's3:\/\/LOG_BUCKET\/([^']+)'/.exec(table)?.[1] ?? '';
  for (const hour of new Set(REQUESTS.map((request) => request.hour))) {
    const folder = join(home, location, `year=2026/month=11/day=26/hour=${String(hour).padStart(2, '0')}`);
    mkdirSync(folder, { recursive: true });
    const rows = REQUESTS.filter((request) => request.hour === hour).map((request) => {
      const values = columns.map((name) => `'${name in request ? request[name as keyof Request] : '-'}' AS "${name}"`);
      return `SELECT ${values.join(', ')}`;
    });
    await connection.run(`COPY (${rows.join(' UNION ALL ')}) TO '${folder}/log.parquet' (FORMAT parquet)`);
  }
  await connection.run(`CREATE VIEW castwatch_access AS SELECT * FROM read_parquet('${home}/${location}**/*.parquet', hive_partitioning = true, hive_types = {year: INT, month: INT, day: INT, hour: INT})`);
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Rows of a query as text. */
async function ask(query: string | undefined): Promise<string[][]> {
  const rows = (await connection.runAndReadAll(query ?? '')).getRows();
  return rows.map((row) => row.map(String));
}

it('the table has the fields that the edge delivers, by the names they have in Parquet', () => {
  const fields = (delivery.RecordFields as string[]).map((field) => field.toLowerCase().replace(/\)$/, '').replace(/[^a-z]+/g, '_'));
  expect(columns).toEqual(fields);
});

it('its partitions are the folders of the delivery', () => {
  const hive = (delivery.S3SuffixPath as string)
    .replace('{DistributionId}', 'DistributionId=DISTRIBUTION')
    .replace('{yyyy}/{MM}/{dd}/{HH}', 'year=${year}/month=${month}/day=${day}/hour=${hour}');
  expect(delivery.S3EnableHiveCompatiblePath).toBe(true);
  expect(table).toContain(`'storage.location.template' = 's3://LOG_BUCKET/AWSLogs/aws-account-id=ACCOUNT/CloudFront/${hive}/'`);
  expect(table).toContain('PARTITIONED BY (`year` int, `month` int, `day` int, `hour` int)');
});

it('what was missed, who asked, and what the edge answered by itself', async () => {
  expect(queries).toHaveLength(3);
  const [missed, alive, bytes] = await Promise.all([ask(queries[0]), ask(queries[1]), ask(queries[2])]);
  expect(missed).toEqual([['/models/field-9.9.9/none.onnx', '404', '1']]);
  expect(alive).toEqual([
    ['7', '2', '3'],
    ['8', '1', '1'],
  ]);
  expect(bytes.map(([kind, sum, share]) => [kind, sum, Number(share)])).toEqual([
    ['.js', '80000', 0.5],
    ['.json', '5800', 0.75],
    ['.onnx', '300', 0],
  ]);
});
