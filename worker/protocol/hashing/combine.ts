import type { WholeAlgorithm } from '../checksum.ts';
import { base64ToBytes, bytesToBase64, bytesToHex } from '../util/encoding.ts';
import { createMd5 } from './md5.ts';
import { POLYNOMIALS } from './polynomials.ts';

/**
 * Computes the CRC of a whole file (in S3's terms, a full-object checksum) from the CRCs of its parts
 * in order, all in base64, without reading the file again. Undefined for algorithms whose values
 * cannot be combined (MD5, SHA-1, SHA-256), and if the checksum of a part is missing.
 *
 * The CRC of A followed by B is crc(A) · x^(8 · bytes of B) + crc(B), modulo the polynomial.
 */
export function combine(
  algorithm: WholeAlgorithm,
  parts: readonly { readonly checksum: string; readonly bytes: number }[],
): string | undefined {
  const polynomial = POLYNOMIALS[algorithm];
  if (!polynomial) return undefined;
  const modulus = (BigInt(polynomial[0]) << 32n) + BigInt(polynomial[1]);
  const view = new DataView(new ArrayBuffer(8));
  const crc = new Uint8Array(view.buffer, polynomial[0] ? 0 : 4);
  // All parts but the last are equally long, so one power serves up to ten thousand of them.
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
  // Divides instead of shifting, because a part may be larger than 4 GiB, and shifts have 32 bits.
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
