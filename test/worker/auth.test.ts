/** Who may call, by each kind of authentication. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { sign } from 'hono/jwt';
import type { CreateAnswer, Policy } from '../../worker/protocol.ts';
import { Provider } from './auth/provider.ts';
import { JWT_SECRET, jwtFor, startLab, type Lab } from './harness.ts';
import { localR2, type Running } from './s3/stores.ts';

const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
let store: { running: Running; stop: () => Promise<void> };

before(async () => {
  store = await localR2.start();
});
after(() => store.stop());

const statusWith = async (lab: Lab, token: string, scheme = 'Bearer') =>
  (await lab.with({ authorization: `${scheme} ${token}` }).get('/policy')).status;

/** A JWT over this very text, which no JSON writer would make. */
async function signedText(payload: string): Promise<string> {
  const part = (text: string) => Buffer.from(text).toString('base64url');
  const signed = `${part('{"alg":"HS256","typ":"JWT"}')}.${part(payload)}`;
  const mac = createHmac('sha256', JWT_SECRET).update(signed).digest('base64url');
  return `${signed}.${mac}`;
}

describe('a JWT by secret', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab(store.running, { JWT_ISSUER: 'app', JWT_AUDIENCE: 'uploads, other' });
  });
  after(() => lab.stop());

  const claims = () => ({ sub: 'alice', iss: 'app', aud: 'uploads', exp: inAnHour() });

  it('lets its subject in', async () => {
    assert.equal(await statusWith(lab, await sign(claims(), JWT_SECRET)), 200);
    const many = { ...claims(), aud: ['x', 'other'] };
    assert.equal(await statusWith(lab, await sign(many, JWT_SECRET)), 200);
    const [head, ...rest] = (await sign(claims(), JWT_SECRET)).split('.');
    assert.ok(head);
    assert.equal(await statusWith(lab, [head, ...rest].join('.'), 'bearer'), 200);
  });

  it('case 16: lets nobody in by any other', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const [, payload, signature] = (await sign(claims(), JWT_SECRET)).split('.');
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const { exp: _, ...endless } = claims();
    const { sub: __, ...nobody } = claims();
    const tokens = {
      'alg none': `${none}.${payload}.`,
      'alg none, signed': `${none}.${payload}.${signature}`,
      'another secret': await sign(claims(), JWT_SECRET.toUpperCase()),
      HS512: await sign(claims(), JWT_SECRET, 'HS512'),
      RS256: await sign(claims(), pem, 'RS256'),
      expired: await sign({ ...claims(), exp: seconds - 61 }, JWT_SECRET),
      'without an end': await sign(endless, JWT_SECRET),
      'not yet': await sign({ ...claims(), nbf: seconds + 120 }, JWT_SECRET),
      'another audience': await sign({ ...claims(), aud: 'mail' }, JWT_SECRET),
      'another issuer': await sign({ ...claims(), iss: 'app2' }, JWT_SECRET),
      'no subject': await sign(nobody, JWT_SECRET),
      'empty subject': await sign({ ...claims(), sub: '' }, JWT_SECRET),
      'subject of another kind': await sign({ ...claims(), sub: { id: 1 } as never }, JWT_SECRET),
      'two dots': 'a.b.c',
      empty: '',
    };
    for (const [what, token] of Object.entries(tokens)) {
      assert.equal(await statusWith(lab, token), 401, what);
    }
    const good = await sign(claims(), JWT_SECRET);
    for (const scheme of ['Basic', 'Token', 'Bearer Bearer', 'X']) {
      assert.equal(await statusWith(lab, good, scheme), 401, scheme);
    }
    assert.equal((await lab.with({ cookie: `session=${good}` }).get('/policy')).status, 401);
    assert.equal((await lab.with({}).get(`/policy?token=${good}`)).status, 401);
  });

  it('names its owner by a string or a safe integer, and by nothing that could merge two people', async () => {
    const merging = [
      '9007199254740993',
      '-9007199254740993',
      '1.5',
      'true',
      'null',
      '[1]',
      '1e300',
    ];
    const strings = ['', '\\ud800', 'a\\udc00b', 'x'.repeat(256)].map((text) => `"${text}"`);
    for (const sub of [...merging, ...strings]) {
      const token = await signedText(
        `{"sub":${sub},"iss":"app","aud":"uploads","exp":${inAnHour()}}`,
      );
      const { status, problem } = await lab
        .with({ authorization: `Bearer ${token}` })
        .get('/policy');
      assert.equal(status, 401, sub);
      assert.equal(problem.code, 'unauthenticated', sub);
      assert.match(problem.detail, /\bsub claim\b/, sub);
    }
    for (const sub of ['9007199254740991', '7', '"7"', '"ünï😀"']) {
      const token = await signedText(
        `{"sub":${sub},"iss":"app","aud":"uploads","exp":${inAnHour()}}`,
      );
      assert.equal(await statusWith(lab, token), 200, sub);
    }
  });

  it('forgives clocks a minute', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const late = { ...claims(), exp: seconds - 30, nbf: seconds + 30 };
    assert.equal(await statusWith(lab, await sign(late, JWT_SECRET)), 200);
  });
});

