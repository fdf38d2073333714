import * as fc from 'fast-check';
import { createMD5 } from 'hash-wasm';
import { createCrc } from '../../../../worker/protocol/hashing/crc.ts';
import { createHash } from '../../../../widget/core/checksum/hash.ts';
import { createMd5 } from '../../../../worker/protocol/hashing/md5.ts';
import { POLYNOMIALS } from '../../../../worker/protocol/hashing/polynomials.ts';
import { createSha256 } from '../../../../worker/protocol/hashing/sha256.ts';
import { assert } from '../fake/assert.ts';
import { ALGORITHMS, base64, expected, someBytes } from './oracle.ts';

const hash = createHash(createCrc, createMd5, createSha256, POLYNOMIALS);

describe('checksums', () => {
  it('give the published check values of "123456789"', async () => {
    const blob = new Blob(['123456789']);
    assert.equal(await hash(blob, 'crc64nvme', 64), base64('ae8b14860a799888'));
    assert.equal(await hash(blob, 'crc32c', 64), base64('e3069283'));
    assert.equal(await hash(blob, 'md5', 64), base64('25f9e794323b453885f5181f1b624d0b'));
  });

  it('give the values of RFC 1321 and RFC 3720', async () => {
    assert.equal(
      await hash(new Blob(['message digest']), 'md5', 64),
      base64('f96b697d7cb7938d525a2f31aaf161d0'),
    );
    // The RFC shows it as it goes over the wire, the lowest byte first: aa 36 91 8a.
    assert.equal(await hash(new Blob([new Uint8Array(32)]), 'crc32c', 64), base64('8a9136aa'));
  });

  for (const algorithm of ALGORITHMS) {
    it(`${algorithm} of any bytes, read in steps of any size, is hash-wasm's`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 20_000, size: 'max' }),
          fc.integer({ min: 1, max: 200 }),
          async (bytes, steps) => {
            const ours = await hash(new Blob([new Uint8Array(bytes)]), algorithm, steps * 64);
            assert.equal(ours, await expected(algorithm, bytes));
          },
        ),
        { numRuns: 100 },
      );
    });

    it(`${algorithm} is right at every length around a block`, async () => {
      const bytes = someBytes(200);
      for (let length = 0; length <= 200; length++) {
        const part = bytes.subarray(0, length);
        assert.equal(await hash(new Blob([part]), algorithm, 128), await expected(algorithm, part));
      }
    });
  }

  it('SHA-256 is right without WebCrypto too, which pages of plain http do not have', async () => {
    const { subtle } = crypto;
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    try {
      for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 4096, 100_003]) {
        const bytes = someBytes(length);
        const ours = await hash(new Blob([bytes]), 'sha256', 4096);
        assert.equal(ours, await expected('sha256', bytes), `${length} bytes`);
      }
    } finally {
      Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true });
    }
  });

  it('SHA-256 makes its constants from cube roots that are far from the next integer', () => {
    const primes: number[] = [];
    for (let n = 2; n <= 311; n++) if (primes.every((prime) => n % prime)) primes.push(n);
    assert.equal(primes.length, 64);
    for (const prime of primes) {
      const value = (Math.cbrt(prime) % 1) * 2 ** 32;
      const distance = Math.abs(value - Math.round(value));
      assert.ok(distance > 2 ** -16, `${prime}: ${distance}`);
    }
  });

  it('MD5 counts the bits of more than 512 MiB', async () => {
    const mebibyte = someBytes(2 ** 20);
    const oracle = await createMD5();
    for (let i = 0; i < 513; i++) oracle.update(mebibyte);
    // A blob of blobs refers to them: it is in memory once.
    const part = new Blob([mebibyte]);
    const blob = new Blob(Array.from({ length: 513 }, () => part));
    assert.equal(await hash(blob, 'md5', 2 ** 23), base64(oracle.digest()));
  });

  it('MD5 makes its constants from sines that are far from the next integer', () => {
    // A browser whose Math.sin is off in the last bit still gets all 64 of them right.
    for (let i = 1; i <= 64; i++) {
      const value = Math.abs(Math.sin(i)) * 2 ** 32;
      const distance = Math.abs(value - Math.round(value));
      assert.ok(distance > 2 ** -18, `sin(${i}) is ${distance} from an integer`);
    }
  });
});
