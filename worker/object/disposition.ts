/** `Content-Disposition`, and which types a browser may show without a download. */
import { cleanName } from './name.ts';
import type { FileEntry } from '../protocol.ts';
import { canRunScript, listsType } from '../protocol/accept.ts';
import { encodeRfc3986 } from '../s3/signing/encode.ts';

/**
 * How the bucket itself presents an object. `auto`: as a download if the type could run a script.
 */
export type Disposition = 'auto' | 'attachment' | 'inline' | 'none';

/** Types that cannot run a script in the bucket's origin. SVG and HTML can. */
const SAFE_INLINE_TYPES: readonly string[] = [
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/heic',
  'image/heif',
  'image/tiff',
  'image/x-icon',
  'image/vnd.microsoft.icon',
  'audio/*',
  'video/*',
  'application/pdf',
  'text/plain',
];

/**
 * Whether a browser may show the type: it is a safe type, or on the operator's own list. Never for
 * a type that can run a script, such as SVG and every other XML: it would run in the bucket's
 * origin, whichever list names it.
 */
export function mayShowInline(type: string, also: readonly string[] = []): boolean {
  return !canRunScript(type) && listsType([...SAFE_INLINE_TYPES, ...also], type);
}

/** Browsers never show this type as a page. */
const INERT_TYPE = 'application/octet-stream';

/**
 * `Content-Disposition` of the object itself, for readers without a link from the Worker. Undefined
 * if the type is harmless and no disposition was chosen.
 */
export function dispositionOf(
  disposition: Disposition,
  { name, type }: Pick<FileEntry, 'name' | 'type'>,
  inlineTypes: readonly string[],
): string | undefined {
  if (disposition === 'none') return undefined;
  if (disposition !== 'auto') return contentDisposition(disposition, name);
  const harmless = type === INERT_TYPE || mayShowInline(type, inlineTypes);
  return harmless ? undefined : contentDisposition('attachment', name);
}

/**
 * The header's value, with the name for old and for new clients:
 * https://www.rfc-editor.org/rfc/rfc6266#appendix-D. It is all ASCII, and nothing in it ends the
 * quoted string. The extended name percent-encodes everything that RFC 8187, section 3.2.1 does not
 * list as an attr-char.
 *
 * @example contentDisposition('attachment', 'é "1".txt') // attachment; filename="_ _1_.txt";
 *   filename*=UTF-8''%C3%A9%20%221%22.txt
 */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const clean = cleanName(name);
  const ascii = clean.replace(/[^\u0020-\u007e]|["\\%]/gu, '_');
  const plain = `${kind}; filename="${ascii}"`;
  return ascii === clean ? plain : `${plain}; filename*=UTF-8''${encodeRfc3986(clean)}`;
}
