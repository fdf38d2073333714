/** Why a caller is refused, as the page's developer and the operator read it. */
import assert from 'node:assert/strict';
import { createHmac, createSecretKey, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { JWT_SECRET, ORIGIN, startLab, type Lab } from '../harness.ts';
import { localR2, type Running } from '../s3/stores.ts';
import { Provider } from './provider.ts';

const now = () => Math.floor(Date.now() / 1000);
let store: { running: Running; stop: () => Promise<void> };
before(async () => {
  store = await localR2.start();
});
after(() => store.stop());

/** By HS256, whatever the header says. */
function macOf(claims: unknown, header: object = {}, secret = JWT_SECRET): string {
  const signed = [{ alg: 'HS256', typ: 'JWT', ...header }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const key = createSecretKey(Buffer.from(secret));
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

async function requestLines(lab: Lab): Promise<Record<string, unknown>[]> {
  const { log } = await lab.seen();
  return log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event }) => event === 'request');
}

describe('a refused token', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab(store.running, {
      JWT_ISSUER: 'app',
      JWT_AUDIENCE: 'uploads',
      ALLOWED_ORIGINS: ORIGIN,
      COMPANION: 'on',
      JWT_COOKIE: 'session',
    });
  });
  after(() => lab.stop());

  const claims = (more: object = {}) => ({
    sub: 'alice',
    iss: 'app',
    aud: 'uploads',
    exp: now() + 3600,
    ...more,
  });

  it('is answered with the reason, in the header, in the detail and in the log, and not repeated', async () => {
    const tokens: [string, string, RegExp][] = [
      ['expired', macOf(claims({ exp: now() - 61 })), /has expired/],
      ['no exp', macOf(claims({ exp: undefined })), /no exp claim/],
      ['no exp', macOf(claims({ exp: '9999999999' })), /no exp claim/],
      ['not valid yet', macOf(claims({ nbf: now() + 120 })), /not valid yet/],
      ['wrong issuer', macOf(claims({ iss: 'app2' })), /another issuer/],
      ['wrong issuer', macOf(claims({ iss: undefined })), /another issuer/],
      ['wrong audience', macOf(claims({ aud: 'mail' })), /another audience/],
      ['no owner', macOf(claims({ sub: undefined })), /needs a sub claim/],
      ['wrong key', macOf(claims(), {}, JWT_SECRET.toUpperCase()), /another key/],
      ['wrong algorithm', macOf(claims(), { alg: 'none' }), /algorithm/],
      ['wrong algorithm', macOf(claims(), { alg: 'RS256' }), /algorithm/],
      ['wrong algorithm', macOf(claims(), { crit: ['exp'], exp: 1 }), /critical header/],
      ['wrong type', macOf(claims(), { typ: 'logout+jwt' }), /type \(typ\)/],
      ['not a signed JWT', 'opaque-token-of-an-identity-provider', /ask the provider/],
      ['not a signed JWT', 'eyJhbGciOiJkaXIifQ..iv.cipher.tag', /ask the provider/],
      ['not a signed JWT', `Bearer ${macOf(claims())}`, /ask the provider/],
      ['not a signed JWT', '[object Response]', /ask the provider/],
      ['not a signed JWT', macOf('not an object'), /ask the provider/],
      ['not a signed JWT', macOf([claims()]), /ask the provider/],
    ];
    await lab.seen();
    for (const [reason, token, detail] of tokens) {
      const answer = await lab.with({ authorization: `Bearer ${token}` }).get('/policy');
      assert.equal(answer.status, 401, reason);
      assert.equal(
        answer.headers.get('www-authenticate'),
        `Bearer error="invalid_token", error_description="${reason}"`,
      );
      assert.match(answer.problem.detail, detail);
      assert.ok(!JSON.stringify(answer.problem).includes(token.slice(0, 20)), reason);
    }
    const lines = await requestLines(lab);
    assert.deepEqual(
      lines.map(({ reason }) => reason),
      tokens.map(([reason]) => reason),
    );
    for (const [, token] of tokens) {
      for (const piece of token.split('.').filter(({ length }) => length > 10)) {
        assert.ok(!JSON.stringify(lines).includes(piece));
      }
    }
  });

  it('says so in a cookie and to Uppy, too', async () => {
    const token = macOf(claims({ exp: 1 }));
    const cookie = await lab.with({ cookie: `session=${token}` }).get('/policy');
    const uppy = await lab
      .with({ authorization: `Bearer ${token}`, origin: ORIGIN })
      .get('/companion/s3/params?filename=x');
    for (const { status, headers } of [cookie, uppy]) {
      assert.equal(status, 401);
      assert.match(headers.get('www-authenticate') ?? '', /error_description="expired"$/);
    }
  });

  it('shows its reason to pages of other origins', async () => {
    const { headers } = await lab
      .with({ authorization: `Bearer ${macOf(claims({ exp: 1 }))}`, origin: ORIGIN })
      .get('/policy');
    assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
    assert.match(headers.get('access-control-expose-headers') ?? '', /WWW-Authenticate/i);
  });

  it('is told from a wrong upload token, and from a cookie where none counts', async () => {
    const headers = { authorization: `Bearer ${macOf(claims())}`, 'upload-token': 'a.b.c' };
    const parts = { parts: [{ number: 1 }] };
    const path = `/uploads/${randomUUID()}/sign`;
    const open = await startLab(store.running, { JWT_COOKIE: 'session', ALLOWED_ORIGINS: '*' });
    const answers = [
      await lab.with(headers).post(path, parts),
      await open.with({ cookie: `session=${macOf(claims())}` }).get('/policy'),
    ];
    const lines = [await requestLines(lab), await requestLines(open)].map((all) => all.at(-1));
    await open.stop();
    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401],
    );
    assert.match(answers[0]?.headers.get('www-authenticate') ?? '', /"wrong upload token"$/);
    assert.equal(lines[0]?.['reason'], 'wrong upload token');
    assert.equal(lines[1]?.['reason'], 'no credentials');
  });

  it('is told from a request without a token, which is asked for one', async () => {
    await lab.seen();
    const { status, headers } = await lab.with({}).get('/policy');
    assert.equal(status, 401);
    assert.equal(headers.get('www-authenticate'), 'Bearer');
    const [line] = await requestLines(lab);
    assert.equal(line?.['code'], 'unauthenticated');
    assert.equal(line?.['reason'], 'no credentials');
  });
});

describe('a key set that cannot be read', () => {
  it('is named in the log, with what it answers, and not in the answer', async () => {
    const provider = new Provider();
    const url = await provider.start();
    try {
      for (const [reason, answer] of [
        ['answers 503', undefined],
        ['does not answer with a key set', '<html>'],
        ['does not answer with a key set', '{"keys":[1]}'],
        ['does not answer with a key set', '{"keys":{}}'],
        ['answers with more than 262144 bytes', ' '.repeat(300_000)],
      ] as const) {
        provider.down = answer === undefined;
        provider.answer = (response) => void response.end(answer);
        const lab = await startLab(store.running, {
          JWT_SECRET: '',
          JWT_JWKS_URL: `${url}/jwks.json?tenant=private`,
          JWT_AUDIENCE: 'uploads',
        });
        const { status, problem } = await lab
          .with({ authorization: `Bearer ${macOf({})}` })
          .get('/policy');
        const [line] = await requestLines(lab);
        await lab.stop();
        assert.equal(status, 503);
        assert.ok(!JSON.stringify(problem).includes('jwks.json'));
        assert.equal(line?.['reason'], `${url}/jwks.json ${reason}`);
      }
    } finally {
      provider.stop();
    }
  });
});
