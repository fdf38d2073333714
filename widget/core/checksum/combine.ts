import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { createMd5 } from './md5.ts';

/**
 * A polynomial over GF(2) of degree below 64 in two words, reflected: x^0 is the uppermost bit of
 * the first. CRC-32C lives there too, as if its polynomial were x^32 times as long.
 */
type Words = readonly [number, number];

const POLYNOMIALS: { readonly [algorithm in ChecksumAlgorithm]?: Words } = {
  crc64nvme: [0x9a6c9329, 0xac4bc9b5],
  crc32c: [0, 0x82f63b78],
};

/**
 * The CRC of a whole file from those of its parts, in order, all base64: what S3 calls a
 * full-object checksum. The file need not be read again. Undefined for algorithms whose values do
 * not combine (MD5, SHA-256).
 *
 * The CRC of A followed by B is crc(A) · x^(8 · bytes of B) + crc(B), modulo the polynomial.
 */
export function combine(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly checksum: string; readonly bytes: number }[],
): string | undefined {
  const polynomial = POLYNOMIALS[algorithm];
  if (!polynomial) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  const crc = new Uint8Array(view.buffer, polynomial[0] ? 0 : 4);
  // Nearly all parts are equally long: one power serves ten thousand of them.
  const powers = new Map<number, Words>();
  for (const { checksum, bytes } of parts) {
    const power = powers.get(bytes) ?? powerOfX(bytes, polynomial);
    powers.set(bytes, power);
    const [high, low] = multiply([view.getInt32(0), view.getInt32(4)], power, polynomial);
    crc.set(decode(checksum));
    view.setInt32(0, view.getInt32(0) ^ high);
    view.setInt32(4, view.getInt32(4) ^ low);
  }
  return btoa(String.fromCharCode(...crc));
}

/**
 * The ETag that stores with MD5 ETags give to a multipart upload: MD5 of the parts' MD5s, and
 * their number, as in `9b2cf535f27731c974343645a3985328-3`; without quotes.
 */
export function multipartEtag(parts: readonly { readonly checksum: string }[]): string {
  const md5 = createMd5();
  const state = md5.start();
  const bytes = Uint8Array.from(parts.flatMap(({ checksum }) => [...decode(checksum)]));
  const end = bytes.length & ~63;
  md5.update(state, new DataView(bytes.buffer), 0, end);
  const digest = new Uint8Array(md5.finish(state, bytes.subarray(end), bytes.length));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0'));
  return `${hex.join('')}-${parts.length}`;
}

/** x^(8 · bytes) modulo the polynomial, by squaring. */
function powerOfX(bytes: number, polynomial: Words): Words {
  let product: Words = [1 << 31, 0];
  let square: Words = [1 << 23, 0];
  // A part may pass 4 GiB, and 32-bit operators with it.
  for (let rest = bytes; rest >= 1; rest /= 2) {
    if (rest & 1) product = multiply(product, square, polynomial);
    square = multiply(square, square, polynomial);
  }
  return product;
}

/** a · b modulo the polynomial. */
function multiply(a: Words, [high, low]: Words, polynomial: Words): Words {
  let productHigh = 0;
  let productLow = 0;
  for (let bit = 0; bit < 64; bit++) {
    // A shift takes its distance modulo 32, so `bit` serves both words.
    const taken = -(((bit < 32 ? a[0] : a[1]) << bit) >>> 31);
    productHigh ^= high & taken;
    productLow ^= low & taken;
    const carry = -(low & 1);
    low = ((low >>> 1) | (high << 31)) ^ (polynomial[1] & carry);
    high = (high >>> 1) ^ (polynomial[0] & carry);
  }
  return [productHigh, productLow];
}

function decode(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