describe('a JWT in a cookie', () => {
  const APP = 'https://app.example.com';
  let lab: Lab;
  let cookie: string;
  before(async () => {
    lab = await startLab(store.running, {
      JWT_COOKIE: 'session',
      ALLOWED_ORIGINS: APP,
      COMPANION: 'on',
    });
    cookie = `theme=dark; session=${await jwtFor('alice')}`;
  });
  after(() => lab.stop());

  it('case 21: counts only for pages that may call', async () => {
    const file = { id: randomUUID(), name: 'x', bytes: 1, type: '' };
    const create = (headers: Record<string, string>) =>
      lab.with({ cookie, ...headers }).post<CreateAnswer>('/uploads', { files: [file] });
    assert.equal((await create({ origin: APP })).status, 200);
    assert.equal((await create({ origin: 'https://evil.example' })).status, 403);
    assert.equal((await create({})).status, 403);
    assert.equal((await lab.with({ cookie }).get('/policy')).status, 200);
  });

  it('begins no upload of Companion’s by a link or an image of another site', async () => {
    const ask = (headers: Record<string, string>) =>
      lab.with({ cookie, ...headers }).get('/companion/s3/params?filename=x');
    assert.equal((await ask({ origin: APP, 'sec-fetch-site': 'cross-site' })).status, 200);
    assert.equal((await ask({ 'sec-fetch-site': 'same-origin' })).status, 200);
    for (const site of ['cross-site', 'same-site', 'none']) {
      assert.equal((await ask({ 'sec-fetch-site': site })).status, 403, site);
    }
    assert.equal((await ask({})).status, 403);
  });

  it('counts for nothing where pages of any origin may call', async () => {
    const open = await startLab(store.running, { JWT_COOKIE: 'session', ALLOWED_ORIGINS: '*' });
    const anyone = await startLab(store.running, { AUTH: 'anonymous', ALLOWED_ORIGINS: '*' });
    try {
      for (const origin of [{}, { origin: APP }, { 'sec-fetch-site': 'same-origin' }]) {
        const answer = await open.with({ cookie, ...origin }).get('/policy');
        assert.equal(answer.status, 401);
        assert.equal(answer.headers.get('access-control-allow-credentials'), null);
      }
      const fresh = await anyone.with({}).get('/policy');
      assert.equal(fresh.headers.get('set-cookie'), null);
      const identity = fresh.headers.get('anonymous-token') ?? '';
      const known = anyone.with({ 'anonymous-token': identity });
      await known.create({ bytes: 6 * 1024 * 1024 });
      const rowsFor = async (headers: Record<string, string>) =>
        (await anyone.with(headers).get<{ uploads: unknown[] }>('/uploads')).body.uploads.length;
      assert.equal(await rowsFor({ 'anonymous-token': identity }), 1);
      assert.equal(await rowsFor({ cookie: `s3-upload-client=${identity}` }), 0);
    } finally {
      await open.stop();
      await anyone.stop();
    }
  });

  it('yields to a bearer token', async () => {
    const answer = await lab.with({ cookie, authorization: 'Bearer x.y.z' }).get('/policy');
    assert.equal(answer.status, 401);
  });
});

