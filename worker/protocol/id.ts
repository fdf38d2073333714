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

/**
 * A UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, a counter (6.2, method 1), so that ids sort in
 * the order in which they were made, then random bits. It does not use `crypto.randomUUID`, which
 * pages served by plain HTTP lack. 20,000 files may be added at once: an id takes about 1 µs.
 */
export function uuidv7(): string {
  last = Math.max(Date.now() * 4096, last + 1);
  const time = hex(Math.floor(last / 4096), 12);
  const counter = hex(last % 4096, 3);
  if (drawn === words.length) {
    crypto.getRandomValues(words);
    drawn = 0;
  }
  const [a = 0, b = 0] = words.subarray(drawn, (drawn += 2));
  const random = hex(a, 8) + hex(b, 8);
  // 7 is the version; 8, 9, a or b is the variant.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${'89ab'[b & 3]}${random.slice(0, 3)}-${random.slice(3, 15)}`;
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0');
}
