/** Rules that both halves share. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assert as assertProperty, property, uint8Array } from 'fast-check';
import { CHECKSUM_BYTES, isChecksum } from '../../../worker/protocol/checksum.ts';
import {
  base64ToBytes,
  bytesToBase64,
  bytesToHex,
} from '../../../worker/protocol/util/encoding.ts';
import { isUploadId, uuidv7 } from '../../../worker/protocol/id.ts';
import { parseRetryAfter } from '../../../worker/protocol/util/retry-after.ts';
import { parseSize } from '../../../worker/protocol/util/size.ts';

describe('sizes', () => {
  it('are read with decimal and binary units, with and without a space, in any case', () => {
    const sizes = { '1048576': 1048576, '20 MB': 2e7, '1.5GiB': 1.5 * 1024 ** 3, '.5 kb': 500 };
    for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseSize(text), bytes, text);
  });

  it('are refused if they are not a size', () => {
    const texts = ['', 'B', '1.2.3', '-1', '1 iB', '5 XB', '1e3', '99999999 TiB', 'NaN'];
    for (const text of texts) assert.equal(parseSize(text), undefined, text);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('Wed, 25 Nov 2026 10:00:00 GMT');

  it('is read as seconds, and 0 is a value', () => {
    assert.equal(parseRetryAfter('120', now), 120);
    assert.equal(parseRetryAfter(' 0 ', now), 0);
  });

  it('is read as a date, and ignored if that is past', () => {
    assert.equal(parseRetryAfter('Wed, 25 Nov 2026 10:00:30 GMT', now), 30);
    assert.equal(parseRetryAfter('Wed, 25 Nov 2026 09:00:00 GMT', now), undefined);
  });

  it('is ignored if it is missing or not valid', () => {
    for (const value of [null, '', '-1', '1.5', 'soon']) {
      assert.equal(parseRetryAfter(value, now), undefined, String(value));
    }
  });
});

describe('upload ids', () => {
  it('are UUIDs in lower case', () => {
    assert.ok(isUploadId(uuidv7()));
    assert.ok(isUploadId(crypto.randomUUID()));
  });

  it('are never a path, an object or another text', () => {
    const id = uuidv7();
    const others = [
      '',
      '../../api/x',
      `${id}/..`,
      `${id}\n`,
      id.toUpperCase(),
      7,
      null,
      undefined,
      {},
    ];
    for (const value of others) assert.equal(isUploadId(value), false, String(value));
  });
});

describe('checksums', () => {
  it('have the length and the padding of their algorithm', () => {
    for (const algorithm of ['crc64nvme', 'crc32c', 'md5', 'sha256'] as const) {
      const value = bytesToBase64(new Uint8Array(CHECKSUM_BYTES[algorithm]).fill(255));
      assert.ok(isChecksum(algorithm, value), value);
      assert.equal(isChecksum(algorithm, value.slice(0, -1)), false);
      assert.equal(isChecksum(algorithm, value.replace(/.(=*)$/, '=$1')), false);
      assert.equal(isChecksum(algorithm, value.replace('/', '_')), false);
    }
  });
});

describe('bytes', () => {
  it('come back from base64 as they were, and hex has two digits for each', () => {
    assertProperty(
      property(uint8Array({ maxLength: 300 }), (bytes) => {
        assert.deepEqual(base64ToBytes(bytesToBase64(bytes)), bytes);
        assert.equal(bytesToBase64(bytes), Buffer.from(bytes).toString('base64'));
        assert.equal(bytesToHex(bytes), Buffer.from(bytes).toString('hex'));
      }),
    );
  });
});
