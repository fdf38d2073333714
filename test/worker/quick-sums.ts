/** Checksums of large test data: byte by byte like s3/sums.ts, but in 32-bit halves. */
import { createHash } from 'node:crypto';
import type { WholeAlgorithm } from '../../worker/protocol.ts';

/** Base64, as S3's headers have it. */
export function quickSum(algorithm: WholeAlgorithm, bytes: Uint8Array): string {
  if (algorithm === 'md5' || algorithm === 'sha1' || algorithm === 'sha256') {
    return createHash(algorithm).update(bytes).digest('base64');
  }
  const wide = algorithm === 'crc64nvme';
  const { high, low } = wide ? CRC64 : algorithm === 'crc32' ? CRC32 : CRC32C;
  let [up, down] = [wide ? -1 : 0, -1];
  for (const byte of bytes) {
    const at = (down ^ byte) & 0xff;
    down = (down >>> 8) ^ (up << 24) ^ (low[at] ?? 0);
    up = (up >>> 8) ^ (high[at] ?? 0);
  }
  const register = Buffer.alloc(8);
  register.writeInt32BE(~up, 0);
  register.writeInt32BE(~down, 4);
  return register.subarray(wide ? 0 : 4).toString('base64');
}

const CRC64 = tables(0x9a6c9329, 0xac4bc9b5);
const CRC32 = tables(0, 0xedb88320);
const CRC32C = tables(0, 0x82f63b78);

/** Of a reflected polynomial, its halves apart. */
function tables(polynomialHigh: number, polynomialLow: number) {
  const high = new Int32Array(256);
  const low = new Int32Array(256);
  for (let index = 0; index < 256; index++) {
    let [up, down] = [0, index];
    for (let bit = 0; bit < 8; bit++) {
      const carry = down & 1;
      down = (down >>> 1) ^ (up << 31);
      up >>>= 1;
      if (carry) [up, down] = [up ^ polynomialHigh, down ^ polynomialLow];
    }
    high[index] = up;
    low[index] = down;
  }
  return { high, low };
}
