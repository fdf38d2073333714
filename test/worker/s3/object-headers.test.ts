import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { isStoreError } from '../../../worker/s3/requests/errors.ts';
import { PROFILES } from '../../../worker/s3/profiles.ts';
import { checksumHeaders, objectHeaders } from '../../../worker/s3/object-headers.ts';
import { decodeMetadata, encodeMetadata } from '../../../worker/s3/rfc2047.ts';
import { attributesWith } from './uploads.ts';

const announced = (checksum: 'crc64nvme' | 'crc32c' | 'md5', profile: 'aws' | 'r2'): unknown =>
  checksumHeaders(attributesWith({ checksum }), PROFILES[profile]);

describe('the attributes of an object', () => {
  it('become the headers of S3', () => {
    const attributes = attributesWith({
      contentType: 'video/mp4',
      mark: 'T',
      metadata: { Title: 'ok' },
      acl: 'bucket-owner-full-control',
      disposition: 'inline',
      cacheControl: 'no-store',
      tags: { 'a b': 'c&d', e: 'é' },
      storageClass: 'STANDARD_IA',
      sse: { kms: 'key-id' },
    });
    assert.deepEqual(objectHeaders(attributes, PROFILES.aws), {
      'content-type': 'video/mp4',
      'x-amz-meta-upload-token': 'T',
      'x-amz-meta-title': 'ok',
      'content-disposition': 'inline',
      'cache-control': 'no-store',
      'x-amz-acl': 'bucket-owner-full-control',
      'x-amz-tagging': 'a%20b=c%26d&e=%C3%A9',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'key-id',
    });
  });

  it('are only the type and the mark if nothing else is set', () => {
    const names = Object.keys(objectHeaders(attributesWith(), PROFILES.aws));
    assert.deepEqual(names, ['content-type', 'x-amz-meta-upload-token']);
  });

  for (const [what, change] of Object.entries({
    acl: { acl: 'public-read' },
    tags: { tags: { a: 'b' } },
    'storage class': { storageClass: 'STANDARD' },
    'encryption AES256': { sse: 'AES256' },
    'encryption by KMS': { sse: { kms: null } },
  } as const)) {
    it(`are refused, not ignored, if the store does not support ${what}`, () => {
      assert.throws(
        () => objectHeaders(attributesWith(change), PROFILES['r2-local']),
        (thrown) => isStoreError(thrown, 'unsupported'),
      );
    });
  }

  it('are refused with a checksum that the store does not check', () => {
    assert.throws(
      () => checksumHeaders(attributesWith({ checksum: 'crc64nvme' }), PROFILES['r2-local']),
      (thrown) => isStoreError(thrown, 'unsupported'),
    );
  });

  it('announce the algorithm, but not MD5, and the type where parts combine', () => {
    assert.deepEqual(announced('md5', 'aws'), {});
    assert.deepEqual(announced('crc32c', 'r2'), { 'x-amz-checksum-algorithm': 'CRC32C' });
    assert.deepEqual(announced('crc64nvme', 'aws'), {
      'x-amz-checksum-algorithm': 'CRC64NVME',
      'x-amz-checksum-type': 'FULL_OBJECT',
    });
  });

  for (const name of ['a\r\nx-amz-acl', 'a b', 'ü', '', 'a:b']) {
    it(`case 6: are refused with metadata named ${JSON.stringify(name)}`, () => {
      assert.throws(() =>
        objectHeaders(attributesWith({ metadata: { [name]: 'x' } }), PROFILES.aws),
      );
    });
  }

  it('case 6: hold no line break, whatever the value', () => {
    const metadata = { a: 'x\r\nx-amz-acl: public-read\0' };
    const { 'x-amz-meta-a': value } = objectHeaders(attributesWith({ metadata }), PROFILES.aws);
    assert.equal(value, 'x x-amz-acl: public-read');
  });
});

describe('metadata', () => {
  it('case 11: stays plain where it is ASCII, and is RFC 2047 elsewhere', () => {
    assert.equal(encodeMetadata('plain (1).txt'), 'plain (1).txt');
    assert.equal(encodeMetadata('für'), '=?UTF-8?B?ZsO8cg==?=');
    assert.equal(encodeMetadata('=?x'), '=?UTF-8?B?PT94?=');
  });

  it('case 11: comes back as it went, in words of at most 75 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (value) => {
        const encoded = encodeMetadata(value);
        assert.match(encoded, /^[\x20-\x7e]*$/);
        if (encoded.startsWith('=?UTF-8')) {
          assert.ok(encoded.split(' ').every((word) => word.length <= 75));
          assert.equal(decodeMetadata(encoded), value);
        } else {
          assert.equal(decodeMetadata(encoded), value.replace(/ +/g, ' ').trim());
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads what S3 itself encodes, and leaves what nobody can read', () => {
    assert.equal(decodeMetadata('=?UTF-8?Q?f=C3=BCr_Elise?='), 'für Elise');
    assert.equal(decodeMetadata('=?utf-8?b?%%%?='), '=?utf-8?b?%%%?=');
    assert.equal(decodeMetadata('=?latin1?Q?x?='), '=?latin1?Q?x?=');
  });
});
