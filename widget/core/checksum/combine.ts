import type { ChecksumAlgorithm } from '../../../worker/protocol.ts';
import { createMd5 } from './md5.ts';

/** A CRC in two 32-bit words, high word first; the coefficient of x^0 is the uppermost bit. */
type Words = readonly [number, number];

interface Field {
  readonly width: 32 | 64;
  readonly polynomial: Words;
}

const FIELDS: { readonly [algorithm in ChecksumAlgorithm]?: Field } = {
  crc64nvme: { width: 64, polynomial: [0x9a6c9329, 0xac4bc9b5] },
  crc32c: { width: 32, polynomial: [0, 0x82f63b78] },
};

/**
 * The CRC of a whole file from the CRCs of its parts, in order, all base64: what S3 calls a
 * full-object checksum. The file need not be read again. Undefined for algorithms whose values do
 * not combine (MD5, SHA-256).
 *
 * The CRC of A followed by B is crc(A) · x^(8·|B|) + crc(B), modulo the polynomial, over GF(2).
 */
export function combine(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly checksum: string; readonly bytes: number }[],
): string | undefined {
  const field = FIELDS[algorithm];
  if (!field) return undefined;
  // Nearly all parts are equally long: one power serves ten thousand of them.
  const powers = new Map<number, Words>();
  let whole: Words = [0, 0];
  for (const { checksum, bytes } of parts) {
    let power = powers.get(bytes);
    if (!power) powers.set(bytes, (power = shift(field, bytes)));
    const [high, low] = multiply(field, whole, power);
    const view = new DataView(fromBase64(checksum).buffer);
    const start = view.byteLength - 4;
    whole = [high ^ (start ? view.getInt32(0) : 0), low ^ view.getInt32(start)];
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, whole[0]);
  view.setInt32(4, whole[1]);
  return toBase64(new Uint8Array(view.buffer, 8 - field.width / 8));
}

/**
 * The ETag that stores with MD5 ETags give to a multipart upload: MD5 of the parts' MD5s, and
 * their number, as in `9b2cf535f27731c974343645a3985328-3`; without quotes.
 */
export function multipartEtag(parts: readonly { readonly checksum: string }[]): string {
  const hasher = createMd5()();
  for (const { checksum } of parts) hasher.update(fromBase64(checksum));
  const hex = Array.from(new Uint8Array(hasher.digest()), (byte) =>
    byte.toString(16).padStart(2, '0'),
  );
  return `${hex.join('')}-${parts.length}`;
}

/** x^(8·bytes) modulo the polynomial, by squaring. */
function shift(field: Field, bytes: number): Words {
  const one: Words = field.width === 64 ? [1 << 31, 0] : [0, 1 << 31];
  let power: Words = field.width === 64 ? [1 << 23, 0] : [0, 1 << 23];
  let product = one;
  // Parts pass 4 GiB: `bytes` is too long for 32-bit operators.
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2) product = multiply(field, product, power);
    power = multiply(field, power, power);
  }
  return product;
}

/** a · b modulo the polynomial. */
function multiply({ width, polynomial }: Field, a: Words, b: Words): Words {
  let [high, low] = b;
  let productHigh = 0;
  let productLow = 0;
  for (let bit = width - 1; bit >= 0; bit--) {
    // A shift takes its distance modulo 32, so `bit` serves both words.
    const take = -((a[bit > 31 ? 0 : 1] >>> bit) & 1);
    productHigh ^= high & take;
    productLow ^= low & take;
    const carry = -(low & 1);
    low = ((low >>> 1) | (high << 31)) ^ (polynomial[1] & carry);
    high = (high >>> 1) ^ (polynomial[0] & carry);
  }
  return [productHigh, productLow];
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
