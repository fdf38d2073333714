/**
 * `npm test`: types and style, then the tests in three lanes, side by side, but for those that take
 * longest, which are left to CI. `npm test -- tokens` runs the files of tests with `tokens` in their path,
 * or the one that has this path; `npm run test:changed` those that import what git says has changed,
 * and the mutation tests if it is a file that these mutate; `npm run test:worker` and its like one suite.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { SOURCES, TESTS } from '../mutation/targets.ts';
import { importsOf, ROOT } from './imports.ts';
import { guessedSeconds, isLeftToCI, isOfScale, named, reached, SLOW, THOROUGH } from './select.ts';
import { keptTimes } from './times.ts';

type SuiteName = 'worker' | 'widget' | 'e2e' | 'docs' | 'others';

/** Files of tests that have a command in common. */
interface Suite {
  readonly files: RegExp;
  readonly commandFor: (files: readonly string[]) => readonly string[];
}

/** Builds the page's files once for all files of tests that serve them. */
const SETUP = '--test-global-setup=./test/run/built-page.ts';
const REPORTERS = ['spec', './test/run/node-times.ts'].flatMap((name) => [
  `--test-reporter=${name}`,
  '--test-reporter-destination=stdout',
]);
const node = (...options: readonly string[]) => ['node', '--test', ...options, ...REPORTERS];

const SUITES: Readonly<Record<SuiteName, Suite>> = {
  worker: {
    files: /^test\/worker\//,
    commandFor: (files) => [...node('--test-concurrency=2'), ...files],
  },
  widget: {
    files: /^test\/widget\//,
    commandFor: (files) => ['wtr', ...files.flatMap((file) => ['--files', file])],
  },
  e2e: {
    files: /^test\/e2e\//,
    commandFor: (files) => [...node('--test-concurrency=2', SETUP), ...files],
  },
  docs: {
    files: /^test\/docs\/[^/]+$/,
    commandFor: (files) => [...node('--test-concurrency=1', SETUP), ...files],
  },
  // Those that only CI runs, or whoever names them.
  others: {
    files: /^test\/(?!worker\/|widget\/|e2e\/|docs\/[^/]+$)/,
    commandFor: (files) => [...node('--test-concurrency=1'), ...files],
  },
};

/**
 * Each lane runs its suites in turn. What keeps the processor busy runs beside what mostly waits, and
 * the docs, which build the page's files anew, after those who are served them.
 */
const LANES: readonly (readonly SuiteName[])[] = [['worker'], ['widget'], ['e2e', 'docs']];

/** For tests that import what has changed: a minute, with what it takes to start. */
const BUDGET_SECONDS = 45;
const MUTATION_SECONDS = 15;

/**
 * Each file of tests is a process, and loads what the one before has loaded. With what Node.js compiled
 * then, it starts in three quarters of the time: https://nodejs.org/api/module.html#module-compile-cache
 */
const COMPILED = join(ROOT, 'dist/compile-cache');

const [first, ...rest] = process.argv.slice(2);
if (first === undefined) process.exit((await checked()) || (await inLanes(quickTests())));
else if (first === '--slow') process.exit(await inLanes(SLOW));
else if (first === '--thorough') process.exit(await run(THOROUGH));
else if (first === '--suite') process.exit(await runSuite(rest[0] as SuiteName, usualTests()));
else if (first === '--changed') process.exit(await runChanged());
else process.exit(await run(namedTests([first, ...rest])));

function quickTests(): readonly string[] {
  return allTests().filter((file) => !isLeftToCI(file));
}

function usualTests(): readonly string[] {
  return allTests().filter((file) => !isOfScale(file));
}

async function checked(): Promise<number> {
  const codes = await Promise.all(
    ['types', 'lint'].map((script) => inTurn([[script, ['npm', 'run', '--silent', script]]], true)),
  );
  return Math.max(...codes);
}

