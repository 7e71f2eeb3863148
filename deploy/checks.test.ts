import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSignatures, checkTested, cleanCommit, rememberTested } from './checks.ts';

let folder = '';
const git = (...args: string[]): string => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder, encoding: 'utf8' }).trim();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'castwatch-checks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a checkout', () => {
  beforeEach(() => {
    git('init', '-q');
    writeFileSync(join(folder, '.gitignore'), 'node_modules/\n');
    git('add', '.');
    git('commit', '-qm', 'one');
  });

  it('is released only without uncommitted changes', () => {
    expect(cleanCommit(folder)).toBe(git('rev-parse', 'HEAD'));
    writeFileSync(join(folder, 'new.txt'), 'x');
    expect(() => cleanCommit(folder)).toThrow('There are uncommitted changes:\n?? new.txt');
  });

  it('is released only after its own tests passed', () => {
    const commit = git('rev-parse', 'HEAD');
    expect(() => checkTested(commit, folder)).toThrow('The tests have not passed');
    writeFileSync(join(folder, 'new.txt'), 'x');
    rememberTested(folder);
    expect(() => checkTested(commit, folder)).toThrow('The tests have not passed');
    rmSync(join(folder, 'new.txt'));
    rememberTested(folder);
    checkTested(commit, folder);
    git('commit', '-q', '--allow-empty', '-m', 'two');
    expect(() => checkTested(git('rev-parse', 'HEAD'), folder)).toThrow(`last: ${commit.slice(0, 8)}`);
  });
});

describe('the signatures of a build', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = ({ publicKey }: { publicKey: KeyObject }): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();

  beforeEach(() => {
    mkdirSync(join(folder, 'models'));
    for (const [file, signature] of [['release.json', 'release.sig'], ['models/manifest.json', 'models/manifest.sig']] as const) {
      writeFileSync(join(folder, file), '{}');
      writeFileSync(join(folder, signature), `${sign('sha256', Buffer.from('{}'), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64')}\n`);
    }
  });

  it('have to fit', () => {
    checkSignatures(folder, { release: pem(pair), models: pem(pair) });
    expect(() => checkSignatures(folder, { release: pem(other), models: pem(pair) })).toThrow('The release manifest is not signed with its key');
    writeFileSync(join(folder, 'models/manifest.json'), '{"changed": true}');
    expect(() => checkSignatures(folder, { release: pem(pair), models: pem(pair) })).toThrow('The model manifest is not signed with its key');
  });

  it('must not be of a key that everybody has', () => {
    for (const file of ['../training/keys/development.public.pem', './keys/development.public.pem']) {
      const development = readFileSync(new URL(file, import.meta.url), 'utf8');
      expect(() => checkSignatures(folder, { release: development, models: pem(pair) })).toThrow('The key of the release manifest is a development key');
      expect(() => checkSignatures(folder, { release: pem(pair), models: development })).toThrow('The key of the model manifest is a development key');
    }
  });
});