describe('a JWT by published keys', () => {
  const provider = new Provider();
  let lab: Lab;
  before(async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA'] as const) provider.add(alg, `key-${alg}`);
    const url = await provider.start();
    issuer = url;
    lab = await startLab(store.running, settings());
  });
  after(async () => {
    await lab.stop();
    provider.stop();
  });

  let issuer: string;
  const settings = () => ({
    JWT_SECRET: '',
    JWT_JWKS_URL: `${issuer}/jwks.json`,
    JWT_ISSUER: issuer,
    JWT_AUDIENCE: 'uploads',
    OWNER_CLAIM: 'email',
  });
  const claims = () => ({ email: 'a@b.example', iss: issuer, aud: 'uploads', exp: inAnHour() });

  it('lets everybody in who calls while the keys are being fetched for the first time', async () => {
    provider.delayMs = 200;
    const fresh = await startLab(store.running, settings());
    try {
      const token = await provider.token('key-RS256', claims());
      const statuses = await Promise.all([1, 2, 3].map(() => statusWith(fresh, token)));
      assert.deepEqual(statuses, [200, 200, 200]);
    } finally {
      provider.delayMs = 0;
      provider.asked = 0;
      await fresh.stop();
    }
  });

  it('lets in by RS256, ES256 and EdDSA, and asks for the keys once', async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA']) {
      assert.equal(await statusWith(lab, await provider.token(`key-${alg}`, claims())), 200, alg);
    }
    assert.equal(provider.asked, 1);
  });

  it('lets nobody in by another audience, issuer, time or key', async () => {
    const bad = [
      { ...claims(), aud: 'mail' },
      { ...claims(), iss: 'https://evil.example' },
      { ...claims(), exp: 1 },
      { ...claims(), email: undefined },
    ];
    for (const claim of bad) {
      assert.equal(await statusWith(lab, await provider.token('key-RS256', claim)), 401);
    }
    const stranger = new Provider();
    stranger.add('RS256', 'key-RS256');
    assert.equal(await statusWith(lab, await stranger.token('key-RS256', claims())), 401);
  });

  it('case 16: does not take a public key for a secret', async () => {
    const [key] = provider.keys;
    assert.ok(key);
    const secrets = [JSON.stringify(key.jwk), (key.jwk as { n: string }).n];
    for (const secret of secrets) {
      const token = await sign(claims(), secret, 'HS256');
      const [, payload, signature] = token.split('.');
      const head = Buffer.from('{"alg":"HS256","typ":"JWT","kid":"key-RS256"}');
      assert.equal(await statusWith(lab, token), 401);
      assert.equal(
        await statusWith(lab, `${head.toString('base64url')}.${payload}.${signature}`),
        401,
      );
    }
  });

  it('asks again for a key that it does not know, but not for each forged token', async () => {
    provider.add('ES256', 'key-new');
    const asked = provider.asked;
    const token = await provider.token('key-new', claims());
    await lab.bend({ everyClockMs: 31_000 });
    assert.equal(await statusWith(lab, token), 200);
    assert.equal(provider.asked, asked + 1);
    const forged = { ...claims(), iss: issuer };
    const stranger = new Provider();
    for (let number = 0; number < 5; number++) {
      stranger.add('ES256', `key-${number}`);
      assert.equal(await statusWith(lab, await stranger.token(`key-${number}`, forged)), 401);
    }
    assert.equal(provider.asked, asked + 1);
  });

  it('keeps using its keys while the provider is down', async () => {
    provider.down = true;
    await lab.bend({ everyClockMs: 20 * 60_000 });
    const token = await provider.token('key-RS256', { ...claims(), exp: inAnHour() + 3600 });
    assert.equal(await statusWith(lab, token), 200);
    provider.down = false;
    await lab.bend({});
  });

  it('says 503 where it has none yet', async () => {
    provider.down = true;
    const fresh = await startLab(store.running, {
      JWT_SECRET: '',
      JWT_JWKS_URL: `${issuer}/jwks.json`,
      JWT_AUDIENCE: 'uploads',
    });
    const token = await provider.token('key-RS256', { ...claims(), sub: 'alice' });
    const { status, problem, headers } = await fresh
      .with({ authorization: `Bearer ${token}` })
      .get('/policy');
    assert.equal(status, 503);
    assert.equal(problem.code, 'store_unavailable');
    assert.ok(!problem.detail.includes('127.0.0.1'));
    assert.equal(headers.get('retry-after'), '2');
    provider.down = false;
    await fresh.bend({ everyClockMs: 2500 });
    assert.equal(await statusWith(fresh, token), 200);
    await fresh.stop();
  });

  it('asks a provider that is down once at a time, and less and less often', async () => {
    const fresh = await startLab(store.running, settings());
    provider.down = true;
    provider.delayMs = 200;
    provider.asked = 0;
    try {
      const token = await provider.token('key-RS256', claims());
      const herd = () => Promise.all(Array.from({ length: 20 }, () => statusWith(fresh, token)));
      assert.deepEqual(new Set(await herd()), new Set([503]));
      assert.equal(provider.asked, 1);
      await herd();
      assert.equal(provider.asked, 1, 'at once');
      await fresh.bend({ everyClockMs: 2500 });
      await herd();
      assert.equal(provider.asked, 2, 'after two seconds');
      await fresh.bend({ everyClockMs: 5000 });
      await herd();
      assert.equal(provider.asked, 2, 'not after two more');
    } finally {
      provider.down = false;
      provider.delayMs = 0;
      await fresh.stop();
    }
  });

  it('asks again when keys have aged, by max-age within bounds, and lets a withdrawn key end', async () => {
    for (const [maxAge, stillAt, againAt] of [
      [undefined, 590, 610],
      [120, 115, 125],
      [0, 55, 65],
      [10_000_000, 3590, 3610],
    ] as const) {
      provider.maxAge = maxAge;
      provider.asked = 0;
      const fresh = await startLab(store.running, settings());
      const token = await provider.token('key-RS256', { ...claims(), exp: inAnHour() + 7200 });
      for (const [seconds, asked] of [
        [0, 1],
        [stillAt, 1],
        [againAt, 2],
      ] as const) {
        await fresh.bend({ everyClockMs: seconds * 1000 });
        assert.equal(await statusWith(fresh, token), 200);
        assert.equal(provider.asked, asked, `${maxAge} after ${seconds} s`);
      }
      provider.down = true;
      await fresh.bend({ everyClockMs: 30 * 3_600_000 });
      const late = await provider.token('key-RS256', { ...claims(), exp: inAnHour() + 200_000 });
      assert.equal(await statusWith(fresh, late), 503);
      provider.down = false;
      await fresh.stop();
    }
    provider.maxAge = undefined;
  });

  it('follows no redirect, and reads no endless set', async () => {
    const token = await provider.token('key-RS256', claims());
    const [key] = provider.keys;
    const set = JSON.stringify({ keys: [{ ...key?.jwk, kid: 'key-RS256', alg: 'RS256' }] });
    const answers: Record<string, (response: ServerResponse) => void> = {
      redirect: (response) => {
        provider.answer = undefined;
        response.writeHead(302, { location: '/other' }).end();
      },
      'too large': (response) => void response.end(set + ' '.repeat(300 * 1024)),
      'not JSON': (response) => void response.end('<html>'),
    };
    for (const [what, answer] of Object.entries(answers)) {
      const fresh = await startLab(store.running, settings());
      provider.answer = answer;
      assert.equal(await statusWith(fresh, token), 503, what);
      provider.answer = undefined;
      await fresh.stop();
    }
  });
});

