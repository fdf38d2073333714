/** Makes file names from users fit for a key, a header and display. */

/** Control characters, zero-width characters, and those that change the reading direction. */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** In the key of a form POST, S3 replaces this variable by the browser's own file name. */
const VARIABLE = /\$\{(filename)\}/gi;

/** MinIO stores keys as files, whose names have at most 255 bytes. */
const MAX_NAME_BYTES = 255;
const MAX_EXTENSION_BYTES = 32;
const NAMELESS = 'file';

/**
 * The last segment of `name`, in NFC, without invisible characters, without dots and spaces at its
 * ends, and at most `maxBytes` of UTF-8: the stem is shortened, the extension kept. Nothing is
 * decoded: `%2e%2e%2f` stays as it is. Only S3's variable `${filename}` becomes `$(filename)`.
 * Never empty.
 */
export function cleanName(name: string, maxBytes = MAX_NAME_BYTES): string {
  const segments = visible(name).split(/[/\\]/).map(trimEnds);
  return shorten(segments.findLast((segment) => segment !== '') ?? NAMELESS, maxBytes);
}

/**
 * A file's path below the folder that its user chose: the folders of `path`, each cleaned like a
 * name, then the cleaned `name`. Folders that clean to nothing are left out, so that no segment is
 * empty or consists of dots. Undefined if there is no folder.
 */
export function cleanPath(path: string | undefined, name: string): string | undefined {
  const folders = visible(path ?? '')
    .split(/[/\\]/)
    .slice(0, -1)
    .map((segment) => shorten(trimEnds(segment), MAX_NAME_BYTES, ''))
    .filter((segment) => segment !== '');
  return folders.length > 0 ? [...folders, cleanName(name)].join('/') : undefined;
}

/** The extension in lower case with its dot, or empty. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 && dot < name.length - 1 ? name.slice(dot).toLowerCase() : '';
}

/** False for text with an unpaired surrogate, which UTF-8 cannot encode. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** Length of the text in bytes of UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/** In NFC, without invisible characters, unpaired surrogates and S3's variable. */
function visible(name: string): string {
  return name
    .replace(/\p{Surrogate}/gu, '')
    .normalize('NFC')
    .replace(INVISIBLE, '')
    .replace(VARIABLE, '$$($1)');
}

/** `..`, `.htaccess` and Windows' trailing dots and spaces. */
function trimEnds(segment: string): string {
  return segment.replace(/^[\s.]+|[\s.]+$/gu, '');
}

function shorten(name: string, maxBytes: number, nameless = NAMELESS): string {
  if (utf8Length(name) <= maxBytes) return name;
  const extension = name.slice(name.length - extensionOf(name).length);
  const kept =
    utf8Length(extension) <= Math.min(MAX_EXTENSION_BYTES, maxBytes - 1) ? extension : '';
  let room = maxBytes - utf8Length(kept);
  let stem = '';
  // By code point, because half of a surrogate pair is not a character.
  for (const character of name.slice(0, name.length - kept.length)) {
    room -= utf8Length(character);
    if (room < 0) break;
    stem += character;
  }
  return trimEnds(stem + kept) || nameless;
}
