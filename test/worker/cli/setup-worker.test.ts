/** `s3-upload setup`, and what only Cloudflare's API can do: the Worker's side, and the rules of R2. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import type { Bucket } from '../../../worker/cli/bucket.ts';
import { rulesByWrangler } from '../../../worker/cli/cors/r2-rules.ts';
import type { Wrangler } from '../../../worker/cli/setup/wrangler.ts';
import { fakeWrangler, type FakeWrangler, type WranglerState } from './fake-wrangler.ts';
import { runIn, type Printed, type Result, type Settings } from './setup.ts';

const ORIGIN = 'https://app.example';
const TOML = 'name = "uploads"\nmain = "x.js"\ncompatibility_date = "2026-11-01"\n';
const BOUND = `${TOML}[[kv_namespaces]]\nbinding = "UPLOADS"\n`;
const SECRETS = {
  S3_ACCESS_KEY_ID: 'a-key-of-the-worker',
  S3_SECRET_ACCESS_KEY: 'a-secret-of-the-worker',
  JWT_SECRET: 'a-secret-that-signs-tokens-of-callers',
};
const DEV_VARS = Object.entries(SECRETS)
  .map(([name, value]) => `${name}="${value}"\n`)
  .join('');

/** Has a CORS rule for every bucket, unless its keys may not look at it. */
let mayChangeBucket = true;
const answer: RequestListener = (request, response) => {
  request.resume();
  const { searchParams } = new URL(request.url ?? '/', 'http://store');
  response.setHeader('access-control-allow-origin', ORIGIN);
  response.setHeader('access-control-allow-methods', 'PUT, POST');
  response.setHeader('access-control-allow-headers', '*');
  response.setHeader('access-control-expose-headers', 'ETag');
  if (searchParams.has('cors')) {
    const code = mayChangeBucket ? 'NotImplemented' : 'AccessDenied';
    response.writeHead(mayChangeBucket ? 501 : 403).end(`<Error><Code>${code}</Code></Error>`);
  } else if (request.method === 'POST') {
    const result = '<UploadId>u</UploadId>';
    response.end(`<InitiateMultipartUploadResult>${result}</InitiateMultipartUploadResult>`);
  } else if (request.method === 'GET') {
    response.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>');
  } else response.end();
};

let store: Server;
let settings: Settings;
let folder: string;
let wrangler: FakeWrangler;

before(async () => {
  store = createServer(answer);
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  const { port } = store.address() as AddressInfo;
  settings = {
    AUTH: 'jwt',
    S3_ENDPOINT: `http://127.0.0.1:${port}`,
    S3_BUCKET: 'uploads',
    S3_PROFILE: 'r2',
    S3_ACCESS_KEY_ID: 'an-admin-key',
    S3_SECRET_ACCESS_KEY: 'an-admin-secret',
  };
});
after(() => store.close());
beforeEach(async () => {
  mayChangeBucket = true;
  folder = await mkdtemp(join(tmpdir(), 's3-upload-setup-'));
});
afterEach(async () => {
  await wrangler?.remove();
  await rm(folder, { recursive: true });
});

/** Writes the files, and replaces Cloudflare. */
async function given(
  files: Readonly<Record<string, string>>,
  state: Partial<WranglerState> = {},
): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  wrangler = await fakeWrangler(state);
}

function runSetup(...args: readonly string[]): Promise<Printed> {
  return runIn(folder, { ...settings, PATH: wrangler.path }, 'setup', '--origin', ORIGIN, ...args);
}

async function stepsOf(...args: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const { output } = await runSetup('--json', ...args);
  const { steps } = JSON.parse(output) as Result;
  return Object.fromEntries(steps.map(({ what, status }) => [what, status]));
}

