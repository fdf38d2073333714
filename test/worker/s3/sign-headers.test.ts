/** Signatures of the Worker's own calls, which are in a header. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AwsV4Signer } from 'aws4fetch';
import * as fc from 'fast-check';
import { encodeRfc3986 } from '../../../worker/s3/signing/encode.ts';
import { signHeaders } from '../../../worker/s3/signing/sign-headers.ts';

const ascii = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 20,
});
/** A segment of a key. aws4fetch reads an encoded slash as a slash, so keys with one are not compared. */
const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
  .filter((name) => !name.includes('/') && name !== '.' && name !== '..');
const text = fc.string({ unit: 'grapheme', maxLength: 20 });

describe("a signature of the Worker's own call", () => {
  it('is that of aws4fetch for any key, query, header, body, region, service and session', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE'),
          segment,
          query: fc.dictionary(
            ascii.filter((name) => name !== ''),
            text,
            { maxKeys: 5 },
          ),
          mark: ascii,
          spaced: fc.constantFrom('plain', 'two  spaces', ' at both ends '),
          body: fc.option(text, { nil: undefined }),
          region: fc.constantFrom('us-east-1', 'auto'),
          service: fc.constantFrom('s3' as const, 'sts' as const),
          sessionToken: fc.option(fc.base64String({ minLength: 4, maxLength: 99 }), {
            nil: undefined,
          }),
          now: fc.integer({ min: Date.UTC(2001, 0), max: Date.UTC(2099, 0) }),
        }),
        async ({ method, body, region, service, now, ...one }) => {
          const pairs = Object.entries(one.query).map((pair) => pair.map(encodeRfc3986).join('='));
          // Only stores have paths with special characters.
          const path = service === 's3' ? encodeRfc3986(one.segment) : '';
          const url = `https://s3.test:9000/${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`;
          const headers = {
            'content-type': 'application/xml',
            'x-amz-meta-mark': one.mark,
            'x-amz-meta-spaced': one.spaced,
          };
          const credentials = {
            accessKeyId: 'AKIAEXAMPLE',
            secretAccessKey: 'secret',
            ...(one.sessionToken !== undefined && { sessionToken: one.sessionToken }),
          };
          const ours = await signHeaders(
            { method, url, headers, body },
            { credentials, region, service },
            now,
          );
          const theirs = await new AwsV4Signer({
            ...credentials,
            method,
            url,
            headers: {
              ...headers,
              'x-amz-content-sha256': ours.get('x-amz-content-sha256') ?? '',
            },
            ...(body !== undefined && { body }),
            service,
            region,
            datetime: new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, ''),
          }).sign();
          assert.deepEqual([...ours], [...theirs.headers]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('covers the SHA-256 of the body', async () => {
    const signatory = {
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
      region: 'us-east-1',
      service: 's3',
    } as const;
    const request = { method: 'POST', url: 'https://s3.test/key', headers: {} };
    const [one, other] = await Promise.all(
      ['one', 'other'].map((body) => signHeaders({ ...request, body }, signatory, 0)),
    );
    // printf one | sha256sum
    assert.equal(
      one?.get('x-amz-content-sha256'),
      '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
    );
    assert.notEqual(one.get('authorization'), other?.get('authorization'));
  });
});
