/** What `s3-upload setup` says of wrong options, wrong settings, and stores that refuse it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ruleFor } from '../../../worker/cli/cors/rules.ts';
import { readSettings } from '../../../worker/cli/settings.ts';
import { resultOf, runIn, runSetup, type Settings } from './setup.ts';

const ORIGIN = 'https://app.example';
const SECRET = 'a-secret-that-nobody-may-read';
const SETTINGS: Settings = {
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_BUCKET: 'uploads',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: SECRET,
};

suite('the options of s3-upload setup', () => {
  const REFUSED: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [[], /--origin is missing: .* --origin https:\/\/app\.example\./],
    [['--origin'], /--origin needs a value/],
    [['--origin', '--dry-run'], /--origin needs a value/],
    [['--origin', 'app.example'], /--origin must be an origin such as https:/],
    [['--origin', 'ftp://app.example'], /--origin must be an origin such as https:/],
    [['--origin', 'https://app.example/page'], /without a path.*: https:\/\/app\.example\./],
    [['--origin', 'https://app.example/'], /without a path.*: https:\/\/app\.example\./],
    [['--origin', 'https://App.example:443'], /as browsers write it: https:\/\/app\.example\./],
    [['--origin', 'https://*.app.example'], /must not contain \* in a host name/],
    [['--origin', 'https://me:pass@app.example'], /must not contain a user name/],
    [['--origin', '*', '--origin', ORIGIN], /either \* \(every origin\) or a list/],
    [['--orign', ORIGIN], /no option --orign\. Did you mean --origin\?/],
    [['--dryrun', '--origin', ORIGIN], /no option --dryrun\. Did you mean --dry-run\?/],
    [['--colour'], /no option --colour\. See --help/],
    [['--json=yes', '--origin', ORIGIN], /--json takes no value/],
    [[ORIGIN], /Every argument must belong to an option/],
  ];
  for (const [args, says] of REFUSED) {
    test(`are refused with a reason: ${args.join(' ') || 'none'}`, async () => {
      const { status, output, errors } = await runSetup(SETTINGS, ...args);
      assert.match(errors, says);
      assert.equal(status, 2);
      assert.equal(output, '');
    });
  }

  test('are refused without a repetition of their values', async () => {
    const { errors } = await runSetup(SETTINGS, `--secret-access-key=${SECRET}`, SECRET);
    assert.match(errors, /no option --secret-access-key/);
    assert.doesNotMatch(errors, new RegExp(SECRET));
  });

  test('are refused as JSON where JSON was asked for', async () => {
    const { status, output, errors } = await runSetup(SETTINGS, '--json', '--orign', ORIGIN);
    const { ok, error } = JSON.parse(output) as { ok: boolean; error: Record<string, string> };
    assert.deepEqual([ok, error['code'], status, errors], [false, 'invalid_usage', 2, '']);
  });

  test('are explained by --help, which needs no settings', async () => {
    const { status, output } = await runSetup({}, '--help');
    assert.equal(status, 0);
    for (const option of ['--origin', '--dry-run', '--json']) assert.ok(output.includes(option));
  });
});

suite('s3-upload', () => {
  test('names the nearest command, and lists its commands without one', async () => {
    const wrong = await runIn('/', {}, 'stup');
    assert.match(wrong.errors, /Did you mean setup\?/);
    assert.equal(wrong.status, 2);
    const { status, output } = await runIn('/', {});
    assert.match(output, /^ {2}setup {2}/m);
    assert.equal(status, 0);
  });

  test('ends as a process with the status of its command', () => {
    const main = fileURLToPath(new URL('../../../worker/cli/main.ts', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [main, 'setup', '--orign'], {
      encoding: 'utf8',
    });
    assert.match(stderr, /Did you mean --origin\?/);
    assert.equal(status, 2);
  });
});

suite('the settings of s3-upload setup', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-upload-settings-'));
  });
  after(() => rm(folder, { recursive: true }));
  const settings = (env: Settings) =>
    readSettings({ env, folder, print: () => {}, printError: () => {} });

  test('come from the environment, then .dev.vars, then wrangler’s configuration', async () => {
    const toml = `name = "uploads"
main = "worker.js"
[vars]
S3_BUCKET = "of-toml"
S3_REGION = "of-toml"
S3_PROFILE = "of-toml"
OTHER = "is not a setting"
[env.staging.vars]
S3_PROFILE = "of-staging"`;
    await writeFile(join(folder, 'wrangler.toml'), toml);
    await writeFile(join(folder, '.dev.vars'), `S3_BUCKET="of-dev"\nS3_REGION=of-dev # here\n`);
    assert.deepEqual(await settings({ S3_BUCKET: 'of-env', PATH: '/bin', S3_PROFILE: '' }), {
      S3_BUCKET: 'of-env',
      S3_REGION: 'of-dev',
      S3_PROFILE: 'of-toml',
    });
    const staging = await settings({ CLOUDFLARE_ENV: 'staging' });
    assert.equal(staging['S3_PROFILE'], 'of-staging');
  });

  test('are read from a configuration in JSON with comments, too', async () => {
    await writeFile(
      join(folder, 'wrangler.jsonc'),
      '{ "name": "uploads", /* here */ "vars": { "S3_BUCKET": "of-json" } }',
    );
    assert.equal((await settings({}))['S3_REGION'], 'of-dev');
    await rm(join(folder, '.dev.vars'));
    assert.deepEqual(await settings({}), { S3_BUCKET: 'of-json' });
  });

  test('that cannot be read are refused without the text around the mistake', async () => {
    await writeFile(
      join(folder, 'wrangler.jsonc'),
      `{ "vars": { "S3_SECRET_ACCESS_KEY": "${SECRET}"`,
    );
    const { status, errors } = await runIn(folder, {}, 'setup', '--origin', ORIGIN);
    assert.match(errors, /wrangler cannot read .*wrangler\.jsonc/);
    assert.doesNotMatch(errors, new RegExp(SECRET));
    assert.equal(status, 1);
  });

  test('are named where one is missing or wrong, as the Worker names it', async () => {
    const { S3_BUCKET: _, ...rest } = SETTINGS;
    const missing = await runSetup(rest, '--origin', ORIGIN);
    assert.match(missing.errors, /The setting S3_BUCKET is missing\. Settings are read from/);
    const wrong = await runSetup({ ...SETTINGS, S3_PROFILE: 'mino' }, '--origin', ORIGIN);
    assert.match(wrong.errors, /The setting S3_PROFILE must be /);
    const unfit = { ...SETTINGS, S3_PROFILE: 'b2', CHECKSUM: 'sha256' };
    assert.match((await runSetup(unfit, '--origin', ORIGIN)).errors, /does not check sha256/);
    assert.deepEqual([missing.status, wrong.status], [1, 1]);
  });
});

