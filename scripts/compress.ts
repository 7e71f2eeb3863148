/** `npm run compress`: compresses the built app ahead for its host and says what a first visit weighs. */
import { compressBuild } from './wire-size.ts';

/** What a first visit may weigh with the `field` bundle, and our own JavaScript of it. */
const BUDGET = { total: 2_800_000, javascript: 250_000 };

const size = await compressBuild();
for (const { path, raw, wire } of [...size.files].sort((a, b) => b.wire - a.wire)) {
  console.log(`${String(wire).padStart(9)}  ${String(raw).padStart(9)}  ${path}`);
}
for (const part of ['total', 'javascript'] as const) {
  const within = size[part] <= BUDGET[part];
  console.log(`${String(size[part]).padStart(9)}  ${part} (budget ${BUDGET[part]}${within ? '' : ': exceeded'})`);
  if (!within) process.exitCode = 1;
}
