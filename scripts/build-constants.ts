import { readFileSync } from 'node:fs';
import { MINIMUM_SEQUENCE } from '../deploy/release-policy.ts';

const root = new URL('../', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };

/** The manifest must be signed with this key; a release names its own public key's file in the environment. */
const publicKeyFile = process.env.CASTWATCH_PUBLIC_KEY ?? 'training/keys/development.public.pem';

/** The release manifest must be signed with this one (docs/security.md). */
const releaseKeyFile = process.env.CASTWATCH_RELEASE_PUBLIC_KEY ?? 'deploy/keys/development.public.pem';

/** What the service worker's build knows as constants (declared in src/sw/constants.d.ts). */
export const WORKER_CONSTANTS: Record<string, string> = {
  __RELEASE_PUBLIC_KEY__: JSON.stringify(readFileSync(new URL(releaseKeyFile, root), 'utf8')),
  __MINIMUM_SEQUENCE__: JSON.stringify(MINIMUM_SEQUENCE),
  __TRIAL_SECONDS__: '90',
};

/** What a build knows as constants (declared in src/app.d.ts). */
export const BUILD_CONSTANTS: Record<string, string> = {
  __APP_VERSION__: JSON.stringify(version),
  __MANIFEST_PUBLIC_KEY__: JSON.stringify(readFileSync(new URL(publicKeyFile, root), 'utf8')),
};
