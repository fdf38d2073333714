import type { ChecksumAlgorithm } from '../../../worker/protocol/checksum.ts';
import {
  base64ToBytes,
  bytesToBase64,
  bytesToHex,
} from '../../../worker/protocol/util/encoding.ts';
import { createMd5 } from './md5.ts';
import { POLYNOMIALS } from './polynomials.ts';

/**
 * The CRC of a whole file from those of its parts, in order, all base64: what S3 calls a
 * full-object checksum. The file need not be read again. Undefined for algorithms whose values do
 * not combine (MD5, SHA-256), and where a part's checksum is missing.
 *
 * The CRC of A followed by B is crc(A) · x^(8 · bytes of B) + crc(B), modulo the polynomial.
 */
export function combine(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly checksum: string; readonly bytes: number }[],
): string | undefined {
  const polynomial = POLYNOMIALS[algorithm];
  if (!polynomial) return undefined;
  const modulus = (BigInt(polynomial[0]) << 32n) + BigInt(polynomial[1]);
  const view = new DataView(new ArrayBuffer(8));
  const crc = new Uint8Array(view.buffer, polynomial[0] ? 0 : 4);
  // Nearly all parts are equally long: one power serves ten thousand of them.
  const powers = new Map<number, bigint>();
  for (const { checksum, bytes } of parts) {
    const power = powers.get(bytes) ?? powerOfX(bytes, modulus);
    powers.set(bytes, power);
    const shifted = multiply(view.getBigUint64(0), power, modulus);
    const part = base64ToBytes(checksum);
    if (part.length !== crc.length) return undefined;
    crc.set(part);
    view.setBigUint64(0, view.getBigUint64(0) ^ shifted);
  }
  return bytesToBase64(crc);
}

/**
 * The ETag that stores with MD5 ETags give to a multipart upload: MD5 of the parts' MD5s, and
 * their number, as in `9b2cf535f27731c974343645a3985328-3`; without quotes.
 */
export function multipartEtag(parts: readonly { readonly checksum: string }[]): string {
  const md5 = createMd5();
  const state = md5.start();
  const bytes = Uint8Array.from(parts.flatMap(({ checksum }) => [...base64ToBytes(checksum)]));
  const end = bytes.length & ~63;
  md5.update(state, new DataView(bytes.buffer), 0, end);
  const digest = md5.finish(state, bytes.subarray(end), bytes.length);
  return `${bytesToHex(digest)}-${parts.length}`;
}

/** x^(8 · bytes) modulo the polynomial, by squaring. Reflected: x^0 is bit 63. */
function powerOfX(bytes: number, modulus: bigint): bigint {
  let product = 1n << 63n;
  let square = 1n << 55n;
  // A part may pass 4 GiB, and the 32-bit shifts with it.
  for (let rest = bytes; rest >= 1; rest /= 2) {
    if (rest & 1) product = multiply(product, square, modulus);
    square = multiply(square, square, modulus);
  }
  return product;
}

/** a · b modulo the polynomial. */
function multiply(a: bigint, b: bigint, modulus: bigint): bigint {
  let product = 0n;
  for (let rest = a, term = b; rest; rest = BigInt.asUintN(64, rest << 1n)) {
    if (rest >> 63n) product ^= term;
    term = term & 1n ? (term >> 1n) ^ modulus : term >> 1n;
  }
  return product;
}
