/** Checksums of test data, by other means than the product's: a table of BigInts, a byte at a time. */
import { createHash } from 'node:crypto';
import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';

export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  if (algorithm === 'md5' || algorithm === 'sha256') {
    return createHash(algorithm).update(bytes).digest('base64');
  }
  return algorithm === 'crc32c' ? crc(bytes, 0x82f63b78n, 32) : crc(bytes, 0x9a6c9329ac4bc9b5n, 64);
}

/** A reflected CRC whose register starts, and is turned over at the end, as all ones. */
function crc(bytes: Uint8Array, polynomial: bigint, width: 32 | 64): string {
  const ones = (1n << BigInt(width)) - 1n;
  const table = Array.from({ length: 256 }, (_, index) => {
    let entry = BigInt(index);
    for (let bit = 0; bit < 8; bit += 1) {
      entry = (entry & 1n) === 1n ? (entry >> 1n) ^ polynomial : entry >> 1n;
    }
    return entry;
  });
  let register = ones;
  for (const byte of bytes) {
    register = (register >> 8n) ^ (table[Number(register & 0xffn) ^ byte] ?? 0n);
  }
  const hex = (register ^ ones).toString(16).padStart(width / 4, '0');
  return Buffer.from(hex, 'hex').toString('base64');
}
