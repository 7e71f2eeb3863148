/**
 * `npm run durability [-- --short] [--only kill,power,...] [--json FILE]`: does to the journal, in a real browser, what a
 * shop floor does to a tablet, and counts what is lost.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { acts } from '../tests/durability/acts.ts';
import { Skipped, type Outcome } from '../tests/durability/play.ts';
import { Stage } from '../tests/durability/stage.ts';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
  },
});

const wanted = values.only?.split(',') ?? Object.keys(acts);
const unknown = wanted.filter((name) => !(name in acts));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are: ${Object.keys(acts).join(', ')}`);
  process.exit(2);
}

const stage = await Stage.set();
const results: Record<string, Outcome | { skipped: string }> = {};
let failed = false;
try {
  for (const key of wanted) {
    const act = acts[key as keyof typeof acts];
    console.log(`\n${act.name}`);
    try {
      const outcome = await act.play({
        stage,
        short: values.short,
        note: (text) => {
          process.stdout.write(process.stdout.isTTY ? `\r\x1b[K  ${text}` : `  ${text}\n`);
        },
      });
      if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
      results[key] = outcome;
      failed ||= !outcome.passed;
      console.log(`  ${outcome.passed ? 'passed' : 'FAILED'}  ${JSON.stringify(outcome.figures)}`);
    } catch (thrown) {
      if (!(thrown instanceof Skipped)) throw thrown;
      results[key] = { skipped: thrown.message };
      console.log(`  skipped: ${thrown.message}`);
    }
    // After each act: a run of an hour that is cut short has not been for nothing.
    if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
  }
} finally {
  await stage.strike();
}
process.exitCode = failed ? 1 : 0;
