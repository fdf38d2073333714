/** File names as people gave them, made fit for a key, a header and a person's eyes. */

/** Control characters, zero-width ones, and those that turn the reading direction. */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** In the key of a form POST, S3 puts the browser's own name in its place. */
const VARIABLE = /\$\{(filename)\}/gi;

/** MinIO keeps keys as files, whose names have at most 255 bytes. */
export const MAX_NAME_BYTES = 255;
const MAX_EXTENSION_BYTES = 32;
const NAMELESS = 'file';

/**
 * The last segment of `name`, in NFC, without invisible characters, dots and spaces at its ends,
 * and no longer than `maxBytes` of UTF-8: the stem is shortened, the extension kept. Nothing is
 * decoded: `%2e%2e%2f` stays what it is; only S3's variable `${filename}` becomes `$(filename)`.
 * Never empty.
 */
export function cleanName(name: string, maxBytes = MAX_NAME_BYTES): string {
  const visible = name
    .replace(/\p{Surrogate}/gu, '')
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(VARIABLE, '$$($1)');
  const segments = visible.split(/[/\\]/).map(trimEnds);
  return shorten(segments.findLast((segment) => segment !== '') ?? NAMELESS, maxBytes);
}

/** Lower case, with its dot; empty where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && dot < name.length - 1 ? name.slice(dot).toLowerCase() : '';
}

/** False for text with half a surrogate pair, which UTF-8 cannot carry. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** How many bytes of UTF-8 the text takes. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** `..`, `.htaccess` and Windows' trailing dots and spaces. */
function trimEnds(segment: string): string {
  return segment.replace(/^[\s.]+|[\s.]+$/gu, '');
}

function shorten(name: string, maxBytes: number): string {
  if (utf8Length(name) <= maxBytes) return name;
  const extension = name.slice(name.length - extensionOf(name).length);
  const kept =
    utf8Length(extension) <= Math.min(MAX_EXTENSION_BYTES, maxBytes - 1) ? extension : '';
  let room = maxBytes - utf8Length(kept);
  let stem = '';
  // By code point: half a surrogate pair is no character.
  for (const character of name.slice(0, name.length - kept.length)) {
    room -= utf8Length(character);
    if (room < 0) break;
    stem += character;
  }
  return trimEnds(stem + kept) || NAMELESS;
}
