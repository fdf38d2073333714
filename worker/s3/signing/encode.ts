/**
 * Encodes a key as a URL path that every store decodes to the same key.
 *
 * `URL` collapses `..` and `%2e%2e`, turns `\` into `/` and drops tabs and newlines, so a key with
 * these would be signed for another object. Ambiguous keys are refused; everything else is
 * percent-encoded here, and nowhere else.
 */

/** An object key that is refused. `reason` is English and does not quote the key. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
  readonly reason: string;

  constructor(reason: string) {
    super(`the key ${reason}`);
    this.reason = reason;
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
export const MAX_KEY_BYTES = 1024;
/** Longest segment. MinIO stores keys as files, and file systems do not allow longer names. */
export const MAX_SEGMENT_BYTES = 255;

const utf8 = new TextEncoder();
// Control characters (C0, DEL, C1) would split headers and logs; bidi marks disguise a name.
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * The key as a URL path without its leading slash. RFC 3986 unreserved characters stay, `/` separates
 * segments, and all other bytes become `%XX`. This is S3's canonical form, so the signed path is the
 * path that is sent.
 *
 * @throws KeyError for an empty or dot segment (and so for a leading, trailing or doubled slash), a
 *   control or bidi character, a lone surrogate, more than 1,024 bytes or 255 in a segment, and for
 *   `${filename}`, which a store would replace by the browser's file name in a form.
 */
export function encodeKey(key: string): string {
  if (/\p{Surrogate}/u.test(key)) throw new KeyError('contains half a surrogate pair');
  if (UNPRINTABLE.test(key)) throw new KeyError('contains a control or bidi character');
  if (/\$\{filename\}/i.test(key)) throw new KeyError('contains ${filename}');
  if (utf8.encode(key).length > MAX_KEY_BYTES) {
    throw new KeyError(`is longer than ${MAX_KEY_BYTES} bytes`);
  }
  return key.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  if (segment === '') throw new KeyError('is empty or contains an empty segment');
  // MinIO, like `URL`, reads a backslash as a slash.
  if (segment.split('\\').some((name) => name === '.' || name === '..')) {
    throw new KeyError('contains a dot segment');
  }
  if (utf8.encode(segment).length > MAX_SEGMENT_BYTES) {
    throw new KeyError(`contains a segment of more than ${MAX_SEGMENT_BYTES} bytes`);
  }
  return encodeRfc3986(segment);
}

/**
 * Percent-encodes everything except `A-Za-z0-9-._~`, as SigV4 requires for paths and queries.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @throws URIError for a lone surrogate.
 */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
