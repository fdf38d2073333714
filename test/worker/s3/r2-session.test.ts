/** Temporary keys of R2, against what Cloudflare documents. The real R2 has not been asked. */
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { staticCredentials } from '../../../worker/s3/signing/credentials.ts';
import { r2Session, type R2SessionConfig } from '../../../worker/s3/signing/r2-session.ts';
import { withReplies } from './scripted.ts';
import { attributesWith } from './uploads.ts';

const START = Date.UTC(2026, 10, 20, 12);
const ACCOUNT = '0123456789abcdef0123456789abcdef';
const HOST = `${ACCOUNT}.r2.cloudflarestorage.com`;
const PARENT = { accessKeyId: 'PARENT', secretAccessKey: 'parent-secret' };

const sessionOf = (changes: Partial<R2SessionConfig> = {}) =>
  r2Session({
    endpoint: `https://${HOST}`,
    bucket: 'my-bucket',
    prefix: 'uploads/',
    credentials: PARENT,
    now: () => START,
    ...changes,
  });

interface Claims {
  readonly scope: string;
  readonly actions: readonly string[];
  readonly paths?: unknown;
  readonly aud: string;
  readonly sub: string;
  readonly iat: number;
  readonly exp: number;
}

const jwtOf = (token = ''): string => Buffer.from(token, 'base64').toString().replace('jwt/', '');
const claimsOf = (token?: string): Claims =>
  JSON.parse(Buffer.from(jwtOf(token).split('.')[1] ?? '', 'base64url').toString()) as Claims;

/**
 * What the helper at https://developers.cloudflare.com/r2/examples/authenticate-r2-temp-credentials/
 * gives for these claims, with other means.
 */
function documentedKeys(claims: object) {
  const encoded = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signed = encoded.join('.');
  const hmac = createHmac('sha256', PARENT.secretAccessKey).update(signed);
  const jwt = `${signed}.${hmac.digest('base64url')}`;
  return {
    accessKeyId: PARENT.accessKeyId,
    secretAccessKey: createHash('sha256').update(jwt).digest('hex'),
    sessionToken: Buffer.from(`jwt/${jwt}`).toString('base64'),
  };
}

describe('a session on R2', () => {
  it('has the keys that Cloudflare’s own example derives for its bucket, prefix and operations', async () => {
    const { expiresAt, ...keys } = await sessionOf().get();
    const iat = START / 1000;
    const { actions } = claimsOf(keys.sessionToken);
    assert.deepEqual(
      keys,
      documentedKeys({
        bucket: 'my-bucket',
        scope: 'object-read-write',
        actions,
        paths: { prefixPaths: ['uploads/'], objectPaths: [] },
        sub: ACCOUNT,
        iss: 'PARENT',
        aud: HOST,
        iat,
        exp: iat + 3600,
      }),
    );
    assert.equal(expiresAt, START + 3_600_000);
  });

  // printf %s HEADER.CLAIMS | openssl dgst -sha256 -hmac parent-secret -binary, and sha256sum of the JWT
  it('has the keys that openssl computes', async () => {
    const { secretAccessKey, sessionToken } = await sessionOf().get();
    assert.equal(jwtOf(sessionToken).split('.')[2], 'tnLHnFoZ0fu97gxeSLcxsxbzQx_rcPwaK1Szy1CyB6k');
    assert.equal(
      secretAccessKey,
      'b01ee5911f2c5e8a31bb5c0e444ca8515ca0b4721e76f08ece43cc7db25c49c7',
    );
  });

  it('may do with objects what uploads need, and nothing with the bucket’s list of objects', async () => {
    const { actions, scope } = claimsOf((await sessionOf().get()).sessionToken);
    assert.equal(scope, 'object-read-write');
    assert.ok(actions.includes('UploadPart') && actions.includes('CompleteMultipartUpload'));
    assert.deepEqual(
      actions.filter((action) => /ListObjects|Copy|DeleteObjects|Bucket/.test(action)),
      [],
    );
  });

  it('is for the whole bucket without a prefix, and then names no paths', async () => {
    assert.equal('paths' in claimsOf((await sessionOf({ prefix: '' }).get()).sessionToken), false);
  });

  it('is for the account in a jurisdiction’s endpoint, too', async () => {
    const endpoint = `https://${ACCOUNT}.eu.r2.cloudflarestorage.com/`;
    const { aud, sub } = claimsOf((await sessionOf({ endpoint }).get()).sessionToken);
    assert.deepEqual({ aud, sub }, { aud: new URL(endpoint).host, sub: ACCOUNT });
  });

  it('is kept until a third of its life is left, and then renewed', async () => {
    let now = START;
    const source = sessionOf({ now: () => now });
    const first = await source.get();
    now = START + 2_399_000;
    assert.equal(await source.get(), first);
    now = START + 2_401_000;
    const second = await source.get();
    assert.notEqual(second.secretAccessKey, first.secretAccessKey);
    assert.equal(second.expiresAt, now + 3_600_000);
  });

  it('lasts and is renewed as its settings say', async () => {
    let now = START;
    const source = sessionOf({ now: () => now, sessionSeconds: 900, renewBeforeSeconds: 60 });
    const first = await source.get();
    const { iat, exp } = claimsOf(first.sessionToken);
    assert.equal(exp - iat, 900);
    now = START + 839_000;
    assert.equal(await source.get(), first);
    now = START + 840_000;
    assert.notEqual(await source.get(), first);
  });

  it('case 77: is signed again once the store has refused it, and only then', async () => {
    let now = START;
    const source = sessionOf({ now: () => now });
    const first = await source.get();
    now += 5000;
    source.refuse?.({ ...first });
    assert.equal(await source.get(), first, 'other keys were refused');
    source.refuse?.(first);
    assert.equal((await source.get()).expiresAt, now + 3_600_000);
  });

  it('signs no URL that outlives it', async () => {
    let now = START;
    const clock = () => now;
    for (const [credentials, longest] of [
      [sessionOf({ now: clock, sessionSeconds: 900 }), 400],
      [staticCredentials(PARENT), 3600],
    ] as const) {
      now = START;
      await withReplies(
        [],
        async ({ store }) => {
          await credentials.get();
          now = START + 500_000;
          const put = await store.presignPut('uploads/x', 5, attributesWith(), { expiresIn: 3600 });
          const get = await store.presignGet('uploads/x', { expiresIn: 3600 });
          const parts = await store.presignParts({
            key: 'uploads/x',
            uploadId: 'u',
            algorithm: null,
            expiresIn: 3600,
          });
          const { url } = await parts.sign(1, 5);
          for (const signed of [put.request.url, get.url, url]) {
            assert.equal(
              new URL(signed).searchParams.get('X-Amz-Expires'),
              String(longest),
              signed,
            );
          }
          assert.deepEqual(
            [put.expiresIn, get.expiresIn, parts.expiresIn],
            [longest, longest, longest],
          );
        },
        'r2',
        { credentials, now: clock },
      );
    }
  });
});
