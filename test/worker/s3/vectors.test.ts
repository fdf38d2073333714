/** The examples that AWS publishes with their signatures. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { urlSigner } from '../../../worker/s3/signing/presign.ts';
import { signHeaders } from '../../../worker/s3/signing/sign-headers.ts';
import { daySigner } from '../../../worker/s3/signing/sigv4.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

describe("AWS's published signatures", () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
  it('agree for the presigned GET of test.txt', async () => {
    const host = 'examplebucket.s3.amazonaws.com';
    const sign = await urlSigner(
      {
        target: { origin: `https://${host}`, host, path: '/test.txt' },
        method: 'GET',
        query: {},
        headers: [],
        expiresIn: 86_400,
      },
      credentials,
      'us-east-1',
      Date.UTC(2013, 4, 24),
    );
    assert.equal(
      await sign([]),
      'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
        '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
        '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
        '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  const host = 'https://examplebucket.s3.amazonaws.com';
  const date = 'Fri, 24 May 2013 00:00:00 GMT';
  const HEADER_SIGNED = {
    'GET with a range': {
      request: { method: 'GET', url: `${host}/test.txt`, headers: { range: 'bytes=0-9' } },
      covered: 'host;range;x-amz-content-sha256;x-amz-date',
      signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    },
    'PUT with a body and a storage class': {
      request: {
        method: 'PUT',
        url: `${host}/test%24file.text`,
        headers: { date, 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        body: 'Welcome to Amazon S3.',
      },
      covered: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    },
    'GET of a subresource': {
      request: { method: 'GET', url: `${host}/?lifecycle`, headers: {} },
      covered: 'host;x-amz-content-sha256;x-amz-date',
      signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    },
    'GET with a query': {
      request: { method: 'GET', url: `${host}/?prefix=J&max-keys=2`, headers: {} },
      covered: 'host;x-amz-content-sha256;x-amz-date',
      signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    },
  };
  for (const [name, { request, covered, signature }] of Object.entries(HEADER_SIGNED)) {
    it(`agree for the header-signed ${name}`, async () => {
      const signatory = { credentials, region: 'us-east-1', service: 's3' } as const;
      const headers = await signHeaders(request, signatory, Date.UTC(2013, 4, 24));
      assert.equal(
        headers.get('authorization'),
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ' +
          `SignedHeaders=${covered}, Signature=${signature}`,
      );
    });
  }

  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html
  it('agree for the form policy', async () => {
    const day = await daySigner(credentials, 'us-east-1', Date.UTC(2015, 11, 29));
    const policy = [
      '{ "expiration": "2015-12-30T12:00:00.000Z",',
      '  "conditions": [',
      '    {"bucket": "sigv4examplebucket"},',
      '    ["starts-with", "$key", "user/user1/"],',
      '    {"acl": "public-read"},',
      '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
      '    ["starts-with", "$Content-Type", "image/"],',
      '    {"x-amz-meta-uuid": "14365123651274"},',
      '    {"x-amz-server-side-encryption": "AES256"},',
      '    ["starts-with", "$x-amz-meta-tag", ""],',
      '',
      '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
      '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
      '    {"x-amz-date": "20151229T000000Z" }',
      '  ]',
      '}',
    ].join('\r\n');
    assert.equal(
      await day.signString(Buffer.from(policy).toString('base64')),
      '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
    );
  });
});
