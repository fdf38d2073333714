/** Checksums, computed another way than the engine does. */
import { createHash } from 'node:crypto';
import type { ChecksumAlgorithm } from '../../../../worker/protocol.ts';

export function sumOf(algorithm: ChecksumAlgorithm | null, body: Buffer): string | undefined {
  if (algorithm === 'md5' || algorithm === 'sha256') {
    return createHash(algorithm).update(body).digest('base64');
  }
  return algorithm === 'crc64nvme' ? crc64nvme(body) : undefined;
}

const HIGH = new Int32Array(256);
const LOW = new Int32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let crc = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? 0x9a6c9329ac4bc9b5n : 0n);
  HIGH[byte] = Number(crc >> 32n) | 0;
  LOW[byte] = Number(crc & 0xffffffffn) | 0;
}

/** One byte at a time. */
function crc64nvme(body: Buffer): string {
  let high = -1;
  let low = -1;
  for (const byte of body) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (LOW[index] ?? 0);
    high = (high >>> 8) ^ (HIGH[index] ?? 0);
  }
  const out = Buffer.alloc(8);
  out.writeInt32BE(~high, 0);
  out.writeInt32BE(~low, 4);
  return out.toString('base64');
}
