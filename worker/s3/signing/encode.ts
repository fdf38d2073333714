/**
 * From a key to a URL path and back to the same key, on every store.
 *
 * `URL` folds `..` and `%2e%2e`, turns `\` into `/` and drops tabs and newlines, all before anything
 * is signed: a key with such a segment would be signed for another object. So keys that could be
 * read in two ways are refused, everything else is percent-encoded here, and nobody else touches it.
 */

/** A key that this project does not store under. `reason` is English and quotes nothing. */
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
/** MinIO keeps keys as files, and file systems name no more. */
export const MAX_SEGMENT_BYTES = 255;

const utf8 = new TextEncoder();
// Controls (C0, DEL, C1) would split headers and logs; bidi marks make a name read as another.
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * The key as a URL path without its leading slash: RFC 3986 unreserved characters stay, `/` parts
 * segments, all other bytes are `%XX`. That is S3's canonical form, so the path that is signed is
 * the path that is sent.
 *
 * @throws KeyError for an empty or dot segment (so also for a leading, trailing or doubled slash),
 * a control or bidi character, a lone surrogate, more than 1,024 bytes or 255 in a segment, and for
 * `${filename}`, which a store puts the browser's own name in place of when it comes with a form.
 */
export function encodeKey(key: string): string {
  if (/\p{Surrogate}/u.test(key)) throw new KeyError('holds half a surrogate pair');
  if (UNPRINTABLE.test(key)) throw new KeyError('holds a control or bidi character');
  if (/\$\{filename\}/i.test(key)) throw new KeyError('holds ${filename}');
  if (utf8.encode(key).length > MAX_KEY_BYTES) {
    throw new KeyError(`is longer than ${MAX_KEY_BYTES} bytes`);
  }
  return key.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  if (segment === '') throw new KeyError('is empty or holds an empty segment');
  // MinIO, like `URL`, reads a backslash as a slash.
  if (segment.split('\\').some((name) => name === '.' || name === '..')) {
    throw new KeyError('holds a dot segment');
  }
  if (utf8.encode(segment).length > MAX_SEGMENT_BYTES) {
    throw new KeyError(`holds a segment of more than ${MAX_SEGMENT_BYTES} bytes`);
  }
  return encodeRfc3986(segment);
}

/**
 * Percent-encodes all but `A-Za-z0-9-._~`, as SigV4 asks for paths and queries.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * @throws URIError for a lone surrogate.
 */
export function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
