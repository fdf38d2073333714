/** What npm reads of this repository. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite, test } from 'node:test';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Lock {
  readonly packages: Readonly<
    Record<string, { readonly resolved?: string; readonly optionalDependencies?: object }>
  >;
}

suite('the lock file', () => {
  const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as Lock;

  test('holds every package that package.json asks for, so that npm ci works', () => {
    // Reads the lock file alone: nothing is fetched, and nothing is installed.
    execFileSync('npm', ['ci', '--dry-run', '--offline', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  });

  test('holds the binaries of every platform, whichever it was written on', () => {
    const missing = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in lock.packages),
      ),
    );
    assert.deepEqual(missing, []);
  });

  test('leaves open from which registry packages come', () => {
    const urls = Object.values(lock.packages).flatMap(({ resolved = '' }) =>
      resolved.includes('://') ? [resolved] : [],
    );
    assert.deepEqual(urls, []);
  });
});
