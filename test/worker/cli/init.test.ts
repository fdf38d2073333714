/** `s3-upload init`: the project that it makes, and what it refuses. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unstable_readConfig } from 'wrangler';
import { SETTINGS } from '../../../worker/config/settings.ts';
import { readSettings } from '../../../worker/cli/settings.ts';
import { runIn } from './setup.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILES = ['.dev.vars.example', '.gitignore', 'package.json', 'wrangler.toml'];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

suite('s3-upload init', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-upload-init-'));
    const { status, output } = await runIn(folder, {}, 'init', 'My uploads');
    assert.equal(status, 0, output);
    for (const file of FILES) assert.ok(output.includes(file), file);
  });
  after(() => rm(folder, { recursive: true }));
  const project = (...path: readonly string[]) => join(folder, 'My uploads', ...path);

  test('makes these files and nothing else', async () => {
    assert.deepEqual((await readdir(project())).sort(), FILES);
  });

  test('asks for the package in its own version, and for what it works with', async () => {
    const own = JSON.parse(await readFile(`${ROOT}package.json`, 'utf8')) as Manifest;
    const made = JSON.parse(await readFile(project('package.json'), 'utf8')) as Manifest;
    const { hono, wrangler } = own.peerDependencies;
    assert.equal(made.name, 'my-uploads');
    assert.deepEqual(made.dependencies, { hono, 's3-upload-element': `^${own.version}` });
    assert.deepEqual(made.devDependencies, { wrangler });
    assert.deepEqual(Object.keys(made.scripts), ['dev', 'setup', 'doctor', 'deploy']);
  });

  test('leads to the table of settings: by the README of the package', async () => {
    const config = await readFile(project('wrangler.toml'), 'utf8');
    const [, readme = ''] =
      /^# .*node_modules\/s3-upload-element\/(\S+) links to the table of settings\.$/m.exec(
        config,
      ) ?? [];
    const [, page = ''] =
      /\]\((docs\/\S*settings\.md)\)/.exec(await readFile(ROOT + readme, 'utf8')) ?? [];
    const text = await readFile(ROOT + page, 'utf8');
    for (const { name } of SETTINGS) assert.ok(text.includes(`| \`${name}\``), name);
  });

  test('has the Worker of wrangler.toml in this repository, from the package', () => {
    const configIn = (config: string) => {
      const read = unstable_readConfig({ config, env: '' }, { hideWarnings: true });
      const { compatibility_date, kv_namespaces, triggers, ratelimits, observability } = read;
      const { minify, keep_names, main, assets } = read;
      return {
        built: { compatibility_date, kv_namespaces, triggers, ratelimits, observability },
        options: { minify, keep_names },
        places: [main?.replace(/\.[jt]s$/, ''), assets?.directory],
      };
    };
    const own = configIn(`${ROOT}wrangler.toml`);
    const made = configIn(project('wrangler.toml'));
    assert.deepEqual(made.built, own.built);
    assert.deepEqual(made.options, own.options);
    assert.deepEqual(made.places, [
      project('node_modules/s3-upload-element/dist/worker/index'),
      'node_modules/s3-upload-element/dist/page',
    ]);
    assert.deepEqual(own.places, [`${ROOT}worker/index`, 'dist/page']);
  });

  test('sets nothing that is not a setting, and no secret', async () => {
    const names = SETTINGS.map(({ name }) => name) as readonly string[];
    const example = await readFile(project('.dev.vars.example'), 'utf8');
    const set = [...example.matchAll(/^(\w+)=(.*)$/gm)];
    assert.ok(set.length > 3);
    for (const [, name = '', value] of set) {
      assert.ok(names.includes(name), name);
      assert.ok(value === '' || !/SECRET|KEY/.test(name), name);
    }
    const machine = { env: {}, folder: project(), print: () => {}, printError: () => {} };
    assert.deepEqual(await readSettings(machine), { AUTH: 'jwt' });
  });

  test('has git ignore .dev.vars in every form, but not the example', async () => {
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: project(), encoding: 'utf8', env: process.env });
    for (const name of ['.dev.vars', '.dev.vars.staging']) await writeFile(project(name), 'x=1');
    git('init', '--quiet');
    assert.deepEqual(
      git('ls-files', '--others', '--exclude-standard').trim().split('\n').sort(),
      FILES,
    );
  });

  test('changes no file that exists, and says which', async () => {
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'other/wrangler.toml'), 'mine');
    const { status, errors } = await runIn(folder, {}, 'init', 'other');
    assert.equal(status, 1);
    assert.match(errors, /other has wrangler\.toml already, so nothing was written/);
    assert.deepEqual(await readdir(join(folder, 'other')), ['wrangler.toml']);
  });

  for (const args of [[], ['one', 'two'], ['--force', 'one']]) {
    test(`refuses these arguments, and makes nothing: ${args.join(' ') || 'none'}`, async () => {
      const before = await readdir(folder);
      const { status, errors } = await runIn(folder, {}, 'init', ...args);
      assert.equal(status, 2);
      assert.match(errors, args[0] === '--force' ? /no option --force/ : /Name one folder/);
      assert.deepEqual(await readdir(folder), before);
    });
  }
});