suite('s3-upload setup, for the secrets of the Worker', () => {
  test('gives it those in .dev.vars and a random TOKEN_SECRET, by standard input alone', async () => {
    await given({ 'wrangler.toml': BOUND, '.dev.vars': DEV_VARS }, { secrets: null });
    const { status, output, errors } = await runSetup();
    assert.equal(status, 0, output);
    const runs = await wrangler.runs();
    const put = runs.filter(({ args }) => args[0] === 'secret' && args[1] === 'put');
    assert.deepEqual(Object.fromEntries(put.map(({ args, input }) => [args[2], input])), {
      ...SECRETS,
      TOKEN_SECRET: put.find(({ args }) => args[2] === 'TOKEN_SECRET')?.input,
    });
    const random = put.find(({ args }) => args[2] === 'TOKEN_SECRET')?.input ?? '';
    assert.match(random, /^[0-9a-f]{64}$/);
    const shown = `${output}${errors}${JSON.stringify(runs.map(({ args }) => args))}`;
    for (const secret of [...Object.values(SECRETS), random, 'an-admin-secret']) {
      assert.ok(!shown.includes(secret), secret);
    }
  });

  test('gives it another TOKEN_SECRET than that of this machine', async () => {
    const own = 'a-secret-of-this-machine-and-of-no-other';
    await given({ 'wrangler.toml': BOUND, '.dev.vars': `${DEV_VARS}TOKEN_SECRET=${own}\n` });
    await runSetup();
    const runs = await wrangler.runs();
    assert.ok(runs.some(({ args }) => args.includes('TOKEN_SECRET')));
    assert.ok(runs.every(({ input }) => input !== own));
  });

  test('knows which secrets the deployed Worker needs from [vars], not from .dev.vars', async () => {
    const vars = '[vars]\nAUTH = "jwt"\n';
    await given({ 'wrangler.toml': BOUND + vars, '.dev.vars': 'AUTH=anonymous\n' });
    assert.equal((await stepsOf())['JWT_SECRET'], 'failed');
  });

  test('leaves those alone that it has, so that it may be run again', async () => {
    await given({ 'wrangler.toml': BOUND, '.dev.vars': DEV_VARS });
    await runSetup();
    const before = (await wrangler.runs()).length;
    const steps = await stepsOf();
    for (const name of [...Object.keys(SECRETS), 'TOKEN_SECRET']) assert.equal(steps[name], 'kept');
    const again = (await wrangler.runs()).slice(before);
    assert.deepEqual(
      again.map(({ args }) => args.slice(0, 2)),
      [['secret', 'list']],
    );
  });

  test('sets nothing in a dry run, and says what it would set', async () => {
    await given({ 'wrangler.toml': BOUND, '.dev.vars': DEV_VARS });
    const { status, output } = await runSetup('--dry-run');
    assert.equal(status, 0, output);
    assert.match(output, /^planned +S3_SECRET_ACCESS_KEY: would be set .*from \.dev\.vars$/m);
    assert.match(output, /^planned +TOKEN_SECRET: would be set .*a new random value$/m);
    assert.ok((await wrangler.runs()).every(({ args }) => !args.includes('put')));
  });

  test('never gives it the keys of the environment, and says how to set the others', async () => {
    await given({ 'wrangler.toml': BOUND, '.dev.vars': `JWT_SECRET=${SECRETS.JWT_SECRET}\n` });
    const { status, output } = await runSetup();
    assert.equal(status, 1);
    assert.match(
      output,
      /^failed +S3_ACCESS_KEY_ID: .*\n +-> npx wrangler secret put S3_ACCESS_KEY_ID --env=$/m,
    );
    const inputs = (await wrangler.runs()).map(({ input }) => input);
    assert.ok(!inputs.includes('an-admin-key'));
  });

  test('never gives it the public secrets of the local environment', async () => {
    const secret = 'S3_SECRET_ACCESS_KEY=local-and-not-a-secret\n';
    await given({ 'wrangler.toml': BOUND, '.dev.vars': DEV_VARS + secret });
    const { status, output } = await runSetup();
    assert.equal(status, 1);
    assert.match(output, /^failed +secrets: The setting S3_SECRET_ACCESS_KEY is the public value/m);
    assert.ok((await wrangler.runs()).every(({ args }) => !args.includes('put')));
  });

  test('skips them where nobody is logged in, and says how to log in', async () => {
    await given({ 'wrangler.toml': BOUND, '.dev.vars': DEV_VARS }, { isLoggedIn: false });
    const { status, output } = await runSetup();
    assert.equal(status, 0, 'nothing of it is needed on this machine');
    assert.match(output, /^skipped +secrets: .*not logged in\n +-> npx wrangler login/m);
  });

  test('skips them where wrangler is not installed, and says how to install it', async () => {
    await given({ 'wrangler.toml': BOUND, '.dev.vars': DEV_VARS });
    const nowhere = { ...settings, PATH: folder };
    const { output } = await runIn(folder, nowhere, 'setup', '--origin', ORIGIN);
    assert.match(
      output,
      /^skipped +secrets: .*not installed\n +-> npm install --save-dev wrangler/m,
    );
  });

  test('asks wrangler nothing where it has no configuration: there is no Worker', async () => {
    await given({ '.dev.vars': DEV_VARS });
    assert.deepEqual(Object.keys(await stepsOf()).slice(-1), ['lifecycle rule']);
    assert.deepEqual(await wrangler.runs(), []);
  });
});

