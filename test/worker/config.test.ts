/** Settings: one table, and a Worker that says which of them is missing or wrong. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { optionsFrom } from '../../worker/config.ts';
import { ProblemError } from '../../worker/problem.ts';
import { mayShowInline } from '../../worker/object/disposition.ts';
import { SETTINGS } from '../../worker/config/settings.ts';
import { PROFILES } from '../../worker/s3/profiles.ts';
import { createSigner } from '../../worker/signer.ts';

const kv = { get: 0, put: 0, delete: 0, list: 0 };
const ENOUGH = {
  UPLOADS: kv,
  AUTH: 'jwt',
  JWT_SECRET: 'the-secret-that-the-app-signs-its-tokens-with',
  TOKEN_SECRET: 'the-secret-that-seals-upload-tokens-in-tests',
  S3_BUCKET: 'bucket',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'secret',
};

const WEBHOOK = {
  WEBHOOK_URL: 'https://app.example.com/uploaded',
  WEBHOOK_SECRET: `whsec_${btoa('a secret of thirty-two characters')}`,
};

const ACCOUNT = '0123456789abcdef0123456789abcdef';
const R2 = { S3_ENDPOINT: `https://${ACCOUNT}.r2.cloudflarestorage.com` };

const signerFor = (settings: Record<string, unknown>) =>
  createSigner(optionsFrom({ ...ENOUGH, ...settings }));

const problemOf = (settings: Record<string, unknown>) => {
  try {
    signerFor(settings);
  } catch (error) {
    assert.ok(error instanceof ProblemError, String(error));
    assert.equal(error.code, 'misconfigured');
    return error.problem.detail;
  }
  return 'fine';
};

describe('the table of settings', () => {
  it('has every setting that is read, and none that is not', () => {
    const asked = new Set<string>();
    const watch = (settings: Record<string, unknown>) => {
      const all: Record<string, unknown> = { ...ENOUGH, ...settings };
      return new Proxy(all, {
        get(target, name) {
          asked.add(String(name));
          return target[String(name)];
        },
      });
    };
    optionsFrom(watch({ S3_ROLE_ARN: 'arn:aws:iam::1:role/x' }));
    optionsFrom(watch({ ...R2, S3_R2_SESSION: '1h' }));
    optionsFrom(watch({ JWT_SECRET: '', JWT_JWKS_URL: 'https://x.example', JWT_AUDIENCE: 'x' }));
    optionsFrom(watch({ AUTH: 'access', ACCESS_TEAM: 'https://x.example', ACCESS_AUDIENCE: 'x' }));
    optionsFrom(watch({ AUTH: 'basic', BASIC_USERS: 'backup:correct horse battery' }));
    optionsFrom(watch(WEBHOOK));
    const bindings = new Set(['UPLOADS', 'RATE_LIMIT', 'LIMITS']);
    const read = [...asked].filter((name) => !bindings.has(name)).sort();
    assert.deepEqual(read, SETTINGS.map(({ name }) => name).sort());
  });

  it('says of each what it means, what it is by default, and how it may look', () => {
    for (const { name, meaning, default: fallback, example } of SETTINGS) {
      assert.match(name, /^[A-Z0-9_]+$/);
      assert.match(meaning, /^.+[.)]$/, name);
      assert.notEqual(example, '', name);
      assert.notEqual(fallback, '', name);
    }
  });

  it('gives examples that work', () => {
    const special = new Set(['AUTH', 'JWT_JWKS_URL', 'S3_STYLE', 'S3_PROFILE', 'COMPANION']);
    for (const { name, example, ...setting } of SETTINGS) {
      if ('secret' in setting || special.has(name)) continue;
      const more = {
        ...(name === 'SSE_KMS_KEY_ID' && { SSE: 'aws:kms' }),
        ...(name.startsWith('WEBHOOK_') && WEBHOOK),
        ...(name === 'S3_R2_SESSION' && R2),
      };
      assert.equal(problemOf({ ...more, [name]: example }), 'fine', `${name}=${example}`);
    }
  });
});

describe('a Worker', () => {
  it('signs nothing until it is told who may call, and names what is missing', () => {
    assert.equal(problemOf({}), 'fine');
    const needed = [
      'AUTH',
      'TOKEN_SECRET',
      'S3_BUCKET',
      'S3_ACCESS_KEY_ID',
      'S3_SECRET_ACCESS_KEY',
      'JWT_SECRET',
      'UPLOADS',
    ];
    for (const name of needed) {
      for (const value of [undefined, '', '  ']) {
        assert.match(problemOf({ [name]: value }), new RegExp(`\\b${name}\\b`), name);
      }
    }
  });

  it('says what is wrong with a setting, and never what was in it', () => {
    const wrong: Record<string, string> = {
      AUTH: 'none-secret-value',
      JWT_SECRET: 'short-secret',
      TOKEN_SECRET: 'short-secret',
      S3_PROFILE: 'secret-store',
      S3_STYLE: 'secret-style',
      S3_ENDPOINT: 'secret-endpoint',
      S3_BUCKET: 'secret/../bucket',
      ALLOWED_ORIGINS: 'https://secret.example/path',
      MAX_BYTES: 'secret',
      MIN_BYTES: '-1',
      MAX_FILES: '1.5',
      NAME_PATTERN: '(secret',
      KEY_TEMPLATE: '{secret}',
      KEY_PREFIX: '../secret',
      CHECKSUM: 'secret',
      URL_TTL: 'secret',
      LINK_TTL: '8d',
      UPLOAD_TTL: '1 week',
      KEEP_FOR: 'secret',
      REMOVABLE: 'secret',
      ACL: 'secret-acl',
      SSE: 'secret',
      TAGS: '=secret',
      MIN_PART_BYTES: '1KiB',
      MAX_PART_BYTES: '6GiB',
      SINGLE_MAX_BYTES: '6GiB',
      METADATA: 'album, secret_name',
      SET_METADATA: 'secret_name=web',
      CACHE_CONTROL: 'secret=“1”',
      STORAGE_CLASS: 'secret ü',
      SSE_KMS_KEY_ID: 'secret ü',
    };
    for (const [name, value] of Object.entries(wrong)) {
      const detail = problemOf({
        ...(name.startsWith('SSE_') && { SSE: 'aws:kms' }),
        [name]: value,
      });
      assert.match(detail, new RegExp(`\\b${name}\\b`), `${name}: ${detail}`);
      if (value.includes('secret') && name !== 'KEY_TEMPLATE') {
        assert.ok(!detail.includes(value), `${name}: ${detail}`);
      }
    }
  });

  it('says what the store cannot do, rather than leave it out', () => {
    const minio = { S3_PROFILE: 'minio', S3_ENDPOINT: 'http://localhost:9000' };
    const r2 = { S3_PROFILE: 'r2', S3_ENDPOINT: 'https://x.r2.cloudflarestorage.com' };
    assert.match(problemOf({ ...minio, ACL: 'public-read' }), /^ACL: a minio store/);
    assert.match(
      problemOf({ ...minio, UPLOAD_MAX_AGE: '2d' }),
      /^UPLOAD_MAX_AGE: the store deletes/,
    );
    assert.match(
      problemOf({ S3_ABORTS_AFTER: '7d', UPLOAD_MAX_AGE: '8d' }),
      /^UPLOAD_MAX_AGE: the store deletes/,
    );
    assert.match(problemOf({ UPLOAD_MAX_AGE: '59s' }), /^UPLOAD_MAX_AGE/);
    assert.match(problemOf({ S3_ABORTS_AFTER: 'a week' }), /S3_ABORTS_AFTER must be a time/);
    assert.match(problemOf({ URL_TTL: '8d' }), /^URL_TTL/);
    assert.match(problemOf({ UPLOAD_TTL: '59s' }), /^UPLOAD_TTL/);
    assert.match(problemOf({ ...r2, TAGS: 'a=b' }), /^TAGS: a r2 store|^TAGS: an r2 store/);
    assert.match(problemOf({ ...r2, SSE: 'AES256' }), /^SSE: a/);
    assert.match(problemOf({ ...r2, CHECKSUM: 'sha256' }), /^CHECKSUM: a/);
    assert.match(problemOf({ ...r2, S3_ROLE_ARN: 'arn:x' }), /S3_ROLE_ARN/);
  });

  describe('that signs with sessions of R2', () => {
    const session = (settings: Record<string, string> = {}) =>
      problemOf({ ...R2, S3_R2_SESSION: '1h', ...settings });

    it('takes each lifetime from 15 minutes to seven days, and no other', () => {
      for (const time of ['15m', '900', '7d'])
        assert.equal(session({ S3_R2_SESSION: time }), 'fine');
      for (const time of ['899s', '604801', '8d', '0']) {
        assert.match(session({ S3_R2_SESSION: time }), /S3_R2_SESSION must be 15m to 7d/, time);
      }
      assert.match(session({ S3_R2_SESSION: 'on' }), /S3_R2_SESSION must be a time such as/);
    });

    it('refuses it on every other store, and roles on R2, and says what to set', () => {
      for (const profile of Object.keys(PROFILES).filter((name) => name !== 'r2')) {
        const problem = session({ S3_PROFILE: profile });
        assert.match(problem, /S3_R2_SESSION is for Cloudflare R2/, profile);
        assert.ok(problem.includes(profile), problem);
      }
      const role = { S3_ROLE_ARN: 'arn:x' };
      assert.match(problemOf({ ...R2, ...role }), /S3_ROLE_ARN .* no roles: set S3_R2_SESSION/);
      assert.match(session(role), /S3_ROLE_ARN .* no roles: set S3_R2_SESSION/);
      const minio = { ...role, S3_PROFILE: 'minio', S3_R2_SESSION: '1h', S3_ENDPOINT: 'http://m' };
      assert.match(problemOf(minio), /S3_R2_SESSION/);
    });

    it('refuses keys that are temporary themselves', () => {
      assert.match(session({ S3_SESSION_TOKEN: 'x' }), /S3_R2_SESSION.* remove S3_SESSION_TOKEN/);
    });

    it('needs the account’s ID in the endpoint, in front of which the bucket may be', () => {
      const fine = [
        `https://${ACCOUNT}.eu.r2.cloudflarestorage.com`,
        `https://{bucket}.${ACCOUNT}.r2.cloudflarestorage.com`,
        `https://${ACCOUNT}.r2.cloudflarestorage.com/{bucket}`,
      ];
      for (const S3_ENDPOINT of fine) assert.equal(session({ S3_ENDPOINT }), 'fine', S3_ENDPOINT);
      for (const host of ['r2.example', '127.0.0.1', `x.${ACCOUNT}.r2.cloudflarestorage.com`]) {
        const problem = session({ S3_PROFILE: 'r2', S3_ENDPOINT: `https://${host}` });
        assert.match(problem, /S3_ENDPOINT must begin with the account’s ID.*S3_R2_SESSION/, host);
      }
    });

    it('limits it to the folder that KEY_PREFIX names, and to the account without the bucket', async () => {
      for (const KEY_PREFIX of ['photos', 'photos/']) {
        const { store } = optionsFrom({
          ...ENOUGH,
          S3_ENDPOINT: `https://{bucket}.${ACCOUNT}.r2.cloudflarestorage.com`,
          S3_R2_SESSION: '1h',
          KEY_PREFIX,
        });
        const { url } = await store.presignGet('photos/x', { expiresIn: 60 });
        const token = new URL(url).searchParams.get('X-Amz-Security-Token') ?? '';
        const [, claims = ''] = Buffer.from(token, 'base64').toString().split('.');
        const { paths, aud, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString());
        assert.deepEqual(paths, { prefixPaths: ['photos/'], objectPaths: [] });
        assert.deepEqual([sub, aud], [ACCOUNT, `${ACCOUNT}.r2.cloudflarestorage.com`]);
      }
    });
  });

  it('gives the keys of a role no other prefix that begins alike', async () => {
    const policies: string[] = [];
    const { fetch } = globalThis;
    globalThis.fetch = async (input, init) => {
      policies.push(new URLSearchParams(await new Request(input, init).text()).get('Policy') ?? '');
      const denied = '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>';
      return new Response(denied, { status: 403 });
    };
    try {
      for (const KEY_PREFIX of ['photos', 'photos/']) {
        const { store } = optionsFrom({
          ...ENOUGH,
          KEY_PREFIX,
          S3_ROLE_ARN: `arn:aws:iam::1:role/${KEY_PREFIX}`,
        });
        await assert.rejects(store.head('photos/x'));
      }
    } finally {
      globalThis.fetch = fetch;
    }
    for (const policy of policies) assert.match(policy, /arn:aws:s3:::bucket\/photos\/\*/);
    assert.equal(policies.length, 2);
  });

  it('seals upload tokens by another secret than callers’ tokens', () => {
    assert.match(
      problemOf({ JWT_SECRET: ENOUGH.TOKEN_SECRET }),
      /JWT_SECRET must not be TOKEN_SECRET/,
    );
  });

  it('refuses one secret for two purposes', () => {
    const all = {
      TOKEN_SECRET: ENOUGH.TOKEN_SECRET,
      TOKEN_SECRET_PREVIOUS: 'the-secret-that-sealed-upload-tokens-last-year',
      JWT_SECRET: ENOUGH.JWT_SECRET,
      ...WEBHOOK,
    };
    assert.equal(problemOf(all), 'fine');
    const names = ['TOKEN_SECRET', 'TOKEN_SECRET_PREVIOUS', 'JWT_SECRET', 'WEBHOOK_SECRET'];
    for (const [index, name] of names.entries()) {
      for (const other of names.slice(index + 1)) {
        const same = WEBHOOK.WEBHOOK_SECRET;
        assert.match(
          problemOf({
            ...all,
            WEBHOOK_SECRET: `${WEBHOOK.WEBHOOK_SECRET}`,
            [name]: same,
            [other]: same,
          }),
          name === 'WEBHOOK_SECRET' || other === 'WEBHOOK_SECRET'
            ? /must not be/
            : new RegExp(`${other} must not be ${name}`),
          `${name} and ${other}`,
        );
      }
    }
  });

  it('never lets browsers show what can run a script', () => {
    for (const type of ['image/svg+xml', 'text/html', 'application/xml', 'audio/x+xml; a=b']) {
      assert.match(problemOf({ INLINE_TYPES: type }), /INLINE_TYPES/, type);
      assert.equal(mayShowInline(type, [type]), false, type);
    }
    assert.equal(mayShowInline('audio/mpeg; a=b'), true);
  });

  it('refuses an accept list with anything that is neither a type nor an extension', () => {
    for (const [list, place] of [
      ['pdf', 1],
      ['image/*, a/b/c', 2],
      ['*/png', 1],
    ] as const) {
      assert.match(problemOf({ ACCEPT: list }), new RegExp(`ACCEPT .*entry ${place}`), list);
    }
  });

  it('accepts a provider’s keys only with an audience, and over https', () => {
    const keys = { JWT_SECRET: '', JWT_JWKS_URL: 'https://login.example.com/jwks.json' };
    assert.match(problemOf(keys), /JWT_AUDIENCE/);
    assert.equal(problemOf({ ...keys, JWT_AUDIENCE: 'x' }), 'fine');
    const plain = { ...keys, JWT_JWKS_URL: 'http://login.example.com', JWT_AUDIENCE: 'x' };
    assert.match(problemOf(plain), /JWT_JWKS_URL/);
    assert.match(problemOf({ JWT_JWKS_URL: 'https://x.example', JWT_AUDIENCE: 'x' }), /exclude/);
  });

  it('recognises stores by their hosts', () => {
    const profileOf = (endpoint?: string) =>
      optionsFrom({ ...ENOUGH, ...(endpoint && { S3_ENDPOINT: endpoint }) }).store.profile.name;
    assert.equal(profileOf(), 'aws');
    assert.equal(profileOf('https://s3.eu-west-1.amazonaws.com'), 'aws');
    assert.equal(profileOf('https://x.eu.r2.cloudflarestorage.com'), 'r2');
    assert.equal(profileOf('https://s3.eu-central-003.backblazeb2.com'), 'b2');
    assert.equal(profileOf('https://s3.fr-par.scw.cloud'), 'scaleway');
    assert.equal(profileOf('https://amazonaws.com.evil.example'), 'generic');
    assert.equal(profileOf('http://localhost:9000'), 'generic');
  });
});
