import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AwsV4Signer } from 'aws4fetch';
import * as fc from 'fast-check';
import { encodeKey } from '../../../worker/s3/signing/encode.ts';
import { parseEndpoint, targetOf } from '../../../worker/s3/endpoint.ts';
import { headerValue } from '../../../worker/s3/signing/header.ts';
import { urlSigner, type UrlShape } from '../../../worker/s3/signing/presign.ts';
import type { Credentials } from '../../../worker/s3/signing/credentials.ts';

/** The URL that aws4fetch makes of the same request, its query sorted as ours is. */
async function oracle(
  shape: UrlShape,
  values: readonly string[],
  filling: string,
  credentials: Credentials,
  region: string,
  now: number,
): Promise<string> {
  const url = new URL(shape.target.origin + shape.target.path);
  for (const [name, value] of Object.entries(shape.query)) {
    url.searchParams.set(name, value ?? filling);
  }
  url.searchParams.set('X-Amz-Expires', String(shape.expiresIn));
  const { url: signed } = await new AwsV4Signer({
    ...credentials,
    method: shape.method,
    url: url.href,
    headers: Object.fromEntries(shape.headers.map((name, index) => [name, values[index] ?? ''])),
    service: 's3',
    region,
    datetime: new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, ''),
    signQuery: true,
    allHeaders: true,
  }).sign();
  return signed.href;
}

const parametersOf = (url: string): Map<string, string> => new Map(new URL(url).searchParams);

/** Keys that this project stores under: any text in segments, without what `encodeKey` refuses. */
const legalKey = fc
  .array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((segments) => segments.join('/'))
  .filter(isLegal);

function isLegal(key: string): boolean {
  try {
    encodeKey(key);
    return true;
  } catch {
    return false;
  }
}

