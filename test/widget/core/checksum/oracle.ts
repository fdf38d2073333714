/** hash-wasm's values, in the form of S3's headers. */
import { crc32, crc64, md5, sha256 } from 'hash-wasm';
import type { ChecksumAlgorithm } from '../../../../worker/protocol.ts';

export const ALGORITHMS = ['crc64nvme', 'crc32c', 'md5', 'sha256'] as const;

const HEX: { readonly [name in ChecksumAlgorithm]: (bytes: Uint8Array) => Promise<string> } = {
  crc64nvme: (bytes) => crc64(bytes, '9a6c9329ac4bc9b5'),
  crc32c: (bytes) => crc32(bytes, 0x82f63b78),
  md5,
  sha256,
};

export async function expected(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> {
  return base64(await HEX[algorithm](bytes));
}

export function base64(hex: string): string {
  return btoa(hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}

/** Bytes that look random, the same for the same seed. */
export function someBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[i] = state ^ (state >>> 15);
  }
  return new Uint8Array(words.buffer, 0, length);
}
