/**
 * A new user's way, from the start pages alone: an empty folder, the package, a bucket of their own, and
 * an upload that can be read back. Once as a Worker, once as a server with its list in SQLite.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { sha256OfUpload, writeRandomFile } from '../../e2e/files.ts';
import { freePort, openPage, settled, startBrowser } from '../../e2e/product.ts';
import { pack } from '../consumer/consumer.ts';
import { newBucket, storeName, type NewBucket } from './bucket.ts';
import { commandsWith, linesOfNodePage } from './commands.ts';
import { run, serve } from './shell.ts';

/** Several parts. */
const BYTES = 17 * 2 ** 20;
const ROOT = new URL('../../../', import.meta.url);
const SECRETS = { TOKEN_SECRET: 'what-openssl-rand-hex-32-prints-0123456789abcdef' };

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string }>>;
}

suite(`a new user, on ${storeName()}`, { timeout: 400_000 }, () => {
  let folder: string;
  let tarball: string;
  let browser: Browser;
  let bucket: NewBucket;
  let keys: string[];
  let port: number;
  /** As the page at `/` has it. */
  let url: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-upload-new-user-'));
    tarball = pack(folder);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    [port, bucket] = await Promise.all([freePort(), newBucket()]);
    url = `http://localhost:${port}`;
    keys = [];
  });
  afterEach(() => bucket.remove(keys));

  test('makes a project, sets its bucket up, has it checked, and uploads a file through the Worker', async () => {
    const [init, enter, install, copy] = commandsWith('npm install');
    const desk = await emptyFolder('desk');
    // What npx downloads, and keeps elsewhere.
    await run(desk, `npm install --no-save --no-package-lock ${tarball}`);
    await run(desk, init ?? '');
    await rm(join(desk, 'node_modules'), { recursive: true });
    assert.deepEqual(await readdir(desk), ['my-uploads']);
    const project = join(desk, enter?.replace('cd ', '') ?? '');
    await run(project, `npm pkg set ${(await versionsOf(tarball)).join(' ')}`);
    await run(project, install ?? '');
    await run(project, copy ?? '');
    const { S3_ACCESS_KEY_ID = '', S3_SECRET_ACCESS_KEY = '', ...vars } = bucket.settings;
    await fill(join(project, 'wrangler.toml'), vars, ' = ', '"');
    const origin = { ALLOWED_ORIGINS: url };
    const secrets = { S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, ...SECRETS };
    await fill(join(project, '.dev.vars'), { ...secrets, ...origin });

    const [setup, doctor, dev] = commandsWith('npm run dev');
    await assertSetUp(project, setup ?? '');
    const found = await run(project, doctor ?? '');
    for (const what of [
      'settings',
      'credentials',
      'bucket',
      'part',
      'Complete',
      'key-value store',
    ]) {
      assert.match(found, new RegExp(`^pass  ${what}`, 'm'), found);
    }
    await assertUploads(project, `${dev} -- --port ${port}`);
  });

  test('installs the server, sets its bucket up, has it checked, and uploads a file with its list in SQLite', async () => {
    const server = await emptyFolder('server');
    const written = linesOfNodePage('ini', 'S3_PROFILE=minio');
    await writeFile(join(server, '.dev.vars'), `${written.join('\n')}\nPORT=${port}\n`);
    const own = { ...bucket.settings, ...SECRETS, AUTH: 'anonymous', ALLOWED_ORIGINS: url };
    await fill(join(server, '.dev.vars'), own);

    const commands = [
      'npm install s3-upload-element hono @hono/node-server',
      'npx s3-upload serve',
    ].flatMap((line) => commandsWith(line, 'node-minio'));
    assert.deepEqual(commands, linesOfNodePage('sh', 'npx s3-upload serve'));
    const [install = '', setup = '', doctor = '', start = ''] = commands;
    await run(server, install.replace('s3-upload-element', tarball));
    await assertSetUp(server, here(setup));
    assert.match(await run(server, here(doctor)), /^pass  Complete/m);
    await assertUploads(server, start);
    assert.ok(existsSync(join(server, 's3-upload.sqlite')), 'the default state');
  });

  /** npm uses this folder, and none above it, because of `node_modules`. */
  async function emptyFolder(name: string): Promise<string> {
    const path = join(folder, name);
    await mkdir(join(path, 'node_modules'), { recursive: true });
    return path;
  }

  /** The README's command, for a page of this machine. */
  function here(command: string): string {
    return command.replace('https://app.example.com', url);
  }

  /** Runs `s3-upload setup` twice: the second time, nothing is left to do. */
  async function assertSetUp(at: string, command: string): Promise<void> {
    const first = await run(at, command);
    assert.match(first, /^(done|kept) +CORS rules: /m);
    assert.match(first, new RegExp(`^done +upload from ${url} to `, 'm'));
    if (bucket.profile === 'ceph') {
      assert.match(first, /^done +CORS rules: added a rule/m);
      assert.match(first, /^done +lifecycle rule: added one/m);
    }
    const second = await run(at, command);
    assert.match(second, /^kept +CORS rules: /m);
    assert.doesNotMatch(second, /^done +(CORS|lifecycle) rules?: /m);
  }

  async function assertUploads(at: string, command: string): Promise<void> {
    const path = join(folder, 'film.mp4');
    const expected = await writeRandomFile(path, BYTES);
    const { printed, end } = await serve(at, command, url);
    const page = await browser.newPage();
    try {
      const picker = await openPage(page, url);
      await picker.uploadFile(path);
      const [upload] = await settled(page);
      assert.equal(upload?.status, 'done', `${JSON.stringify(upload?.error)}\n${printed()}`);
      keys.push(upload.key ?? '');
      assert.equal(await sha256OfUpload(page, upload.id), expected);
      for (const secret of [bucket.settings['S3_SECRET_ACCESS_KEY'] ?? '', SECRETS.TOKEN_SECRET]) {
        assert.ok(!printed().includes(secret), 'no secret is printed');
      }
    } finally {
      await page.close();
      await end();
    }
  }
});

/** Sets values in a file where it has a line for each. */
async function fill(
  file: string,
  values: Readonly<Record<string, string>>,
  equals = '=',
  quote = '',
): Promise<void> {
  let text = await readFile(file, 'utf8');
  for (const [name, value] of Object.entries(values)) {
    const line = new RegExp(`^${name}${equals}.*$`, 'm');
    assert.match(text, line, `${file} has a line for ${name}`);
    text = text.replace(line, () => `${name}${equals}${quote}${value}${quote}`);
  }
  await writeFile(file, text);
}

/** This package from its tarball, and the others as they were tested, because the newest change daily. */
async function versionsOf(tarball: string): Promise<readonly string[]> {
  const lock = JSON.parse(await readFile(new URL('package-lock.json', ROOT), 'utf8')) as Lock;
  const tested = (name: string) => lock.packages[`node_modules/${name}`]?.version ?? '';
  return [
    `dependencies.s3-upload-element=file:${tarball}`,
    `dependencies.hono=${tested('hono')}`,
    `devDependencies.wrangler=${tested('wrangler')}`,
  ];
}
