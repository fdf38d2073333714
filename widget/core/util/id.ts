/** Every id of the contract is a UUID in lower case: https://www.rfc-editor.org/rfc/rfc9562 */
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Random words, drawn many at once: one call for each id takes longer than all the rest of it. */
const words = new Uint32Array(192);
let drawn = words.length;
/** Milliseconds · 4096 of the last id, plus the number of ids made before it in that millisecond. */
let last = 0;
/** Milliseconds of the last id. */
let lastMs = 0;
/** `lastMs` in hexadecimal. */
let time = '';

/** The two hexadecimal digits of each byte: formatting numbers is most of the work. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => hex(byte, 2));

/**
 * A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, a counter (6.2, method 1), so that ids sort in
 * the order in which they were made, then random bits. Made here because plain-http pages have no
 * `crypto.randomUUID`, and made fast because there may be 20,000 files at once.
 */
export function uuidv7(): string {
  last = Math.max(Date.now() * 4096, last + 1);
  const ms = Math.floor(last / 4096);
  if (ms !== lastMs) time = hex((lastMs = ms), 12);
  const counter = hex(last % 4096, 3);
  if (drawn === words.length) {
    crypto.getRandomValues(words);
    drawn = 0;
  }
  const [a = 0, b = 0] = words.subarray(drawn, (drawn += 2));
  const random = digits(a) + digits(b);
  // 7 is the version; 8, 9, a or b the variant.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${'89ab'[b & 3]}${random.slice(0, 3)}-${random.slice(3, 15)}`;
}

function digits(word: number): string {
  let text = '';
  for (let shift = 24; shift >= 0; shift -= 8) text += DIGITS[(word >>> shift) & 255];
  return text;
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}

/**
 * True if a value from outside can be the id of an upload. An id becomes part of a path, and `../x`
 * would carry the caller's token to another address of the same origin.
 */
export function isUploadId(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
