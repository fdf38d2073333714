/** Tokens of identity providers, as each of them makes them. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startLab, type Lab, type Settings } from '../harness.ts';
import { localR2, type Running } from '../s3/stores.ts';
import { Provider, signedBy } from './provider.ts';
import { SHAPES } from './shapes.ts';

const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
let store: { running: Running; stop: () => Promise<void> };
before(async () => {
  store = await localR2.start();
});
after(() => store.stop());

/** Runs with a provider of its own, so that nothing is known of its keys. */
async function withProvider(
  run: (
    provider: Provider,
    start: (settings?: Settings) => Promise<Lab>,
    url: string,
  ) => Promise<void>,
): Promise<void> {
  const provider = new Provider();
  const labs: Lab[] = [];
  try {
    const url = await provider.start();
    const start = async (settings: Settings = {}) => {
      const usual = { JWT_SECRET: '', JWT_JWKS_URL: `${url}/jwks.json`, JWT_AUDIENCE: 'uploads' };
      const lab = await startLab(store.running, { ...usual, ...settings });
      labs.push(lab);
      return lab;
    };
    await run(provider, start, url);
  } finally {
    await Promise.all(labs.map((lab) => lab.stop()));
    provider.stop();
  }
}

async function answerTo(lab: Lab, token: string): Promise<string> {
  const { status, headers } = await lab.with({ authorization: `Bearer ${token}` }).get('/policy');
  const why = /error_description="(.*)"/.exec(headers.get('www-authenticate') ?? '')?.[1];
  return why === undefined ? String(status) : `${status} ${why}`;
}

const claims = (more: object = {}) => ({ sub: 'u', aud: 'uploads', exp: inAnHour(), ...more });

describe('a token of a provider', () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    it(`lets in by ${name}, and not by one for another app`, () =>
      withProvider(async (provider, start) => {
        const key = provider.add(shape.alg, 'signing', shape.key);
        provider.add('RS256', 'encryption', { use: 'enc', alg: 'RSA-OAEP' });
        const lab = await start({
          JWT_AUDIENCE: shape.audience,
          JWT_ISSUER: 'https://iss.example/',
        });
        const usual = { iss: 'https://iss.example/', iat: inAnHour() - 3600, exp: inAnHour() };
        const tokenWith = (more: object) =>
          signedBy(key, { ...usual, ...shape.claims, ...more }, shape.header);
        assert.equal(await answerTo(lab, tokenWith({})), '200');
        assert.equal(await answerTo(lab, tokenWith(shape.elsewhere)), '401 wrong audience');
        const another = tokenWith({ iss: 'https://another.example/' });
        assert.equal(await answerTo(lab, another), '401 wrong issuer');
      }));
  }

  it('lets in by Access’s assertion, whose set also has certificates, and says why it does not', () =>
    withProvider(async (provider, start, team) => {
      const key = provider.add('RS256', 'access');
      provider.add('RS256', 'access-before');
      provider.beside = { public_cert: { kid: 'access' }, public_certs: [{ kid: 'access' }] };
      const lab = await start({ AUTH: 'access', ACCESS_TEAM: team, ACCESS_AUDIENCE: 'app-tag' });
      const get = (more: object) => {
        const assertion = { ...claims(), iss: team, aud: ['app-tag'], type: 'app', ...more };
        const headers = { 'cf-access-jwt-assertion': signedBy(key, assertion) };
        return lab.with(headers).get('/policy');
      };
      assert.equal((await get({ email: 'a@b.example' })).status, 200);
      const refused = await get({ exp: 1 });
      assert.equal(refused.status, 401);
      assert.match(refused.headers.get('www-authenticate') ?? '', /error_description="expired"/);
    }));

  it('takes client_id, otherwise azp, for the audience only where there is no aud', () =>
    withProvider(async (provider, start) => {
      const key = provider.add('RS256', 'k');
      const lab = await start();
      for (const [audience, answer] of [
        [{ client_id: 'uploads' }, '200'],
        [{ azp: 'uploads' }, '200'],
        [{ client_id: 'uploads', azp: 'x' }, '200'],
        [{ client_id: 'x', azp: 'uploads' }, '401 wrong audience'],
        [{ aud: 'x', client_id: 'uploads', azp: 'uploads' }, '401 wrong audience'],
        [{ aud: [], azp: 'uploads' }, '401 wrong audience'],
        [{ aud: null, azp: 'uploads' }, '401 wrong audience'],
        [{ azp: ['x'] }, '401 wrong audience'],
        [{}, '401 wrong audience'],
      ] as const) {
        const token = signedBy(key, { ...claims({ aud: undefined }), ...audience });
        assert.equal(await answerTo(lab, token), answer, JSON.stringify(audience));
      }
    }));
});

