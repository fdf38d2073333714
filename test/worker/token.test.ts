/** How upload tokens are sealed and opened. What they are good for: tokens.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, sign } from 'hono/jwt';
import { createTokens } from '../../worker/token.ts';
import { keyedHex } from '../../worker/util/subkeys.ts';
import { fixedUpload } from './fixed-upload.ts';

const SECRET = 'the-secret-that-seals-upload-tokens-in-tests';
const OTHER = 'another-secret-that-seals-upload-tokens-here';
const END = 2_000_000_000;
const UPLOAD = fixedUpload({ createdAt: END - 1000, expiresAt: END });
const clockAt = (seconds: number) => () => seconds * 1000;
const tokens = createTokens([SECRET], clockAt(END - 1));
const unauthenticated = {
  code: 'unauthenticated',
  message: 'The upload token is not valid.',
  reason: 'wrong upload token',
};

describe('a sealed upload', () => {
  it('is the same when it is opened', async () => {
    const token = await tokens.seal(UPLOAD);
    assert.deepEqual(await tokens.open(token), UPLOAD);
    const { header, payload } = decode(token);
    assert.deepEqual(header, { alg: 'HS256', typ: 'JWT' });
    assert.deepEqual(payload, { ...UPLOAD, aud: 's3-upload', exp: END });
  });

  it('opens until its end, and after that only for what asks at any time', async () => {
    const token = await tokens.seal(UPLOAD);
    const after = createTokens([SECRET], clockAt(END));
    await assert.rejects(after.open(token), { code: 'expired' });
    assert.deepEqual(await after.openAtAnyTime(token), UPLOAD);
  });

  it('goes by the time of day if no clock is given', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    const real = createTokens([SECRET]);
    const old = await real.seal({ ...UPLOAD, expiresAt: seconds - 10 });
    await assert.rejects(real.open(old), { code: 'expired' });
    const fresh = { ...UPLOAD, expiresAt: seconds + 1000 };
    assert.deepEqual(await real.open(await real.seal(fresh)), fresh);
  });

  it('is not taken from what another secret, algorithm, type or audience has sealed', async () => {
    const claims = { ...UPLOAD, aud: 's3-upload', exp: END };
    const { exp: _, ...endless } = claims;
    const forged = [
      '',
      'x.y.z',
      await createTokens([OTHER]).seal(UPLOAD),
      await sign(claims, SECRET, 'HS384'),
      await sign({ ...claims, aud: 'another' }, SECRET),
      await sign({ ...UPLOAD, exp: END }, SECRET),
      await sign(endless, SECRET),
      await sign({ ...claims, v: 2 }, SECRET),
      await sealedAs({ alg: 'HS256', typ: 'other' }, claims),
      await sealedAs({ alg: 'HS256' }, claims),
    ];
    assert.deepEqual(
      await tokens.open(await sealedAs({ alg: 'HS256', typ: 'JWT' }, claims)),
      UPLOAD,
    );
    for (const token of forged) {
      await assert.rejects(tokens.openAtAnyTime(token), unauthenticated, token);
      await assert.rejects(tokens.open(token), (error: { problem: { field: string } }) => {
        assert.equal(error.problem.field, 'Upload-Token');
        return true;
      });
    }
  });

  it('opens with any secret, and is sealed with the first', async () => {
    const before = await createTokens([OTHER], clockAt(END - 1)).seal(UPLOAD);
    const rotated = createTokens([SECRET, OTHER], clockAt(END - 1));
    assert.deepEqual(await rotated.open(before), UPLOAD);
    assert.deepEqual(await tokens.open(await rotated.seal(UPLOAD)), UPLOAD);
    await assert.rejects(rotated.open(await sign({ ...UPLOAD, v: 2 }, OTHER)), unauthenticated);
  });
});

describe('a secret', () => {
  it('has 32 characters at least, each of them', () => {
    const short = {
      code: 'misconfigured',
      message: 'TOKEN_SECRET is shorter than 32 characters: openssl rand -hex 32 makes a good one.',
    };
    assert.throws(() => createTokens(['x'.repeat(31)]), short);
    assert.throws(() => createTokens([SECRET, 'x'.repeat(31)]), short);
    assert.ok(createTokens(['x'.repeat(32)]));
  });

  it('has to be there', () => {
    assert.throws(() => createTokens([] as unknown as [string]), {
      code: 'misconfigured',
      message: 'TOKEN_SECRET is missing.',
    });
  });
});

describe('what a secret tells apart', () => {
  it('is the mark of an upload: 32 hex digits, the same for the same file and secret', async () => {
    const mark = await tokens.mark(['id', 10]);
    assert.match(mark, /^[0-9a-f]{32}$/);
    assert.equal(await createTokens([SECRET, OTHER]).mark(['id', 10]), mark);
    assert.notEqual(await tokens.mark(['id', 11]), mark);
    assert.notEqual(await tokens.mark(['i', 'd', 10]), mark);
    assert.notEqual(await createTokens([OTHER]).mark(['id', 10]), mark);
    // An earlier Create may have begun the upload: its mark has to be the one that this version makes.
    assert.equal(mark, await hmacHex('["mark","id",10]'));
  });

  it('is a caller: 16 hex digits, never the same by another secret', async () => {
    const hash = await tokens.callerHash('alice');
    assert.match(hash, /^[0-9a-f]{16}$/);
    assert.equal(await tokens.callerHash('alice'), hash);
    assert.equal(hash, await keyedHex(SECRET, 'caller', 'alice', 16));
    assert.notEqual(await tokens.callerHash('bob'), hash);
    assert.notEqual(await createTokens([OTHER]).callerHash('alice'), hash);
  });

  it('is the owner in a public link, which any of the secrets opens', async () => {
    const link = await tokens.sealLink('0123456789abcdef', UPLOAD.id);
    assert.equal(await tokens.openLink(link, UPLOAD.id), '0123456789abcdef');
    assert.equal(await createTokens([OTHER, SECRET]).openLink(link, UPLOAD.id), '0123456789abcdef');
    assert.equal(await createTokens([OTHER]).openLink(link, UPLOAD.id), undefined);
    assert.equal(await tokens.openLink(link, 'another'), undefined);
  });
});

/** A token with this header, sealed with the secret. */
async function sealedAs(header: object, claims: object): Promise<string> {
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${text}.${Buffer.from(await hmac(text)).toString('base64url')}`;
}

async function hmacHex(text: string): Promise<string> {
  return Buffer.from(await hmac(text))
    .toString('hex')
    .slice(0, 32);
}

async function hmac(text: string): Promise<ArrayBuffer> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(SECRET), algorithm, false, [
    'sign',
  ]);
  return crypto.subtle.sign('HMAC', key, encoder.encode(text));
}
