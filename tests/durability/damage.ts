import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Act } from './play.ts';

/** Enough to fill a segment, so that there are a full one and one in use. */
const SHOTS = 26_000;

/** Files of a profile below a folder whose name fits, the largest first. */
function filesIn(profile: string, folder: RegExp, name: RegExp): string[] {
  const found: string[] = [];
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (folder.test(at) && name.test(entry.name)) found.push(path);
    }
  };
  walk(join(profile, 'Default'));
  return found.sort((a, b) => statSync(b).size - statSync(a).size);
}

const database = (profile: string, name: RegExp): string[] => filesIn(profile, /IndexedDB\/.*\.leveldb$/, name);
const segments = (profile: string): string[] => filesIn(profile, /File System\/\d+\/t\/\d+$/, /^\d+$/);
const directoryIndex = (profile: string, name: RegExp): string[] => filesIn(profile, /File System\/\d+\/t\/Paths$/, name);

function flip(path: string | undefined, share = 0.5): void {
  const bytes = readFileSync(path ?? '');
  const at = Math.floor(bytes.length * share);
  bytes[at] = (bytes[at] ?? 0) ^ 0x40;
  writeFileSync(path ?? '', bytes);
}

function cut(path: string | undefined, share: number): void {
  truncateSync(path ?? '', Math.floor(statSync(path ?? '').size * share));
}

/** A segment in use is full of zeros behind its records: damage goes where the records are. */
const usedSegments = (profile: string): string[] => segments(profile).filter((path) => readFileSync(path).subarray(0, 8).toString() === 'CWSEG001');

interface Harm {
  readonly name: string;
  readonly harm: (profile: string) => void;
  /** Only for the full run. */
  readonly long?: boolean;
}

export const HARMS: readonly Harm[] = [
  { name: 'IndexedDB: a table flipped', harm: (p) => { flip(database(p, /\.ldb$/)[0]); }, long: true },
  { name: 'IndexedDB: a table truncated', harm: (p) => { cut(database(p, /\.ldb$/)[0], 0.5); } },
  { name: 'IndexedDB: a table deleted', harm: (p) => { rmSync(database(p, /\.ldb$/)[0] ?? ''); }, long: true },
  { name: 'IndexedDB: the log flipped', harm: (p) => { flip(database(p, /\.log$/)[0], 0.3); }, long: true },
  { name: 'IndexedDB: the log truncated', harm: (p) => { cut(database(p, /\.log$/)[0], 0.5); }, long: true },
  { name: 'IndexedDB: the log deleted', harm: (p) => { rmSync(database(p, /\.log$/)[0] ?? ''); }, long: true },
  { name: 'IndexedDB: the manifest flipped', harm: (p) => { flip(database(p, /^MANIFEST/)[0]); }, long: true },
  { name: 'IndexedDB: the manifest truncated', harm: (p) => { cut(database(p, /^MANIFEST/)[0], 0.3); }, long: true },
  { name: 'IndexedDB: the manifest deleted', harm: (p) => { rmSync(database(p, /^MANIFEST/)[0] ?? ''); }, long: true },
  { name: 'IndexedDB: CURRENT deleted', harm: (p) => { rmSync(database(p, /^CURRENT$/)[0] ?? ''); }, long: true },
  { name: 'IndexedDB: the whole folder deleted', harm: (p) => { rmSync(join(p, 'Default', 'IndexedDB'), { recursive: true }); } },
  { name: 'OPFS: a full segment flipped', harm: (p) => { flip(usedSegments(p)[0], 0.4); } },
  { name: 'OPFS: a full segment truncated', harm: (p) => { cut(usedSegments(p)[0], 0.5); }, long: true },
  { name: 'OPFS: a full segment deleted', harm: (p) => { rmSync(usedSegments(p)[0] ?? ''); }, long: true },
  { name: 'OPFS: the segment in use flipped', harm: (p) => { flip(usedSegments(p).at(-1), 0.01); }, long: true },
  { name: 'OPFS: the segment in use cut to nothing', harm: (p) => { cut(usedSegments(p).at(-1), 0); }, long: true },
  { name: 'OPFS: every segment full of rubbish', harm: (p) => { for (const path of usedSegments(p)) writeFileSync(path, Buffer.alloc(statSync(path).size, 0x43)); }, long: true },
  { name: 'OPFS: its directory index flipped', harm: (p) => { flip(directoryIndex(p, /\.(log|ldb)$/)[0]); }, long: true },
  { name: 'OPFS: its directory index deleted', harm: (p) => { rmSync(join(directoryIndex(p, /^CURRENT$/)[0] ?? '', '..'), { recursive: true }); }, long: true },
  { name: 'OPFS: everything deleted', harm: (p) => { rmSync(join(p, 'Default', 'File System'), { recursive: true }); } },
];

