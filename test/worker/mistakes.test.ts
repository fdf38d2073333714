/** An operator's mistakes: what the answer and the log say of them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { optionsFrom } from '../../worker/config.ts';
import { SETTING_NAMES } from '../../worker/config/known-names.ts';
import { SETTINGS } from '../../worker/config/settings.ts';
import { ProblemError } from '../../worker/problem.ts';
import type { Problem } from '../../worker/protocol.ts';
import { createRefusal, createSigner, type SignerOptions } from '../../worker/signer.ts';
import { createLog, defectOf } from '../../worker/util/log.ts';
import { redact } from '../../worker/util/redact.ts';
import { memoryKV } from './memory-kv.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const ENOUGH = {
  UPLOADS: { get: 0, put: 0, delete: 0, list: 0 },
  AUTH: 'anonymous',
  TOKEN_SECRET: 'the-secret-that-seals-upload-tokens-in-tests',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_BUCKET: 'bucket',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: SECRET,
};
const PAGE = 'https://app.example.com';

type Line = Record<string, unknown>;

/** A signer with these settings, and its log. */
function signerFor(settings: Record<string, unknown> = {}, more: Partial<SignerOptions> = {}) {
  const lines: Line[] = [];
  const levels: string[] = [];
  const app = createSigner({
    ...optionsFrom({ ...ENOUGH, ...settings }),
    kv: memoryKV(),
    log: (line, level) => {
      lines.push(JSON.parse(line) as Line);
      levels.push(level);
    },
    ...more,
  });
  return { app, lines, levels };
}

/** What a Worker with these settings refuses to start for. */
function refusalOf(settings: Record<string, unknown>): string {
  try {
    createSigner(optionsFrom({ ...ENOUGH, ...settings }));
  } catch (error) {
    assert.ok(error instanceof ProblemError, String(error));
    assert.equal(error.code, 'misconfigured');
    return error.problem.detail;
  }
  return 'fine';
}

const post = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