suite('a store that refuses s3-upload setup', () => {
  let server: Server | undefined;
  after(() => server?.close());

  /** Settings of a store that answers like this. */
  async function storeThat(answer: RequestListener): Promise<Settings> {
    server?.close();
    server = createServer(answer);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return { ...SETTINGS, S3_ENDPOINT: `http://127.0.0.1:${port}` };
  }

  const refusing = (code: string, status: number): RequestListener => {
    const body = `<Error><Code>${code}</Code><Message>${SECRET}</Message></Error>`;
    return (request, response) => {
      request.resume();
      response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
    };
  };

  test('for its keys gets the rule to paste, and the rights to give', async () => {
    const settings = await storeThat(refusing('AccessDenied', 403));
    const { status, output } = await runSetup(settings, '--origin', ORIGIN);
    assert.equal(status, 1);
    assert.match(output, /^failed +CORS rules: GetBucketCors: AccessDenied/m);
    assert.match(output, /s3:PutBucketCORS/);
    assert.ok(output.includes(JSON.stringify([ruleFor([ORIGIN])], null, 2)));
    assert.match(output, /^failed +upload: CreateMultipartUpload: AccessDenied/m);
  });

  test('for its secret says so, never shows it, and is asked nothing more', async () => {
    const settings = await storeThat(refusing('SignatureDoesNotMatch', 403));
    const { status, output, errors } = await runSetup(settings, '--origin', ORIGIN);
    assert.match(output, /S3_SECRET_ACCESS_KEY is wrong, .*\n +-> check the S3_… settings/);
    assert.doesNotMatch(output + errors, new RegExp(SECRET));
    assert.doesNotMatch(output, /upload/);
    assert.equal(status, 1);
  });

  test('is named where nothing answers', async () => {
    const { ok, steps } = await resultOf(SETTINGS, '--origin', ORIGIN);
    assert.equal(ok, false);
    assert.match(steps[0]?.advice ?? '', /nothing answers at http:\/\/127\.0\.0\.1:1/);
  });

  for (const [profile, says] of [
    ['minio', /MINIO_API_CORS_ALLOW_ORIGIN/],
    ['swift', /containers uploads and uploads\+segments/],
    ['generic', /RELAY=on/],
  ] as const) {
    test(`for an origin says where to allow it: ${profile}`, async () => {
      const settings = { ...(await storeThat(withoutCors({}))), S3_PROFILE: profile };
      const { ok, steps } = await resultOf(settings, '--origin', ORIGIN);
      assert.equal(ok, false);
      assert.deepEqual(
        steps.map(({ status }) => status),
        ['kept', 'failed', profile === 'minio' ? 'kept' : 'skipped'],
      );
      assert.match(steps[1]?.advice ?? '', says);
      assert.match(steps[1]?.detail ?? '', /preflight \(200\) does not allow this origin/);
    });
  }

  const ALLOWED = {
    'access-control-allow-origin': ORIGIN,
    'access-control-allow-methods': 'GET, PUT',
    'access-control-allow-headers': '*',
    'access-control-expose-headers': 'x-amz-request-id, etag',
  };
  for (const [what, changed, says] of [
    ['nothing', {}, /shows the ETag/],
    ['the origin', { 'access-control-allow-origin': 'https://b.example' }, /this origin/],
    ['the method', { 'access-control-allow-methods': 'GET' }, /does not allow PUT/],
    ['a header', { 'access-control-allow-headers': 'x-other' }, /the headers .*content-md5/],
    ['the ETag', { 'access-control-expose-headers': 'x-other' }, /does not expose the header ETag/],
  ] as const) {
    test(`is checked as a browser would: it withholds ${what}`, async () => {
      const settings = await storeThat(withoutCors({ ...ALLOWED, ...changed }));
      const { steps } = await resultOf(settings, '--origin', ORIGIN);
      assert.match(steps[1]?.detail ?? '', says);
      assert.equal(steps[1]?.status, what === 'nothing' ? 'done' : 'failed');
    });
  }
});

/** A store without CORS rules for buckets, which answers everything else with these headers. */
function withoutCors(headers: Readonly<Record<string, string>>): RequestListener {
  return (request, response) => {
    request.resume();
    const { search } = new URL(request.url ?? '/', 'http://store');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (search === '?cors=') {
      response.writeHead(501).end('<Error><Code>NotImplemented</Code></Error>');
    } else if (request.method === 'POST') {
      const result = '<UploadId>u</UploadId>';
      response.end(`<InitiateMultipartUploadResult>${result}</InitiateMultipartUploadResult>`);
    } else if (request.method === 'GET') {
      response.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>');
    } else {
      response.end();
    }
  };
}
