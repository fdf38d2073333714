/** What npm reads of this repository. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, suite, test } from 'node:test';

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

suite('the package', () => {
  /** In a folder of this repository, so that what the package depends on is found. */
  let scratch: string;
  let unpacked: string;

  before(async () => {
    await mkdir(`${ROOT}dist`, { recursive: true });
    scratch = await mkdtemp(join(ROOT, 'dist/package-'));
    unpacked = join(scratch, 'node_modules/s3-upload-element');
    await mkdir(unpacked, { recursive: true });
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', scratch], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    const tarball = join(scratch, packed.trim().split('\n').at(-1) ?? '');
    execFileSync('tar', ['xzf', tarball, '-C', unpacked, '--strip-components=1']);
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  test('holds every file that it exports, and no source, test or secret', () => {
    const { exports } = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8')) as {
      exports: Record<string, string | Record<string, string>>;
    };
    const targets = Object.values(exports)
      .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
      .map((target) => target.replace('*', 'de'));
    for (const target of targets) assert.ok(existsSync(join(unpacked, target)), target);
    for (const name of ['test', 'widget', 'worker', 'wrangler.toml', '.wrangler', '.dev.vars']) {
      assert.ok(!existsSync(join(unpacked, name)), name);
    }
  });

  for (const module of ['esnext', 'node16', 'nodenext']) {
    test(`has types that are whole, for a project of module ${module}`, async () => {
      const resolution = module === 'esnext' ? 'bundler' : module;
      for (const { name, code, lib, types } of CONSUMERS) {
        await writeFile(join(scratch, name), code);
        const config = {
          compilerOptions: {
            module,
            moduleResolution: resolution,
            target: 'es2022',
            lib,
            types,
            strict: true,
            noEmit: true,
            skipLibCheck: false,
          },
          files: [name],
        };
        await writeFile(join(scratch, 'tsconfig.json'), JSON.stringify(config));
        const { status, stdout } = spawnSync('tsc', ['-p', scratch], { encoding: 'utf8' });
        assert.equal(status, 0, stdout);
      }
    });
  }
});

/** Projects that use each of the package's names. */
const CONSUMERS = [
  {
    name: 'page.ts',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: [],
    code: `import 's3-upload-element';
import 's3-upload-element/i18n/de';
import { Uploader } from 's3-upload-element/core';
import * as element from 's3-upload-element/element';
import type { S3UploadElement, S3UploadProps } from 's3-upload-element/jsx';
import { planFor, type Policy } from 's3-upload-element/protocol';
const found = document.querySelector('s3-upload');
found?.addEventListener('upload-failed', ({ error }) => console.warn(error.code, error.message));
export const policy: Policy | undefined = undefined;
export const props: S3UploadProps = { multiple: true };
export const typed: S3UploadElement | null = found;
export { element, planFor, Uploader };
`,
  },
  {
    name: 'worker.ts',
    lib: ['es2023'],
    types: ['@cloudflare/workers-types'],
    code: `import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { createSigner, createUpkeep, optionsFrom, type Hooks } from 's3-upload-element/worker';
const hooks: Hooks = { finalize: (upload, result) => console.log(upload.owner, result.key) };
const options = { ...optionsFrom(env), hooks };
export const upkeep = createUpkeep(options);
export default new Hono().route('/uploading', createSigner(options));
`,
  },
];
