/**
 * `npm run release:sign -- [--folder dist] [--sequence N] [--share 0.1] [--models]`: signs what lies in a built app's folder anew: for
 * a larger share of the fleet, with another number, or (`--models`) with other models beside the same app.
 */
import { parseArgs } from 'node:util';
import { releaseBytes, releaseFiles } from '../src/domain/release.ts';
import { writeRelease } from './release-manifest.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: 'dist' },
    sequence: { type: 'string' },
    share: { type: 'string' },
    models: { type: 'boolean', default: false },
  },
});
const manifest = await writeRelease(values.folder, {
  ...(values.sequence === undefined ? {} : { sequence: Number(values.sequence) }),
  ...(values.share === undefined ? {} : { share: Number(values.share) }),
  modelsOnly: values.models,
});
const { app, models, share } = manifest;
console.log(
  `app ${app.version} (${app.sequence}, build ${app.build}), models ${models.sequence}: ` +
    `${releaseFiles(manifest).length} files, ${releaseBytes(manifest)} bytes, for ${share * 100} % of the fleet`,
);
