/** Runs the tests of the mutated files, and fails unless every branch of these is covered. */
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { ROOT } from '../run/imports.ts';
import { SOURCES, TESTS } from './targets.ts';

const { status } = spawnSync(
  process.execPath,
  [
    '--import',
    './test/mutation/globals.ts',
    '--test',
    '--test-reporter=dot',
    '--experimental-test-coverage',
    '--test-coverage-branches=100',
    ...SOURCES.map((file) => `--test-coverage-include=${file}`),
    ...TESTS,
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
