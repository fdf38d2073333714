/** docs/node.md and examples/node-minio say what is so. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { optionsFrom } from '../../worker/config.ts';
import { SETTINGS } from '../../worker/config/settings.ts';
import { NODE_SETTINGS, serverSettingsFrom } from '../../worker/node/settings.ts';
import { memoryKV } from '../worker/memory-kv.ts';
import { composeSettings, containerCommand } from './node-example.ts';
import { pageText, renewed } from './tables.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLE = `${ROOT}examples/node-minio/`;
const PAGE = 'docs/node.md';
const text = pageText(PAGE);

test('the table in docs/node.md is that of the code (npm run docs writes it)', () => {
  assert.equal(text, renewed(PAGE));
});

test('the TypeScript in docs/node.md passes the compiler', async () => {
  const [, code = ''] = /```ts\n([^]*?)```/.exec(text) ?? [];
  assert.match(code, /s3-upload-element\/node/);
  await mkdir(`${ROOT}dist`, { recursive: true });
  const folder = await mkdtemp(join(ROOT, 'dist/node-page-'));
  try {
    await writeFile(join(folder, 'app.ts'), code);
    const config = {
      extends: '../../worker/node/tsconfig.json',
      compilerOptions: {
        paths: {
          's3-upload-element/node': [`${ROOT}worker/node/exports.ts`],
          's3-upload-element/worker': [`${ROOT}worker/exports.ts`],
        },
      },
      include: ['app.ts'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { status, stdout } = spawnSync('tsc', ['-p', folder], { encoding: 'utf8' });
    assert.equal(status, 0, stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('the settings in docs/node.md are understood', () => {
  const [, lines = ''] = /```ini\n([^]*?)```/.exec(text) ?? [];
  const named = [...lines.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => {
    const [, length] = /^\((\d+) /.exec(value) ?? [];
    return [name, length === undefined ? value : name.padEnd(Number(length), '.')] as const;
  });
  const { store, origins } = optionsFrom({ ...Object.fromEntries(named), UPLOADS: memoryKV() });
  assert.equal(store.bucket, 'uploads');
  assert.deepEqual(origins, ['https://app.example.com']);
});

test('the example names settings that exist, with values that they take', () => {
  const settings = composeSettings();
  const known = new Set<string>([...SETTINGS, ...NODE_SETTINGS].map(({ name }) => name));
  assert.ok(Object.keys(settings).length > 8);
  assert.deepEqual(
    Object.keys(settings).filter((name) => !known.has(name)),
    [],
  );
  const origins = { ALLOWED_ORIGINS: 'http://localhost:3000' };
  const options = optionsFrom({ ...settings, ...origins, UPLOADS: memoryKV() });
  assert.equal(options.store.profile.name, 'minio');
  assert.match(serverSettingsFrom(settings).stateUrl, /^redis:/);
});

test('the environment file of the example has every value that compose.yaml asks for', () => {
  const compose = readFileSync(`${EXAMPLE}compose.yaml`, 'utf8');
  const asked = new Set([...compose.matchAll(/\$\{(\w+)/g)].map(([, name]) => name));
  const given = readFileSync(`${EXAMPLE}.env.example`, 'utf8').matchAll(/^(\w+)=/gm);
  assert.deepEqual([...asked].sort(), [...given].map(([, name]) => name).sort());
});

test('the container of the example runs the command that the package has', () => {
  const { name, bin, peerDependencies } = manifestIn(ROOT);
  assert.deepEqual(containerCommand(), [
    'node',
    `node_modules/${name}/${bin?.['s3-upload']}`,
    'serve',
  ]);
  const { dependencies = {} } = manifestIn(EXAMPLE);
  const wanted = ['@hono/node-server', '@redis/client', 'hono', name];
  assert.deepEqual(Object.keys(dependencies).sort(), wanted.sort());
  for (const [peer, range] of Object.entries(peerDependencies ?? {})) {
    const major = (of = '') => /\d+/.exec(of)?.[0];
    if (peer in dependencies) assert.equal(major(dependencies[peer]), major(range), peer);
  }
});

test('the proxy of the example refuses what docs/security.md says it must', () => {
  const nginx = readFileSync(`${EXAMPLE}nginx.conf`, 'utf8').replaceAll(/\s+/g, ' ');
  const page = readFileSync(`${ROOT}docs/security.md`, 'utf8');
  const [, advised = ''] = /```nginx\n([^]*?)```/.exec(page) ?? [];
  const rules = advised.match(/map [^]*?\n\}|if \(.*\}|proxy_set_header Host.*;/g) ?? [];
  assert.equal(rules.length, 4);
  for (const rule of rules) assert.ok(nginx.includes(rule.replaceAll(/\s+/g, ' ')), rule);
});

interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

function manifestIn(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}package.json`, 'utf8')) as Manifest;
}