/** Runs the files in their lanes; the output of all lanes but the first is shown when they end. */
async function inLanes(files: readonly string[]): Promise<number> {
  const codes = await Promise.all(
    LANES.map((suites, lane) =>
      inTurn(
        suites.flatMap((suite) => {
          const its = filesOf(suite, files);
          return its.length > 0 ? [[suite, SUITES[suite].commandFor(its)] as const] : [];
        }),
        lane > 0,
      ),
    ),
  );
  return Math.max(...codes);
}

type Named = readonly [name: string, command: readonly string[]];

async function inTurn(commands: readonly Named[], isHeldBack: boolean): Promise<number> {
  let worst = 0;
  for (const [name, command] of commands) {
    const startedAt = performance.now();
    const { code, output } = await runProcess(command, isHeldBack);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    console.log(`${output}\n${code === 0 ? '✔' : '✖'} ${name} (${seconds} s)`);
    worst = Math.max(worst, code);
  }
  return worst;
}

/** Runs the files, a suite after the other. @returns the exit code. */
async function run(files: readonly string[]): Promise<number> {
  let worst = 0;
  for (const suite of Object.keys(SUITES) as SuiteName[]) {
    worst = Math.max(worst, await runSuite(suite, files));
  }
  return worst;
}

async function runSuite(suite: SuiteName, files: readonly string[]): Promise<number> {
  const its = filesOf(suite, files);
  return its.length > 0 ? (await runProcess(SUITES[suite].commandFor(its))).code : 0;
}

function filesOf(suite: SuiteName, files: readonly string[]): readonly string[] {
  return files.filter((file) => SUITES[suite].files.test(file));
}

function namedTests(words: readonly string[]): readonly string[] {
  if (words.every((word) => word.endsWith('.test.ts') && existsSync(join(ROOT, word))))
    return words;
  const files = named(words, allTests());
  if (files.length > 0) return files;
  console.error(`No file of tests has ${words.join(' or ')} in its path.`);
  process.exit(1);
}

async function runChanged(): Promise<number> {
  const changed = [
    ...gitLines('diff', '--name-only', 'HEAD'),
    ...gitLines('ls-files', '--others', '--exclude-standard'),
  ];
  const isMutated = [...SOURCES, ...TESTS].some((file) => changed.includes(file));
  const budget = BUDGET_SECONDS - (isMutated ? MUTATION_SECONDS : 0);
  const code = await run(testsOf(changed, budget));
  if (code > 0 || !isMutated) return code;
  console.log('runs the mutation tests, which judge whether tests notice a change there');
  return (await runProcess(['npm', 'run', '--silent', 'mutation'])).code;
}

function testsOf(changed: readonly string[], budgetSeconds: number): readonly string[] {
  const times = keptTimes();
  const { imports } = importsOf('{widget,worker,test}/**/*.ts');
  const guess = guessedSeconds(imports);
  const { chosen, left } = reached(changed, {
    tests: usualTests(),
    imports,
    seconds: (file) => times.get(file) ?? guess(file),
    budgetSeconds,
  });
  if (changed.length === 0) console.log('Git says that nothing has changed.');
  for (const file of chosen) console.log(`runs ${file}`);
  if (left.length > 0) {
    console.log(`leaves ${left.length} files, for which there is no time, to \`npm test\`:`);
    for (const file of left) console.log(`  ${file}`);
  }
  return chosen;
}

function allTests(): readonly string[] {
  return globSync('test/**/*.test.ts', {
    cwd: ROOT,
    exclude: ['**/node_modules/**', 'test/docs/consumer/**', 'test/faults/**', 'test/pictures/**'],
  }).sort();
}

function gitLines(...args: readonly string[]): readonly string[] {
  const text = execFileSync('git', [...args], { cwd: ROOT, encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

function runProcess(
  [command = '', ...args]: readonly string[],
  isHeldBack = false,
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env },
    stdio: isHeldBack ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
