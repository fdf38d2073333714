/** `npm start`: which settings it uses and what it says of them, and what to do where it cannot run. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { envFileOf, ownSettings } from '../../worker/build/own-settings.ts';
import { freePort } from '../e2e/product.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SECRET = 'a-secret-that-no-command-line-has';
const LOCAL = 'http://127.0.0.1:8787/cdn-cgi/local/r2/s3';

suite('the settings of npm start', () => {
  const own = (sources: Partial<Parameters<typeof ownSettings>[0]>) =>
    ownSettings({ env: {}, devVars: {}, vars: {}, ...sources }, LOCAL);

  test('are those of the environment, then of .dev.vars, then of [vars], each with its source', () => {
    const { values, messages } = own({
      env: { S3_BUCKET: 'of-env', PATH: '/bin' },
      devVars: { S3_BUCKET: 'of-dev', S3_ENDPOINT: 'http://of-dev', AUTH: '' },
      vars: { S3_BUCKET: 'of-vars', AUTH: 'jwt' },
    });
    assert.equal(values['S3_BUCKET'], 'of-env');
    assert.equal(values['S3_ENDPOINT'], 'http://of-dev');
    assert.equal(values['AUTH'], 'jwt');
    assert.equal(values['PATH'], undefined);
    assert.deepEqual(messages, [
      'Bucket: of-env (S3_BUCKET from the environment), at http://of-dev (S3_ENDPOINT from .dev.vars).',
      'Callers: AUTH=jwt from [vars]. To upload from the page at / without a token, set AUTH=anonymous in .dev.vars.',
    ]);
  });

  test('of a bucket of one’s own have nothing of the local one’s', () => {
    const { values } = own({ devVars: { S3_BUCKET: 'mine' } });
    for (const name of ['S3_ENDPOINT', 'S3_PROFILE', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY']) {
      assert.equal(values[name], '', name);
    }
  });

  test('of the local bucket have no keys of another one, and say so', () => {
    const { values, messages } = own({
      env: { MAX_BYTES: '1MB' },
      devVars: { S3_ACCESS_KEY_ID: 'k', S3_SECRET_ACCESS_KEY: SECRET, AUTH: 'anonymous' },
    });
    assert.deepEqual(values, { MAX_BYTES: '1MB', AUTH: 'anonymous', S3_ENDPOINT: LOCAL });
    assert.match(messages[0] ?? '', /^Bucket: a local one\. .* S3_ENDPOINT and S3_BUCKET in \.dev/);
    assert.equal(
      messages[1],
      'Not used for the local bucket: S3_ACCESS_KEY_ID from .dev.vars, S3_SECRET_ACCESS_KEY from .dev.vars.',
    );
    assert.equal(messages.length, 2);
  });

  test('reach wrangler as they are, whatever characters they have', () => {
    const values = { A: `it's "so"`, B: 'a\nb # c', C: '`', D: '', E: '{"a":"b"}', F: ' x=y ' };
    assert.deepEqual({ ...parseEnv(envFileOf(values)) }, values);
    assert.match(envFileOf({ A: 'pa$word' }), /pa\\\$word/);
    assert.throws(() => envFileOf({ NAME_PATTERN: 'a\\' }), /cannot pass on NAME_PATTERN/);
  });
});

test('npm start uses .dev.vars and [vars], says so, and puts no secret on a command line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 's3-upload-start-'));
  const port = await freePort();
  try {
    for (const name of ['worker', 'dist', 'node_modules', 'package.json']) {
      await symlink(join(ROOT, name), join(folder, name));
    }
    const toml = await readFile(`${ROOT}wrangler.toml`, 'utf8');
    const vars = '[vars]\nS3_ENDPOINT = "https://s3.of-vars.example"\n';
    await writeFile(join(folder, 'wrangler.toml'), toml.replace('[vars]\n', vars));
    const devVars = `S3_BUCKET=of-dev-vars\nS3_ACCESS_KEY_ID=key\nS3_SECRET_ACCESS_KEY='${SECRET}$HOME'\nJWT_COOKIE=c\n`;
    await writeFile(join(folder, '.dev.vars'), devVars);
    const started = begin({ PORT: String(port), STATE_DIR: join(folder, 'state') }, folder);
    await started.ready;
    assert.match(started.said(), /is ready: /);
    const commandLines = await everyCommandLine();
    const policy = await (await fetch(`http://127.0.0.1:${port}/policy`)).text();
    started.stop();
    const { code, said } = await started.ended;
    assert.match(said, /Bucket: of-dev-vars \(S3_BUCKET from \.dev\.vars\), at https:\/\/s3\.of-v/);
    assert.match(policy, /s3\.of-vars\.example/);
    assert.ok(commandLines.some((line) => line.includes('--env-file')));
    assert.deepEqual(
      commandLines.filter((line) => line.includes(SECRET)),
      [],
    );
    assert.ok(!said.includes(SECRET));
    assert.equal(code, 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('npm start names the setting that is wrong, and ends', async () => {
  const state = await mkdtemp(join(tmpdir(), 's3-upload-start-'));
  try {
    const { code, said } = await start({
      PORT: String(await freePort()),
      STATE_DIR: state,
      URL_TTL: 'soon',
    });
    assert.match(said, /URL_TTL must be a time/);
    assert.equal(code, 1);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
});

test('npm start says which other port to take where its own is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { code, said } = await start({ PORT: String(port) });
  server.close();
  assert.ok(said.includes(`PORT=${port + 1} npm start`), said);
  assert.equal(code, 1);
});

async function start(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  return begin({ DEV_VARS: 'off', ...env }).ended;
}

function begin(env: Record<string, string>, cwd = ROOT) {
  const child = spawn('node', [join(ROOT, 'worker/build/start.ts')], {
    cwd,
    env: { ...process.env, INSPECTOR_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let markReady = (): void => {};
  const ready = new Promise<void>((resolve) => (markReady = resolve));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('is ready: ')) markReady();
    });
  }
  const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once('exit', (code) => {
      markReady();
      resolve({ code, said });
    }),
  );
  return { ready, ended, said: () => said, stop: () => child.kill('SIGINT') };
}

/** Of every process on this machine that can be read. */
async function everyCommandLine(): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => ''));
  return (await Promise.all(lines)).map((line) => line.replaceAll('\0', ' '));
}