describe('a presigned URL', () => {
  it("has aws4fetch's signature for any key, region, day, session and header", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          key: legalKey,
          prefix: fc.constantFrom('', '/cdn-cgi/local/r2/s3'),
          style: fc.constantFrom('path' as const, 'virtual' as const),
          region: fc.constantFrom('us-east-1', 'auto', 'eu-central-003'),
          now: fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2099, 0) }),
          sessionToken: fc.option(fc.base64String({ minLength: 4, maxLength: 300 }), {
            nil: undefined,
          }),
          secretAccessKey: fc.base64String({ minLength: 4, maxLength: 60 }),
          uploadId: fc.string({ minLength: 1, maxLength: 80 }),
          number: fc.integer({ min: 1, max: 10_000 }),
          bytes: fc.nat(),
          checksum: fc.option(fc.base64String({ minLength: 4, maxLength: 44 })),
          expiresIn: fc.integer({ min: 1, max: 604_800 }),
        }),
        async (one) => {
          const credentials: Credentials = {
            accessKeyId: 'AKIAEXAMPLE',
            secretAccessKey: one.secretAccessKey,
            ...(one.sessionToken === undefined ? {} : { sessionToken: one.sessionToken }),
          };
          const endpoint = parseEndpoint(`https://s3.test:9000${one.prefix}`, 'bucket', one.style);
          const shape: UrlShape = {
            target: targetOf(endpoint, one.key),
            method: 'PUT',
            query: { uploadId: one.uploadId, partNumber: null },
            headers: [
              'content-length',
              ...(one.checksum === null ? [] : ['x-amz-checksum-crc32c']),
            ],
            expiresIn: one.expiresIn,
          };
          const values = [String(one.bytes), ...(one.checksum === null ? [] : [one.checksum])];
          const sign = await urlSigner(shape, credentials, one.region, one.now);
          const url = await sign(values, String(one.number));
          const theirs = await oracle(
            shape,
            values,
            String(one.number),
            credentials,
            one.region,
            one.now,
          );
          assert.deepEqual(parametersOf(url), parametersOf(theirs));
          assert.equal(new URL(url).pathname, shape.target.path);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("has aws4fetch's signature for a body whose hash is signed", async () => {
    const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
    const shape: UrlShape = {
      target: targetOf(parseEndpoint('https://s3.test', 'bucket', 'path'), 'key'),
      method: 'PUT',
      query: { partNumber: null },
      headers: ['content-length', 'x-amz-content-sha256'],
      expiresIn: 900,
    };
    const values = ['3', 'ab'.repeat(32)];
    const url = await (await urlSigner(shape, credentials, 'auto', 0))(values, '7');
    const theirs = await oracle(shape, values, '7', credentials, 'auto', 0);
    assert.deepEqual(parametersOf(url), parametersOf(theirs));
  });

  it("has aws4fetch's signature for a download with a file name in its query", async () => {
    const shape: UrlShape = {
      target: targetOf(parseEndpoint('https://s3.test', 'b', 'virtual'), "a b/it's (1)*!.pdf"),
      method: 'GET',
      query: {
        'response-content-disposition': `attachment; filename="a b.pdf"; filename*=UTF-8''%C3%A9.pdf`,
        'response-content-type': 'application/pdf',
      },
      headers: [],
      expiresIn: 60,
    };
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK' };
    const sign = await urlSigner(shape, credentials, 'auto', Date.UTC(2026, 10, 20));
    const theirs = await oracle(shape, [], '', credentials, 'auto', Date.UTC(2026, 10, 20));
    assert.deepEqual(parametersOf(await sign([])), parametersOf(theirs));
  });

  it('uses a new signing key after midnight', async () => {
    const shape: UrlShape = {
      target: { origin: 'https://h', host: 'h', path: '/k' },
      method: 'PUT',
      query: {},
      headers: [],
      expiresIn: 60,
    };
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'SK' };
    for (const now of [Date.UTC(2026, 10, 20, 23, 59, 59), Date.UTC(2026, 10, 21)]) {
      const sign = await urlSigner(shape, credentials, 'auto', now);
      assert.deepEqual(
        parametersOf(await sign([])),
        parametersOf(await oracle(shape, [], '', credentials, 'auto', now)),
      );
    }
  });

  it('is signed with the new secret as soon as a key id has one', async () => {
    const shape: UrlShape = {
      target: { origin: 'https://h', host: 'h', path: '/k' },
      method: 'PUT',
      query: {},
      headers: [],
      expiresIn: 60,
    };
    const signed = async (secretAccessKey: string): Promise<string> =>
      (await urlSigner(shape, { accessKeyId: 'ROTATED', secretAccessKey }, 'auto', 0))([]);
    const before = await signed('old');
    assert.notEqual(await signed('new'), before);
    assert.equal(await signed('old'), before);
  });

  for (const expiresIn of [1, 604_800]) {
    it(`may expire in ${expiresIn} seconds`, async () => {
      const target = { origin: 'https://h', host: 'h', path: '/k' };
      const sign = await urlSigner(
        { target, method: 'GET', query: {}, headers: [], expiresIn },
        { accessKeyId: 'AK', secretAccessKey: 'SK' },
        'auto',
        0,
      );
      const { searchParams } = new URL(await sign([]));
      assert.equal(searchParams.get('X-Amz-Expires'), `${expiresIn}`);
    });
  }

  for (const expiresIn of [0, -1, 1.5, 604_801, Number.NaN]) {
    it(`is refused where it would expire in ${expiresIn} seconds`, async () => {
      const target = { origin: 'https://h', host: 'h', path: '/k' };
      await assert.rejects(
        urlSigner(
          { target, method: 'GET', query: {}, headers: [], expiresIn },
          { accessKeyId: 'AK', secretAccessKey: 'SK' },
          'auto',
          0,
        ),
        {
          name: 'RangeError',
          message: `expiresIn must be 1 to 604800 seconds, not ${expiresIn}`,
        },
      );
    });
  }
});

describe('a header value', () => {
  it('contains no runs of spaces, which stores collapse in different ways', () => {
    assert.equal(headerValue('  a   b '), 'a b');
  });

  for (const value of ['a\r\nx-amz-acl: public-read', 'a\0', 'é']) {
    it(`case 6: is refused as ${JSON.stringify(value)}`, () => {
      assert.throws(() => headerValue(value), RangeError);
    });
  }
});
