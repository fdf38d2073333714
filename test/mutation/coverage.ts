/**
 * Runs the tests of the mutated files, and fails unless every branch that can be reached is covered. The
 * others, under one in a hundred, are defaults that TypeScript asks for: docs/mutation.md names them.
 */
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
    '--test-coverage-branches=99',
    ...SOURCES.map((file) => `--test-coverage-include=${file}`),
    ...TESTS,
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
