/** Upload ids: UUIDs of any version that RFC 9562 defines, in lower case. */

/** https://www.rfc-editor.org/rfc/rfc9562#section-4 */
export const UPLOAD_ID =
  /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether the value is an upload id. Check it before the value becomes part of a path. */
export function isUploadId(value: unknown): value is string {
  return typeof value === 'string' && UPLOAD_ID.test(value);
}

/** Random words are drawn in batches, because a call for each id takes longer than everything else. */
const words = new Uint32Array(192);
let drawn = words.length;
/** Milliseconds times 4,096, plus the number of ids already made in that millisecond. */
let last = 0;
/** The milliseconds of the last id, and their digits. */
let lastMs = 0;
let time = '';

/** The two digits of each byte. Formatting numbers is most of the work, so it is done once. */
const DIGITS = Array.from({ length: 256 }, (_, byte) => hex(byte, 2));

/**
 * A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, a counter (6.2, method 1), so that ids sort in
 * the order in which they were made, then random bits. It does not use `crypto.randomUUID`, which
 * pages served by plain HTTP lack, and it is fast because 20,000 files may be added at once.
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
  // 7 is the version; 8, 9, a or b is the variant.
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