describe('Cloudflare Access', () => {
  const provider = new Provider();
  let lab: Lab;
  let team: string;
  before(async () => {
    provider.add('RS256', 'access');
    team = await provider.start();
    lab = await startLab(store.running, {
      AUTH: 'access',
      JWT_SECRET: '',
      ACCESS_TEAM: team,
      ACCESS_AUDIENCE: 'app-tag',
    });
  });
  after(async () => {
    await lab.stop();
    provider.stop();
  });

  const token = (claims: object = {}) =>
    provider.token('access', { sub: 'u', iss: team, aud: ['app-tag'], exp: inAnHour(), ...claims });

  it('lets in whom Access has let through, and nobody by what they say of themselves', async () => {
    const get = async (headers: Record<string, string>) =>
      (await lab.with(headers).get<Policy>('/policy')).status;
    assert.equal(await get({ 'cf-access-jwt-assertion': await token() }), 200);
    assert.equal(await get({ 'cf-access-jwt-assertion': await token({ aud: ['x'] }) }), 401);
    assert.equal(await get({ authorization: `Bearer ${await token()}` }), 401);
    assert.equal(await get({ 'cf-access-authenticated-user-email': 'a@b.example' }), 401);
    assert.equal(await get({}), 401);
  });

  it('accepts a browser’s writes only with an Origin', async () => {
    const assertion = await token();
    const file = { id: randomUUID(), name: 'x', bytes: 1, type: '' };
    const create = (headers: Record<string, string>) =>
      lab
        .with({ 'cf-access-jwt-assertion': assertion, ...headers })
        .post('/uploads', { files: [file] });
    assert.equal((await create({ cookie: `CF_Authorization=${assertion}` })).status, 403);
    assert.equal((await create({})).status, 200);
  });
});
