/**
 * `npm run compress`: compresses the built app ahead for its host, and says what a first visit weighs (everything that a browser
 * asks for until the line view stands) and, beside it, the whole release with the bundle in use, which a tablet keeps for offline work.
 */
import { firstVisit } from './first-visit.ts';
import { compressBuild, sizeOf } from './wire-size.ts';

/** What a first visit may weigh with the `field` bundle, and our own JavaScript of it, in bytes. */
const BUDGET = { total: 2_800_000, javascript: 250_000 };

const files = await compressBuild();
const visited = new Set(await firstVisit());
const visit = sizeOf(files.filter(({ path }) => visited.has(path)));
const release = sizeOf(files);

const line = (...cells: readonly (string | number)[]): void =>
  console.log(cells.map((cell, i) => (i < 2 ? String(cell).padStart(9) : cell)).join('  '));
line('wire', 'raw', 'file (* first visit)');
for (const { path, raw, wire } of [...files].sort((a, b) => b.wire - a.wire)) line(wire, raw, visited.has(path) ? `* ${path}` : path);
for (const part of ['total', 'javascript'] as const) {
  const within = visit[part] <= BUDGET[part];
  line(visit[part], '', `${part} of a first visit (budget ${BUDGET[part]}${within ? '' : ': exceeded'})`);
  if (!within) process.exitCode = 1;
}
line(release.total, '', 'the whole release with the bundle in use');
line(release.javascript, '', 'its javascript');
