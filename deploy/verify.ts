/** Fetches every file of a release as a browser would and says what is not as it should be. */
import type { Patience } from './edge-cache.ts';
import { fileClass, securityHeaders } from './headers.ts';
import { sha256, type StoredFile } from './release-folder.ts';

/** What was found of one file. */
export interface Finding {
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly encoding: string;
  readonly cache: string;
  readonly bytes: number;
  readonly stored: number;
  /** What is not as it should be; empty when all is well. */
  readonly wrong: readonly string[];
}

const FETCHES_AT_ONCE = 6;
/** An edge may need a moment after a switch. */
const PATIENCE: Patience = { tries: 4, pause: 1500 };

/** Checks files at a site, and that a file that is not there is a 404 without a page in its place. */
export async function verify(url: string, files: readonly StoredFile[], patience = PATIENCE): Promise<Finding[]> {
  const findings: Finding[] = [];
  const waiting = [...files];
  await Promise.all(
    Array.from({ length: FETCHES_AT_ONCE }, async () => {
      for (let file = waiting.shift(); file; file = waiting.shift()) findings.push(await patiently(url, file, patience));
    }),
  );
  findings.push(await missing(url));
  return findings.sort((one, other) => one.path.localeCompare(other.path));
}

async function patiently(url: string, file: StoredFile, { tries, pause }: Patience): Promise<Finding> {
  for (let attempt = 1; ; attempt += 1) {
    const finding = await check(url, file);
    if (finding.wrong.length === 0 || attempt === tries) return finding;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function check(url: string, file: StoredFile): Promise<Finding> {
  const address = new URL(file.path, url);
  let response: Response;
  let content: Buffer;
  try {
    response = await fetch(address, { headers: { 'accept-encoding': 'br' }, redirect: 'error' });
    content = Buffer.from(await response.arrayBuffer());
  } catch (thrown) {
    const cause = (thrown as Error).cause instanceof Error ? `: ${((thrown as Error).cause as Error).message}` : '';
    return { path: file.path, status: 0, type: '', encoding: '', cache: '', bytes: 0, stored: file.stored, wrong: [`${(thrown as Error).message}${cause}`] };
  }
  const got = (name: string): string => response.headers.get(name) ?? '';
  const wrong: string[] = [];
  const compare = (what: string, is: string | number, should: string | number): void => {
    if (is !== should) wrong.push(`${what} is ${is === '' ? 'missing' : is}, not ${should === '' ? 'missing' : should}`);
  };
  compare('status', response.status, 200);
  compare('length', content.length, file.bytes);
  compare('sha256', sha256(content), file.sha256);
  compare('Content-Type', got('content-type'), file.type);
  compare('Content-Encoding', got('content-encoding'), file.encoding ?? '');
  compare('Cache-Control', got('cache-control'), file.cache);
  const expected = securityHeaders({ tls: address.protocol === 'https:', fileClass: fileClass(`/${file.path}`) });
  for (const [name, value] of Object.entries(expected)) compare(name, got(name), value);
  return {
    path: file.path,
    status: response.status,
    type: got('content-type'),
    encoding: got('content-encoding'),
    cache: got('cache-control'),
    bytes: content.length,
    stored: file.stored,
    wrong,
  };
}

async function missing(url: string): Promise<Finding> {
  const path = 'models/no-such-bundle-0.0.0/boosting.onnx';
  const response = await fetch(new URL(path, url)).catch(() => null);
  const type = response?.headers.get('content-type') ?? '';
  const cache = response?.headers.get('cache-control') ?? '';
  const wrong: string[] = [];
  if (response?.status !== 404) wrong.push(`a missing file has status ${response?.status ?? 0}, not 404`);
  if (type.startsWith('text/html') && (await response?.text())?.includes('castwatch-build')) wrong.push('a missing file is answered with the app');
  if (cache.includes('immutable')) wrong.push('a missing file is remembered');
  return { path: '(a missing model)', status: response?.status ?? 0, type, encoding: '', cache, bytes: 0, stored: 0, wrong };
}
