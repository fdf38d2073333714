/** The scripts in .ci/stores that start a store, with a server that only writes down what it is asked. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const COMMON = fileURLToPath(new URL('../../.ci/stores/common.sh', import.meta.url));

/** Writes the body of each PUT to a file that is named after its query. */
const SERVER = `
  const [port, folder] = process.argv.slice(2);
  require('node:http').createServer(async (request, response) => {
    const body = Buffer.concat(await Array.fromAsync(request));
    const [, query] = request.url.split('?');
    if (request.method === 'PUT') {
      require('node:fs').writeFileSync(folder + '/' + (query ?? 'bucket='), body);
    }
    response.end();
  }).listen(Number(port), '127.0.0.1');
`;

suite('.ci/stores/common.sh', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 's3-upload-store-'));
    cpSync(COMMON, join(dir, 'common.sh'));
    writeFileSync(join(dir, 'server.cjs'), SERVER);
    const lines = [
      '. "$(dirname "$0")/common.sh"',
      'build() { :; }',
      `serve() { exec "${process.execPath}" "${dir}/server.cjs" "$PORT" "$DIR/data"; }`,
      'main',
    ];
    writeFileSync(join(dir, 'fake.sh'), lines.join('\n'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  /** Runs the script in a folder with files, as CI does. */
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    spawnSync('bash', [join(dir, 'fake.sh'), ...args], {
      cwd: dir,
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });

  /** The CORS rule with which a store was started. */
  const ruleWith = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const store = join(dir, 'store');
    const { status, stderr } = run(['start', store, String(await freePort())], env);
    try {
      assert.equal(status, 0, stderr);
      assert.ok(existsSync(join(store, 'data/bucket=')), 'the bucket is created');
      return readFileSync(join(store, 'data/cors='), 'utf8');
    } finally {
      run(['stop', store]);
    }
  };

  test('allows every origin, and not the names of the files in the current folder', async () => {
    const rule = await ruleWith({});
    assert.deepEqual(rule.match(/<AllowedOrigin>[^<]*/g), ['<AllowedOrigin>*']);
  });

  test('allows each origin that CORS_ORIGINS lists, patterns as they are written', async () => {
    const rule = await ruleWith({ CORS_ORIGINS: 'https://a.example https://*.b.example' });
    assert.deepEqual(rule.match(/<AllowedOrigin>[^<]*/g), [
      '<AllowedOrigin>https://a.example',
      '<AllowedOrigin>https://*.b.example',
    ]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