suite('s3-upload setup, for the key-value store', () => {
  test('keeps the binding that is there, and says which line to add where there is none', async () => {
    await given({ 'wrangler.toml': BOUND });
    assert.equal((await stepsOf())['key-value store'], 'kept');
    await writeFile(join(folder, 'wrangler.toml'), TOML);
    const { status, output } = await runSetup();
    assert.equal(status, 1);
    assert.match(output, /^failed +key-value store: .*\n +-> add \[\[kv_namespaces\]\] binding/m);
  });

  test('has wrangler make it, and write the binding, in a configuration of JSON', async () => {
    const json = { name: 'uploads', main: 'x.js', compatibility_date: '2026-11-01' };
    await given({ 'wrangler.jsonc': JSON.stringify(json) });
    assert.equal((await stepsOf('--dry-run'))['key-value store'], 'planned');
    assert.equal((await stepsOf())['key-value store'], 'done');
    const made = (await wrangler.runs()).filter(({ args }) => args[0] === 'kv');
    assert.deepEqual(
      made.map(({ args }) => args.slice(0, 7)),
      [['kv', 'namespace', 'create', 'UPLOADS', '--binding', 'UPLOADS', '--update-config']],
    );
  });
});

suite('s3-upload setup, for R2 with keys that may not change the bucket', () => {
  beforeEach(() => {
    mayChangeBucket = false;
  });
  const THEIRS = [
    'allowed_origins:  https://reader.example, https://other.example',
    'allowed_methods:  GET, HEAD',
    'allowed_headers:  (no headers)',
    'exposed_headers:  (no exposed headers)',
    'max_age_seconds:  60',
  ].join('\n');

  test('adds the rule by wrangler, before those that are there, and keeps it the second time', async () => {
    await given({ '.dev.vars': DEV_VARS }, { rules: THEIRS });
    assert.equal((await stepsOf())['CORS rules'], 'done');
    const set = (await wrangler.runs()).find(({ file }) => file !== undefined);
    assert.deepEqual(set?.file, {
      rules: [
        {
          allowed: { origins: [ORIGIN], methods: ['PUT', 'POST'], headers: ['*'] },
          exposeHeaders: ['ETag'],
          maxAgeSeconds: 7200,
        },
        {
          allowed: {
            origins: ['https://reader.example', 'https://other.example'],
            methods: ['GET', 'HEAD'],
            headers: [],
          },
          exposeHeaders: [],
          maxAgeSeconds: 60,
        },
      ],
    });
    assert.equal((await stepsOf())['CORS rules'], 'kept');
    const sets = (await wrangler.runs()).filter(({ file }) => file !== undefined);
    assert.equal(sets.length, 1);
  });

  test('writes nothing in a dry run, and prints the rule', async () => {
    await given({});
    const { status, output } = await runSetup('--dry-run');
    assert.equal(status, 0, output);
    assert.match(output, /^planned +CORS rules: would add a rule for https:\/\/app\.example$/m);
    assert.match(output, /"AllowedOrigins"/);
    assert.ok((await wrangler.runs()).every(({ file }) => file === undefined));
  });

  test('overwrites nothing where it cannot read the rules, and prints the rule to paste', async () => {
    await given({}, { rules: 'rules: ████' });
    const { status, output } = await runSetup();
    assert.equal(status, 1);
    assert.match(output, /^failed +CORS rules: .*unknown format\n +-> run this once with keys/m);
    assert.match(output, /"ExposeHeaders"/);
    assert.ok((await wrangler.runs()).every(({ file }) => file === undefined));
  });

  test('says how to log in where nobody is', async () => {
    await given({}, { isLoggedIn: false });
    const { status, output } = await runSetup();
    assert.equal(status, 1);
    assert.match(output, /^failed +CORS rules: .*not logged in\n +-> npx wrangler login/m);
  });

  test('leaves no file of rules behind', async () => {
    await given({});
    const { TMPDIR } = process.env;
    process.env['TMPDIR'] = folder;
    await runSetup().finally(() => {
      if (TMPDIR === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = TMPDIR;
    });
    assert.ok((await wrangler.runs()).some(({ file }) => file !== undefined));
    assert.deepEqual(await readdir(folder), []);
  });

  test('names the account and the jurisdiction of the endpoint', async () => {
    const account = '0123456789abcdef0123456789abcdef';
    const calls: unknown[] = [];
    const wrangler: Wrangler = (args, options) => {
      calls.push([args, options?.env]);
      return Promise.resolve('There is no CORS configuration defined');
    };
    const endpoint = `https://${account}.eu.r2.cloudflarestorage.com`;
    const bucket = { name: 'uploads', endpoint } as Bucket;
    assert.deepEqual(await rulesByWrangler(bucket, wrangler).read(), []);
    const args = ['r2', 'bucket', 'cors', 'list', 'uploads', '--jurisdiction', 'eu'];
    assert.deepEqual(calls, [[args, { CLOUDFLARE_ACCOUNT_ID: account }]]);
  });
});