/** Storage files of the browser are damaged in turn between two starts; the other copy brings everything back. */
export const damagedFiles: Act = {
  name: 'Damaged storage files',
  async play({ stage, short, note }) {
    const healthy = stage.profile('healthy');
    const author = await stage.launch(healthy);
    const { acknowledged } = await author.page.evaluate((count) => window.harness.fill(1, count), SHOTS);
    await author.close();

    const failures: string[] = [];
    const healed: Record<string, string> = {};
    for (const { name, harm, long } of HARMS) {
      if (short && long) continue;
      note(name);
      const profile = stage.profile('damaged');
      rmSync(profile, { recursive: true, force: true });
      cpSync(healthy, profile, { recursive: true });
      harm(profile);
      const actor = await stage.launch(profile);
      const status = await actor.page.evaluate(() => window.harness.checked()).catch((thrown: unknown) => String(thrown));
      if (typeof status === 'string') {
        failures.push(`${name}: ${status}`);
        await actor.kill();
        continue;
      }
      const [database, log] = await actor.page.evaluate(async () => [await window.harness.database(), await window.harness.log()] as const);
      await actor.close();
      const inDatabase = new Set(database.shots);
      const inLog = new Set(log.shots);
      const missing = Array.from({ length: acknowledged }, (_, i) => i + 1).filter((n) => !inDatabase.has(n) || !inLog.has(n));
      const whole = missing.length === 0 && database.wrong.length === 0 && log.wrong.length === 0 && database.lost.length === 0;
      if (!whole) failures.push(`${name}: ${missing.length} missing, ${database.wrong.length + log.wrong.length} wrong, ${database.lost.length} claimed lost`);
      healed[name] = [...new Set(status.repairs.map(({ what }) => what))].join(', ') || 'nothing to repair';
    }

    note('both copies of the same records');
    const twice = stage.profile('twice');
    cpSync(healthy, twice, { recursive: true });
    const [segment] = usedSegments(twice);
    if (!existsSync(segment ?? '')) throw new Error('no segment');
    rmSync(segment ?? '');
    rmSync(join(twice, 'Default', 'IndexedDB'), { recursive: true });
    const actor = await stage.launch(twice);
    await actor.page.evaluate(() => window.harness.checked());
    const [database, log] = await actor.page.evaluate(async () => [await window.harness.database(), await window.harness.log()] as const);
    await actor.close();
    const all = new Set(database.seqs);
    const missing = Array.from({ length: Math.max(...database.seqs) }, (_, i) => i + 1).filter((seq) => !all.has(seq));
    const named = database.lost.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
    const exact = missing.length > 0 && JSON.stringify(missing) === JSON.stringify(named) && JSON.stringify(log.seqs) === JSON.stringify(database.seqs);
    if (!exact) failures.push(`both copies: ${missing.length} missing, ${named.length} named`);

    return {
      passed: failures.length === 0,
      figures: { shots: acknowledged, kinds: Object.keys(healed).length, failures, healed, both_gone: { missing: missing.length, named: named.length } },
    };
  },
};
