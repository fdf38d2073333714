/** Callers with a name and a password. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basic } from '../../../worker/auth/basic.ts';
import { optionsFrom } from '../../../worker/config.ts';
import { ProblemError } from '../../../worker/problem.ts';
import { memoryKV } from '../memory-kv.ts';

const PASSWORD = 'correct horse battery';
const authenticate = basic({ users: { backup: PASSWORD, jürgen: 'päss:wörter sind lang' } });

const callerOf = (authorization: string | undefined, headers: Record<string, string> = {}) =>
  authenticate(
    new Request('https://uploads.example/policy', {
      headers: { ...(authorization !== undefined && { authorization }), ...headers },
    }),
  );
const header = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('a caller with a name and a password', () => {
  it('is the owner of that name', async () => {
    assert.deepEqual(await callerOf(header('backup', PASSWORD)), { owner: 'backup' });
    const other = header('jürgen', 'päss:wörter sind lang');
    assert.deepEqual(await callerOf(other), { owner: 'jürgen' });
  });

  it('is nobody with anything else', async () => {
    const wrong = [
      undefined,
      '',
      'Basic',
      'Basic !!!!',
      'Basic /////w==',
      header('backup', `${PASSWORD}x`),
      header('backup', ''),
      header('', ''),
      header('nobody', PASSWORD),
      header('nobody', ''),
      header('constructor', ''),
      header('BACKUP', PASSWORD),
      header('jürgen', PASSWORD),
      `Bearer ${PASSWORD}`,
      Buffer.from(`backup:${PASSWORD}`).toString('base64'),
    ];
    for (const authorization of wrong) {
      assert.equal(await callerOf(authorization), undefined, authorization);
    }
  });

  it('is nobody in a request that another site makes a browser send', async () => {
    const right = header('backup', PASSWORD);
    for (const site of ['cross-site', 'same-site']) {
      assert.equal(await callerOf(right, { 'sec-fetch-site': site }), undefined);
      const named = { 'sec-fetch-site': site, origin: 'https://app.example' };
      assert.deepEqual(await callerOf(right, named), { owner: 'backup' });
    }
    assert.deepEqual(await callerOf(right, { 'sec-fetch-site': 'same-origin' }), {
      owner: 'backup',
    });
  });
});

describe('BASIC_USERS', () => {
  const read = (BASIC_USERS?: string) => () =>
    optionsFrom({
      AUTH: 'basic',
      BASIC_USERS,
      TOKEN_SECRET: 'x'.repeat(32),
      UPLOADS: memoryKV(),
      S3_ENDPOINT: 'https://s3.example',
      S3_BUCKET: 'uploads',
      S3_REGION: 'us-east-1',
      S3_ACCESS_KEY_ID: 'an-access-key',
      S3_SECRET_ACCESS_KEY: 'a-secret-access-key',
    });

  it('lists names with their passwords', async () => {
    const { authenticate: from } = read(`backup:${PASSWORD}, cam1:a:colon is allowed`)();
    for (const [user, password] of [
      ['backup', PASSWORD],
      ['cam1', 'a:colon is allowed'],
    ] as const) {
      const headers = { authorization: header(user, password) };
      const caller = await from(new Request('https://uploads.example/', { headers }));
      assert.deepEqual(caller, { owner: user });
    }
  });

  it('is refused by name, and never repeated, where it cannot be meant', () => {
    for (const [text, reason] of [
      [undefined, /BASIC_USERS is missing/],
      ['backup', /must list name:password/],
      [':a password without a name', /must list name:password/],
      ['backup:short', /at least 16 characters/],
      [`backup:${PASSWORD}, backup:another password of it`, /names a user twice/],
    ] as const) {
      assert.throws(read(text), (error) => {
        assert.ok(error instanceof ProblemError);
        assert.match(error.message, reason);
        assert.doesNotMatch(error.message, /short|password of it/);
        return true;
      });
    }
  });
});