describe('a Worker that is not configured', () => {
  const lines: Line[] = [];
  const problem = new ProblemError('misconfigured', 'The setting AUTH is missing: it must be jwt.');
  const app = createRefusal(problem, (line) => void lines.push(JSON.parse(line) as Line));

  it('lets a page of any origin read what is wrong', async () => {
    const headers = { origin: PAGE, 'access-control-request-method': 'POST' };
    const preflight = await app.request('/uploads', {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-headers': 'content-type,authorization' },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), PAGE);
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /authorization/);
    const answer = await app.request('/policy', { headers });
    assert.equal(answer.status, 500);
    assert.equal(answer.headers.get('access-control-allow-origin'), PAGE);
    assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
    assert.match(((await answer.json()) as Problem).detail, /AUTH/);
  });

  it('names the setting and the cure in a line of level error', async () => {
    lines.length = 0;
    await app.request('/policy');
    assert.equal(lines[0]?.['level'], 'error');
    assert.equal(lines[0]?.['detail'], problem.message);
    assert.match(String(lines[0]?.['requestId']), /^[0-9a-f-]{36}$/);
  });
});

describe('a page whose origin is not allowed', () => {
  it('is named in the log, with the setting that would allow it', async () => {
    const { app, lines } = signerFor({ ALLOWED_ORIGINS: 'https://www.example.com' });
    const answer = await app.request('/policy', { headers: { origin: PAGE } });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
    assert.equal(lines[0]?.['level'], 'error');
    assert.equal(lines[0]?.['origin'], PAGE);
    assert.match(String(lines[0]?.['detail']), /ALLOWED_ORIGINS/);
  });

  it('can find out that the signer is there', async () => {
    const { app } = signerFor();
    const answer = await app.request('/health', { headers: { origin: PAGE } });
    assert.equal(answer.headers.get('access-control-allow-origin'), PAGE);
    assert.deepEqual(await answer.json(), { status: 'ok' });
  });
});

describe('ALLOWED_ORIGINS', () => {
  const isAllowed = async (setting: string, origin: string) => {
    const { app } = signerFor({ ALLOWED_ORIGINS: setting });
    const { status, headers } = await app.request('/policy', { headers: { origin } });
    const allowed = headers.get('access-control-allow-origin');
    assert.equal(status === 200, allowed === origin, `${status} ${allowed}`);
    return status === 200;
  };

  it('takes every subdomain of a domain, and nothing that only looks like one', async () => {
    const setting = 'https://*.example.com, http://*.localhost:8080';
    for (const origin of [
      'https://app.example.com',
      'https://a.b.example.com',
      'http://x.localhost:8080',
    ]) {
      assert.equal(
        await isAllowed(setting.replace(', http://*.localhost:8080', ''), origin),
        /example/.test(origin),
        origin,
      );
    }
    for (const origin of [
      'https://example.com',
      'https://evilexample.com',
      'https://.example.com',
      'http://app.example.com',
      'https://app.example.com:8443',
      'https://app.example.com.evil.example',
      'https://evil.example/.example.com',
      'https://evil.example#.example.com',
      'https://evil.example@.example.com',
      'null',
    ]) {
      assert.equal(await isAllowed('https://*.example.com', origin), false, origin);
    }
  });

  it('takes the schemes of apps', async () => {
    const setting = 'capacitor://localhost, tauri://localhost, ionic://localhost';
    for (const origin of setting.split(', ')) assert.ok(await isAllowed(setting, origin), origin);
    assert.equal(await isAllowed(setting, 'https://localhost'), false);
  });

  it('says of an origin that no browser sends what is wrong with it', () => {
    assert.match(refusalOf({ ALLOWED_ORIGINS: `${PAGE}/` }), /slash at its end/);
    for (const origin of [
      'https://app.example.com/app',
      'https://APP.example.com',
      'https://app.example.com:443',
      'app.example.com',
      'https://*',
      'https://*.com',
      'https://app.*.com',
      'https://*example.com',
      'null',
    ]) {
      const refusal = refusalOf({ ALLOWED_ORIGINS: origin });
      assert.match(refusal, /^The setting ALLOWED_ORIGINS must be a list of origins/, origin);
    }
  });
});

describe('a setting', () => {
  it('that is misspelt is refused with the name that was meant', () => {
    assert.match(refusalOf({ MAX_BYTE: '5MB' }), /no setting MAX_BYTE\. Did you mean MAX_BYTES\?/);
    assert.match(refusalOf({ ALLOWED_ORIGIN: '*' }), /Did you mean ALLOWED_ORIGINS\?/);
    assert.match(refusalOf({ TOKENSECRET: 'x' }), /Did you mean TOKEN_SECRET\?/);
    assert.match(refusalOf({ s3_region: 'x' }), /Did you mean S3_REGION\?/);
  });

  it('of other code, and a binding, are left alone', () => {
    const others = {
      AWS_REGION: 'x',
      PATH: 'x',
      OAUTH: 'x',
      // Two errors away from ACCEPT, and a word of its own.
      ACCESS: 'x',
      DEBUG: '1',
      NODE_ENV: 'x',
      AUTHOR: 'x',
    };
    assert.equal(refusalOf({ ...others, UPLOAD: {}, ASSETS: {}, RATE_LIMITS: {} }), 'fine');
  });

  it('has its name in the list that misspelt ones are compared with', () => {
    assert.deepEqual([...SETTING_NAMES].sort(), SETTINGS.map(({ name }) => name).sort());
  });

  it('that repeats the bucket in the endpoint is refused, unless {bucket} marks its place', () => {
    const wrong = [
      'https://s3.example.com/bucket',
      'https://s3.example.com/bucket/',
      'https://bucket.s3.eu-west-1.amazonaws.com',
    ];
    for (const endpoint of wrong) {
      const refusal = refusalOf({ S3_ENDPOINT: endpoint });
      assert.match(refusal, /S3_ENDPOINT has the name of the bucket in its (path|host)/, endpoint);
      const ofPage = refusalOf({ S3_PUBLIC_ENDPOINTS: `https://ok.example, ${endpoint}` });
      assert.match(ofPage, /S3_PUBLIC_ENDPOINTS has the name/, endpoint);
    }
    for (const endpoint of [
      'https://s3.example.com/{bucket}',
      'https://bucket.example.com/{bucket}',
      'https://{bucket}.s3.eu-west-1.amazonaws.com',
      'https://bucket',
      'https://s3.example.com/prefix-of-bucket',
    ]) {
      assert.equal(refusalOf({ S3_ENDPOINT: endpoint }), 'fine', endpoint);
    }
  });

  it('of the region is read from the host, and refused where both differ', async () => {
    const regions: readonly [string, string][] = [
      ['https://s3.eu-west-1.amazonaws.com', 'eu-west-1'],
      ['https://s3.dualstack.us-gov-west-1.amazonaws.com', 'us-gov-west-1'],
      ['https://{bucket}.s3.ap-southeast-2.amazonaws.com', 'ap-southeast-2'],
      ['https://s3.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
      ['https://s3.eu-central-003.backblazeb2.com', 'eu-central-003'],
      ['https://s3.fr-par.scw.cloud', 'fr-par'],
      ['https://s3.amazonaws.com', 'us-east-1'],
      ['https://s3-accelerate.amazonaws.com', 'us-east-1'],
      ['https://s3.eu-west-1.amazonaws.com.evil.example', 'us-east-1'],
    ];
    for (const [S3_ENDPOINT, region] of regions) {
      const { store } = optionsFrom({ ...ENOUGH, S3_ENDPOINT });
      const { url } = await store.presignGet('a', { expiresIn: 60 });
      const scope = new URL(url).searchParams.get('X-Amz-Credential') ?? '';
      assert.equal(scope.split('/')[2], region, S3_ENDPOINT);
    }
    const [S3_ENDPOINT] = regions[0] ?? [];
    assert.equal(refusalOf({ S3_ENDPOINT, S3_REGION: 'eu-west-1' }), 'fine');
    assert.match(
      refusalOf({ S3_ENDPOINT, S3_REGION: 'eu-central-1' }),
      /S3_REGION is not eu-west-1/,
    );
  });

  it('of a bucket of S3 Express is refused by name', () => {
    assert.match(refusalOf({ S3_BUCKET: 'x--use1-az4--x-s3' }), /S3_BUCKET .*S3 Express/);
  });
});

describe('the log', () => {
  it('gives lines to the method of the console that is named like their level', () => {
    const { info, warn, error } = console;
    const seen: string[] = [];
    Object.assign(console, {
      info: () => seen.push('info'),
      warn: () => seen.push('warn'),
      error: () => seen.push('error'),
    });
    try {
      const log = createLog();
      log.error('a');
      log.warn('b');
      log.info('c');
    } finally {
      Object.assign(console, { info, warn, error });
    }
    assert.deepEqual(seen, ['error', 'warn', 'info']);
  });

  it('says what a hook threw, and where, in a line with the id of the request', async () => {
    const { app, lines } = signerFor(
      {},
      {
        policy: () => {
          throw new TypeError('quotas is not iterable');
        },
      },
    );
    const files = [{ id: crypto.randomUUID(), name: 'x', bytes: 1, type: '' }];
    const answer = await app.request('/uploads', post({ files }));
    const line = lines.find(({ event }) => event === 'hook_failed');
    assert.equal(line?.['level'], 'error');
    assert.equal(line['message'], 'quotas is not iterable');
    assert.match(String(line['stack']), /mistakes\.test\.ts/);
    assert.equal(line['requestId'], answer.headers.get('x-request-id'));
  });

  it('leaves the places in a stack as they are, in whatever folder the code lies', () => {
    const frames = [
      '    at policy (file:///home/Ada/Projects2/uploads-of-the-house/src/policy.ts:276:17)',
      '    at file:///tmp/tmp.TSojmtUpyf/s3-upload/worker/hooks.ts:80:18',
    ];
    const redacted = redact(`Error: ${SECRET}\n${frames.join('\n')}`);
    assert.equal(redacted, `Error: …\n${frames.join('\n')}`);
    const elsewhere = `    at ${SECRET}\n    at ${SECRET}:1:x)\nAuthorization:\n  Bearer short`;
    assert.doesNotMatch(redact(elsewhere), /wJalr|short/);
  });

  it('takes secrets out of messages', () => {
    const secrets = [
      SECRET,
      'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXRoYXQtaXMtbG9uZy1lbm91Z2g',
      'the-secret-that-seals-upload-tokens',
      'short-password',
      'c2hvcnQ',
      'AKIDEXAMPLE',
    ];
    const [key, jwt, long, password, bearer, id] = secrets;
    const { message } = defectOf(
      new Error(
        `fetch https://s3.example/b/k?X-Amz-Credential=${id} failed: Authorization: Bearer ${bearer}; secret=${password}, ${key} ${jwt} ${long}`,
      ),
    );
    for (const secret of secrets) {
      for (const piece of secret.split('.')) assert.ok(!String(message).includes(piece), piece);
    }
    assert.match(String(message), /fetch https:\/\/s3\.example\/b\/k\?… failed/);
  });

  it('names what was refused in a batch on the line of its request', async () => {
    const { app, lines } = signerFor({ MAX_BYTES: '10', ACCEPT: 'image/*' });
    const file = { name: 'x.png', bytes: 11, type: 'image/png' };
    const files = [file, file, { ...file, bytes: 1, type: 'text/plain', name: 'x.txt' }];
    const ids = files.map((one) => ({ id: crypto.randomUUID(), ...one }));
    await app.request('/uploads', post({ files: ids }));
    const line = lines.find(({ event }) => event === 'request');
    assert.deepEqual(line?.['refused'], { too_large: 2, type_not_allowed: 1 });
    assert.equal(line['level'], 'info');
  });
});

describe('what the store answered to the page', () => {
  it('reaches the log with its advice, and the page gets the advice', async () => {
    const { app, lines } = signerFor({ ALLOWED_ORIGINS: PAGE });
    const report = { status: 403, code: 'SignatureDoesNotMatch', requestId: '17AB/x+1=', part: 1 };
    const answer = await app.request('/report', post(report, { origin: PAGE }));
    const { advice } = (await answer.json()) as { advice: string };
    assert.match(advice, /S3_SECRET_ACCESS_KEY is wrong, or a proxy/);
    const [line] = lines;
    assert.equal(line?.['level'], 'error');
    assert.equal(line['reportedCode'], 'SignatureDoesNotMatch');
    assert.equal(line['reportedId'], '17AB/x+1=');
    assert.equal(line['reportedStatus'], 403);
    assert.equal(line['origin'], PAGE);
    assert.ok(String(line['detail']).includes(advice));
  });

  it('is an error for the log once a minute', async () => {
    let time = Date.now();
    const { app, levels } = signerFor({}, { now: () => time });
    const send = () => app.request('/report', post({ status: 403, code: 'AccessDenied' }));
    await send();
    await send();
    await app.request('/report', post({ status: 507, code: 'XMinioStorageFull' }));
    time += 61_000;
    await send();
    assert.deepEqual(levels, ['error', 'info', 'error', 'error']);
  });

  it('names the rule and the origin if the page could read no answer', async () => {
    const { app } = signerFor({ ALLOWED_ORIGINS: PAGE });
    const answer = await app.request('/report', post({ status: 0 }, { origin: PAGE }));
    assert.match(
      await answer.text(),
      /CORS rule must allow PUT and POST, .* expose ETag.*--origin https:\/\/app\.example\.com/,
    );
  });

  it('is refused if it is anything but codes and ids', async () => {
    const { app } = signerFor();
    for (const report of [
      { status: 403, code: '<script>' },
      { status: 403, code: 'x'.repeat(129) },
      { status: 403, requestId: 'a b' },
      { status: 600 },
      { status: 403, url: 'https://x.example' },
    ]) {
      const { status } = await app.request('/report', post(report));
      assert.equal(status, 400, JSON.stringify(report));
    }
  });
});