describe('a key of a provider', () => {
  it('verifies by every asymmetric algorithm that it is published for', () =>
    withProvider(async (provider, start) => {
      const keys = ALGORITHMS.map((alg) => provider.add(alg, alg));
      const lab = await start();
      for (const key of keys) {
        assert.equal(await answerTo(lab, signedBy(key, claims())), '200', key.alg);
      }
      assert.equal(provider.asked, 1);
    }));

  it('verifies by no algorithm but the one that it names', () =>
    withProvider(async (provider, start) => {
      const key = provider.add('RS256', 'k');
      const lab = await start();
      for (const alg of ['RS384', 'RS512', 'PS256', 'PS512']) {
        assert.equal(await answerTo(lab, signedBy({ ...key, alg }, claims())), '401 unknown key');
      }
    }));

  it('needs no id where only one fits, and is found among several', () =>
    withProvider(async (provider, start) => {
      const first = provider.add('ES256');
      const lab = await start();
      assert.equal(await answerTo(lab, signedBy(first, claims())), '200');
      const last = provider.add('ES256');
      const other = provider.add('RS256', 'named');
      const fresh = await start();
      for (const key of [first, last, other]) {
        assert.equal(await answerTo(fresh, signedBy(key, claims(), { kid: undefined })), '200');
      }
      const stranger = new Provider().add('ES256');
      assert.equal(await answerTo(fresh, signedBy(stranger, claims())), '401 wrong key');
    }));

  it('may share its id with another key', () =>
    withProvider(async (provider, start) => {
      const keys = ['RS256', 'RS256', 'ES256'].map((alg) => provider.add(alg, 'same'));
      const lab = await start();
      for (const key of keys) assert.equal(await answerTo(lab, signedBy(key, claims())), '200');
      const stranger = new Provider().add('RS256', 'same');
      assert.equal(await answerTo(lab, signedBy(stranger, claims())), '401 wrong key');
      assert.equal(
        await answerTo(lab, signedBy(keys[1] ?? stranger, claims({ exp: 1 }))),
        '401 expired',
      );
    }));

  it('costs a token without an id eight attempts at most', () =>
    withProvider(async (provider, start) => {
      const keys = Array.from({ length: 9 }, () => provider.add('ES256'));
      const lab = await start();
      const answers = await Promise.all(keys.map((key) => answerTo(lab, signedBy(key, claims()))));
      assert.deepEqual(answers, [...Array.from({ length: 8 }, () => '200'), '401 wrong key']);
    }));

  it('counts at once when it is replaced a second after the set was read, with an id or without', () =>
    withProvider(async (provider, start) => {
      for (const kids of [
        ['old', 'new'],
        ['same', 'same'],
        [undefined, undefined],
      ] as const) {
        provider.keys = [];
        provider.asked = 0;
        const [old, replaced] = kids;
        const lab = await start();
        const oldKey = provider.add('RS256', old);
        assert.equal(await answerTo(lab, signedBy(oldKey, claims())), '200');
        provider.keys = [];
        const newKey = provider.add('RS256', replaced);
        const herd = Array.from({ length: 10 }, () => answerTo(lab, signedBy(newKey, claims())));
        assert.deepEqual([...new Set(await Promise.all(herd))], ['200'], String(old));
        assert.notEqual(await answerTo(lab, signedBy(oldKey, claims())), '200', 'it is withdrawn');
        assert.equal(provider.asked, 2, 'each forged token could be one of an old key');
      }
    }));

  it('is not used where it is weak, private, for encryption or a secret', () =>
    withProvider(async (provider, start) => {
      const weak = provider.add('RS256', 'weak', {}, 1024);
      const secret = provider.add('RS256', 'private');
      Object.assign(secret.jwk, secret.privateKey.export({ format: 'jwk' }));
      const encryption = provider.add('RS256', 'encryption', { use: 'enc' });
      const wrapping = provider.add('RS256', 'wrapping', { key_ops: ['wrapKey'] });
      const lab = await start();
      const answers = [weak, secret, encryption, wrapping].map((key) =>
        answerTo(lab, signedBy(key, claims())),
      );
      assert.deepEqual(await Promise.all(answers), [
        '401 unusable key',
        '401 unusable key',
        '401 unknown key',
        '401 unknown key',
      ]);
    }));

  it('is never taken from the token', () =>
    withProvider(async (provider, start) => {
      provider.add('ES256', 'k');
      const lab = await start();
      const stranger = new Provider().add('ES256', 'k');
      const headers = [
        { jwk: stranger.jwk },
        { jku: 'https://evil.example/jwks.json', kid: 'elsewhere' },
        { x5u: 'https://evil.example/cert', kid: undefined },
      ];
      for (const header of headers) {
        assert.match(await answerTo(lab, signedBy(stranger, claims(), header)), /^401 \w+ key$/);
      }
    }));
});
