/** What must be true before anything is sent: a clean tree, green tests of that very commit, and signatures of a key that is no development key. */
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify as verifySignature } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RELEASE_FILE, RELEASE_SIGNATURE } from '../src/domain/release.ts';
import { ReleaseError } from './release-error.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const DEVELOPMENT_KEYS = ['training/keys/development.public.pem', 'deploy/keys/development.public.pem'];

const git = (folder: string, ...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();

/** The commit of a checkout without uncommitted changes. */
export function cleanCommit(folder = root): string {
  const changed = git(folder, 'status', '--porcelain');
  if (changed !== '') throw new ReleaseError(`There are uncommitted changes:\n${changed}`, 'Commit them, or put them aside.');
  return git(folder, 'rev-parse', 'HEAD');
}

const testedFile = (folder: string): string => join(folder, 'node_modules/.cache/castwatch-tested');

/** Notes that every check of `npm test` passed. It counts for the commit alone: with uncommitted changes nothing is noted. */
export function rememberTested(folder = root): void {
  if (git(folder, 'status', '--porcelain') !== '') return;
  mkdirSync(dirname(testedFile(folder)), { recursive: true });
  writeFileSync(testedFile(folder), git(folder, 'rev-parse', 'HEAD'));
}

/** Fails unless `npm test` passed as a whole for the commit. */
export function checkTested(commit: string, folder = root): void {
  let tested: string | undefined;
  try {
    tested = readFileSync(testedFile(folder), 'utf8');
  } catch {
    tested = undefined;
  }
  if (tested !== commit) {
    throw new ReleaseError(`The tests have not passed for commit ${commit.slice(0, 8)}${tested === undefined ? '' : ` (last: ${tested.slice(0, 8)})`}`, 'Run npm test.');
  }
}

/** The public keys that a build trusts, as PEM. */
export interface Keys {
  /** Of the release manifest. */
  readonly release: string;
  /** Of the model manifest. */
  readonly models: string;
}

/** The keys named in the environment (CASTWATCH_RELEASE_PUBLIC_KEY, CASTWATCH_PUBLIC_KEY), which the build takes in too. */
export function releaseKeys(): Keys {
  const [models, release] = (['CASTWATCH_PUBLIC_KEY', 'CASTWATCH_RELEASE_PUBLIC_KEY'] as const).map((name) => {
    const file = process.env[name];
    if (file === undefined) throw new ReleaseError(`${name} is not set`, "Name the file of the plant's public key (docs/hosting.md, keys).");
    try {
      return readFileSync(new URL(file, `file://${root}`), 'utf8');
    } catch {
      throw new ReleaseError(`${name}: there is no file ${file}`, "Name the file of the plant's public key (docs/hosting.md, keys).");
    }
  }) as [string, string];
  return { models, release };
}

/** Fails when a manifest of a built folder is not signed with its key, or a key is one that everybody has. */
export function checkSignatures(folder: string, keys: Keys): void {
  const known = DEVELOPMENT_KEYS.map((file) => fingerprint(readFileSync(join(root, file), 'utf8')));
  for (const [what, file, signature, key, todo] of [
    ['release manifest', RELEASE_FILE, RELEASE_SIGNATURE, keys.release, 'CASTWATCH_RELEASE_KEY has to name the private half of CASTWATCH_RELEASE_PUBLIC_KEY.'],
    ['model manifest', 'models/manifest.json', 'models/manifest.sig', keys.models, 'Sign it with the private half of CASTWATCH_PUBLIC_KEY (castwatch-train sign), and commit.'],
  ] as const) {
    if (known.includes(fingerprint(key))) {
      throw new ReleaseError(`The key of the ${what} is a development key: its private half is in the repository`, "Name the plant's own key (docs/hosting.md, keys).");
    }
    const content = readFileSync(join(folder, file));
    const lines = readFileSync(join(folder, signature), 'utf8').split(/\s+/).filter(Boolean);
    if (!lines.some((line) => verifySignature('sha256', content, { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(line, 'base64')))) {
      throw new ReleaseError(`The ${what} is not signed with its key`, todo);
    }
  }
}

function fingerprint(pem: string): string {
  return createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('base64');
}
