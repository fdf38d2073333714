/** What npm reads of this repository. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, suite, test } from 'node:test';
import { importedPackages } from './imports.ts';
import { scriptTagPage, withScriptTags } from './script-tag.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      {
        readonly resolved?: string;
        readonly link?: boolean;
        readonly integrity?: string;
        readonly optionalDependencies?: object;
        readonly engines?: { readonly node?: string };
      }
    >
  >;
}

interface Manifest {
  readonly homepage: string;
  readonly bugs: string;
  readonly repository: { readonly url: string };
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
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

  for (const name of ['package-lock.json', 'test/docs/consumer/project/package-lock.json']) {
    // npm leaves it out for the binaries of other platforms where node_modules is there already.
    test(`${name} holds the integrity of every package that comes from a registry`, () => {
      const { packages } = JSON.parse(readFileSync(ROOT + name, 'utf8')) as Lock;
      const installed = Object.entries(packages).filter(
        ([path, { link }]) => path.includes('node_modules/') && !link,
      );
      const unchecked = installed.filter(([, { integrity = '' }]) => !integrity.startsWith('sha'));
      assert.ok(installed.length > 50);
      assert.deepEqual(
        unchecked.map(([path]) => path),
        [],
      );
    });
  }
});

suite('package.json', () => {
  const { repository, homepage, bugs, engines } = manifestIn(ROOT);
  const address = repository.url.replace(/^git\+(https:.+)\.git$/, '$1');

  test('leads from the repository’s address to its page and its issues', () => {
    assert.match(address, /^https:\/\/[\w.-]+\/[\w.-]+\/[\w.-]+$/);
    assert.equal(homepage, `${address}#readme`);
    assert.equal(bugs, `${address}/issues`);
  });

  test('and the button that deploys hold that address, and nothing else does', () => {
    const { stdout } = spawnSync('git', ['grep', '-lF', address.replace('https://', '')], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.deepEqual(stdout.trim().split('\n'), ['examples/cloudflare/README.md', 'package.json']);
  });

  test('asks for no older Node.js than a package that it depends on', () => {
    const { packages } = JSON.parse(readFileSync(`${ROOT}package-lock.json`, 'utf8')) as Lock;
    const least = leastVersion(engines.node);
    for (const name of Object.keys(manifestIn(ROOT).dependencies)) {
      const needed = leastVersion(packages[`node_modules/${name}`]?.engines?.node ?? '>=0');
      assert.ok(least >= needed, name);
    }
  });
});

/** The version in a range such as `>=22.12.0`, as one number. */
function leastVersion(range: string): number {
  const [, major, minor = 0] = /^>=\s*(\d+)(?:\.(\d+))?[.\d]*$/.exec(range) ?? [];
  assert.ok(major !== undefined, range);
  return Number(major) * 1000 + Number(minor);
}

suite('the package', () => {
  /** In a folder of this repository, so that what the package depends on is found. */
  let scratch: string;
  let unpacked: string;
  let tarball: string;

  before(async () => {
    await mkdir(`${ROOT}dist`, { recursive: true });
    scratch = await mkdtemp(join(ROOT, 'dist/package-'));
    unpacked = join(scratch, 'node_modules/s3-upload-element');
    await mkdir(unpacked, { recursive: true });
    const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', scratch], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    tarball = join(scratch, packed.trim().split('\n').at(-1) ?? '');
    execFileSync('tar', ['xzf', tarball, '-C', unpacked, '--strip-components=1']);
  });
  after(() => rm(scratch, { recursive: true, force: true }));

  test('holds every file that it exports, and no source, test or secret', () => {
    const { exports } = manifestIn(unpacked);
    const targets = Object.values(exports)
      .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
      .map((target) => target.replace('*', 'de'));
    for (const target of [...targets, 'LICENSE', 'dist/page/s3-upload.licenses.txt']) {
      assert.ok(existsSync(join(unpacked, target)), target);
    }
    for (const name of ['test', 'widget', 'worker', 'wrangler.toml', '.wrangler', '.dev.vars']) {
      assert.ok(!existsSync(join(unpacked, name)), name);
    }
  });

  test('has the bundles that docs/script-tag.md gives the integrity of (npm run docs writes it)', () => {
    const pageFile = (name: string) => readFileSync(join(unpacked, 'dist/page', name));
    const current = withScriptTags({
      's3-upload.all.js': pageFile('s3-upload.all.js'),
      's3-upload.classic.js': pageFile('s3-upload.classic.js'),
    });
    assert.equal(scriptTagPage(), current);
    assert.equal(current.match(/integrity="sha384-/g)?.length, 2);
  });

  test('depends on every package that its modules import, and on no other', async () => {
    const { dependencies, peerDependencies } = manifestIn(unpacked);
    const imported = await importedPackages(join(unpacked, 'dist'));
    assert.deepEqual(
      [...imported].sort(),
      Object.keys({ ...dependencies, ...peerDependencies }).sort(),
    );
  });

  test('passes publint, suggestions included', () => {
    const { status, stdout } = spawnSync('publint', ['--strict', '--level=suggestion', tarball], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
    assert.match(stdout, /All good/);
  });

  test('has types that are right, says attw, for modules of ES', () => {
    const { status, stdout } = spawnSync(
      'attw',
      ['--profile=esm-only', '--format=ascii', '--no-color', tarball],
      { encoding: 'utf8' },
    );
    assert.equal(status, 0, stdout);
    for (const name of Object.keys(manifestIn(unpacked).exports)) {
      assert.ok(stdout.includes(`"${name.replace('.', 's3-upload-element')}"`), name);
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

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

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
import 's3-upload-element/pieces';
import { S3UploadButtonElement } from 's3-upload-element/button';
import { planFor, type Policy } from 's3-upload-element/protocol';
const found = document.querySelector('s3-upload');
found?.addEventListener('upload-failed', ({ error }) => console.warn(error.code, error.message));
export const policy: Policy | undefined = undefined;
export const props: S3UploadProps = { multiple: true };
export const typed: S3UploadElement | null = found;
S3UploadButtonElement.define('my-button');
document.querySelector('s3-upload-zone')?.toggleAttribute('page-wide', true);
export const required: boolean | undefined = document.querySelector('s3-upload-list')?.required;
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
  {
    name: 'server.ts',
    // Hono's own types need it.
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    code: `import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { behindProxies, nodeOptionsFrom, sqliteState, startUpkeep } from 's3-upload-element/node';
import { createSigner } from 's3-upload-element/worker';
const state = await sqliteState('state.sqlite');
const options = nodeOptionsFrom(process.env, state);
const app = new Hono().route('/uploading', createSigner(options));
const asReceived = behindProxies(['loopback']);
serve({ fetch: (request, { incoming }) => app.fetch(asReceived(request, incoming.socket)) });
export const upkeep = startUpkeep(options, state);
`,
  },
];
