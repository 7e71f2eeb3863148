/**
 * What `npm test` runs once everything is installed (scripts/test.mjs): every check of the project in turn. One that fails does not keep the others from running.
 * The last line is `N passed, N failed`; exit status 1 when anything failed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rememberTested } from '../deploy/checks.ts';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** One command. `count` reads the report it wrote; without it the command counts as one test. */
interface Step {
  readonly part: 'app' | 'training' | 'both';
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly count?: () => Count;
  /** Why it cannot run here; undefined when it can. */
  readonly impossible?: string | undefined;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'castwatch-test-'));
const report = (name: string): string => join(reports, name);
const training = join(root, 'training');
const python = join(training, '.venv/bin/python');
const noPython = existsSync(python) ? undefined : 'training/.venv is not there (see training/README.md)';

const vitest = (project: string): Step => ({
  part: 'app',
  name: `${project} tests`,
  command: ['npx', 'vitest', 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report(project)}`],
  count: () => vitestCount(report(project)),
});

const STEPS: readonly Step[] = [
  { part: 'app', name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
  { part: 'app', name: 'types', command: ['npm', 'run', '--silent', 'check'] },
  vitest('unit'),
  vitest('component'),
  { part: 'app', name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { part: 'app', name: 'size', command: ['npm', 'run', '--silent', 'compress'] },
  { ...vitest('deploy'), impossible: existsSync(join(root, 'deploy/.venv/installed.txt')) ? undefined : 'deploy/.venv is not there (deploy/setup.sh)' },
  {
    part: 'app',
    name: 'end-to-end tests',
    command: ['npx', 'playwright', 'test'],
    count: () => playwrightCount(report('e2e')),
  },
  { part: 'app', name: 'releases', command: ['npm', 'run', '--silent', 'release-proof', '--', '--short'] },
  { part: 'app', name: 'durability', command: ['npm', 'run', '--silent', 'durability', '--', '--short', '--only', 'kill,power,quota,worker,clock'] },
  { part: 'training', name: 'ruff check', command: [python, '-m', 'ruff', 'check', '.'], cwd: training, impossible: noPython },
  { part: 'training', name: 'ruff format', command: [python, '-m', 'ruff', 'format', '--check', '.'], cwd: training, impossible: noPython },
  { part: 'training', name: 'mypy', command: [python, '-m', 'mypy'], cwd: training, impossible: noPython },
  {
    part: 'training',
    name: 'pytest',
    command: [python, '-m', 'pytest', '-q', '-n', 'auto', `--junitxml=${report('pytest')}`],
    cwd: training,
    count: () => junitCount(report('pytest')),
    impossible: noPython,
  },
  { part: 'both', name: 'parity', command: ['npm', 'run', '--silent', 'parity'], impossible: noPython },
];

function vitestCount(path: string): Count {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(path, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numFailedTestSuites: number;
  };
  // A file that cannot even be collected fails as a suite without a test.
  return { passed: numPassedTests, failed: numFailedTests || numFailedTestSuites };
}

function playwrightCount(path: string): Count {
  const { stats, errors } = JSON.parse(readFileSync(path, 'utf8')) as {
    stats: { expected: number; unexpected: number; flaky: number };
    errors: unknown[];
  };
  // A test that passes only when it is run again has failed.
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
}

function junitCount(path: string): Count {
  const suites = [...readFileSync(path, 'utf8').matchAll(/<testsuite [^>]*>/g)].map(([tag]) => tag);
  const sum = (name: string): number =>
    suites.reduce((total, tag) => total + Number(new RegExp(` ${name}="(\\d+)"`).exec(tag)?.[1] ?? 0), 0);
  const failed = sum('failures') + sum('errors');
  return { passed: sum('tests') - failed - sum('skipped'), failed };
}

// Any value of FORCE_COLOR, also 0, colours what Python's tools print.
const { FORCE_COLOR: _, ...inherited } = process.env;
const env = { ...inherited, PLAYWRIGHT_JSON_OUTPUT_FILE: report('e2e'), NO_COLOR: '1' };

function run({ name, command, cwd, count }: Step): Count {
  console.log(`\n== ${name}`);
  const [program = '', ...args] = command;
  const { status } = spawnSync(program, args, {
    cwd: cwd ?? root,
    stdio: 'inherit',
    env,
  });
  if (!count) return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  try {
    const counted = count();
    // A run may also end badly beside its tests: an unhandled error, a report cut short.
    return status !== 0 && counted.failed === 0 ? { passed: counted.passed, failed: 1 } : counted;
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const part = process.argv[2];
if (part !== undefined && part !== 'app' && part !== 'training') {
  console.error('usage: npm test [-- app|training]');
  process.exit(2);
}
const steps = STEPS.filter((step) => part === undefined || step.part === part);
const total = { passed: 0, failed: 0 };
const lines: string[] = [];
for (const step of steps) {
  if (step.impossible !== undefined) {
    lines.push(`${step.name}: skipped, ${step.impossible}`);
    continue;
  }
  const { passed, failed } = run(step);
  total.passed += passed;
  total.failed += failed;
  lines.push(`${step.name}: ${passed} passed, ${failed} failed`);
}
rmSync(reports, { recursive: true, force: true });
console.log(`\n${lines.join('\n')}\n${total.passed} passed, ${total.failed} failed`);
// A release asks for it (deploy/checks.ts).
if (part === undefined && total.failed === 0 && STEPS.every(({ impossible }) => impossible === undefined)) rememberTested();
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
