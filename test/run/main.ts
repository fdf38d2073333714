/**
 * `npm test`: types and style, then the tests in three lanes, side by side. `npm test -- tokens` runs the
 * files of tests with `tokens` in their path, or the one that has this path, and `npm run test:changed` those that import what git
 * says has changed.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { importsOf, ROOT } from './imports.ts';
import { guessedSeconds, isLeftToCI, named, reached } from './select.ts';
import { keptTimes } from './times.ts';

/**
 * Each lane runs its scripts in turn. What keeps the processor busy runs beside what mostly waits, and
 * the docs, which build the page's files anew, after those who are served them.
 */
const LANES = [['test:worker'], ['test:widget'], ['test:e2e', 'test:docs']] as const;
const CHECKS = [['types'], ['lint']] as const;

/** Tests that start the Worker with the page's files, and what builds them once for all. */
const SERVED = /^test\/(e2e|docs)\//;
const SETUP = '--test-global-setup=./test/run/built-page.ts';

/** For tests that import what has changed: a minute, with what it takes to start. */
const BUDGET_SECONDS = 45;

/**
 * Each file of tests is a process, and loads what the one before has loaded. With what Node.js compiled
 * then, it starts in three quarters of the time: https://nodejs.org/api/module.html#module-compile-cache
 */
const COMPILED = join(ROOT, 'dist/compile-cache');

const [first, ...rest] = process.argv.slice(2);
if (first === undefined) process.exit((await inLanes(CHECKS)) || (await inLanes(LANES)));
else if (first === '--changed') process.exit(await run(changedTests()));
else process.exit(await run(namedTests([first, ...rest])));

/** Runs each lane's scripts in turn; the output of all lanes but the first is shown when they end. */
async function inLanes(lanes: readonly (readonly string[])[]): Promise<number> {
  const codes = await Promise.all(
    lanes.map(async (scripts, lane) => {
      let code = 0;
      for (const script of scripts) code = (await runScript(script, lane > 0)) || code;
      return code;
    }),
  );
  return codes.find((code) => code !== 0) ?? 0;
}

async function runScript(script: string, isHeldBack: boolean): Promise<number> {
  const startedAt = performance.now();
  const { code, output } = await runProcess('npm', ['run', '--silent', script], isHeldBack);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${output}\n${code === 0 ? '✔' : '✖'} npm run ${script} (${seconds} s)`);
  return code;
}

/** Runs files of tests of both kinds. @returns the exit code. */
async function run(files: readonly string[]): Promise<number> {
  const widget = files.filter((file) => file.startsWith('test/widget/'));
  const others = files.filter((file) => !widget.includes(file));
  let code = 0;
  if (others.length > 0) {
    const times = ['spec', './test/run/node-times.ts'].flatMap((name) => [
      `--test-reporter=${name}`,
      '--test-reporter-destination=stdout',
    ]);
    const setup = others.some((file) => SERVED.test(file)) ? [SETUP] : [];
    code = (await runProcess('node', ['--test', ...setup, ...times, ...others])).code;
  }
  if (widget.length > 0) {
    code =
      (
        await runProcess(
          'wtr',
          widget.flatMap((file) => ['--files', file]),
        )
      ).code || code;
  }
  return code;
}

function namedTests(words: readonly string[]): readonly string[] {
  if (words.every((word) => existsSync(join(ROOT, word)))) return words;
  const files = named(words, allTests());
  if (files.length > 0) return files;
  console.error(`No file of tests has ${words.join(' or ')} in its path.`);
  process.exit(1);
}

function changedTests(): readonly string[] {
  const changed = [
    ...gitLines('diff', '--name-only', 'HEAD'),
    ...gitLines('ls-files', '--others', '--exclude-standard'),
  ];
  const times = keptTimes();
  const { imports } = importsOf('{widget,worker,test}/**/*.ts');
  const guess = guessedSeconds(imports);
  const { chosen, left } = reached(changed, {
    tests: allTests().filter((file) => !isLeftToCI(file)),
    imports,
    seconds: (file) => times.get(file) ?? guess(file),
    budgetSeconds: BUDGET_SECONDS,
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
  command: string,
  args: readonly string[],
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
