/**
 * Which files an `accept` list allows: the one rule of the page, of a drag over it, and of the Worker.
 * It looks at extension and type together, because neither is enough: a browser derives the type from
 * the extension, and a client that is not a browser chooses both.
 * https://html.spec.whatwg.org/#attr-input-accept
 */
import { allFormats, formatOf, type Format } from './util/formats.ts';

/** One entry of an `accept` list, in lower case. */
export type AcceptToken =
  | { readonly kind: 'any' }
  /** Includes its dot, and may have several: `.tar.gz`. */
  | { readonly kind: 'extension'; readonly extension: string }
  /** `image` for `image/*`. */
  | { readonly kind: 'family'; readonly family: string }
  /** A type without parameters. */
  | { readonly kind: 'type'; readonly type: string };

/** What is known about a file before it is read. */
export interface NamedFile {
  readonly name: string;
  /** The type that the browser reported; empty if it knows none. */
  readonly type: string;
}

/**
 * Parses the list into tokens, and collects the entries that are not valid. A list may be one text.
 */
export function parseAccept(list: string | readonly string[]): {
  readonly tokens: readonly AcceptToken[];
  readonly malformed: readonly string[];
} {
  const entries = typeof list === 'string' ? list.split(',') : list;
  const tokens: AcceptToken[] = [];
  const malformed: string[] = [];
  for (const entry of entries.map((entry) => entry.trim()).filter((entry) => entry !== '')) {
    const token = tokenOf(entry.toLowerCase());
    if (token) tokens.push(token);
    else malformed.push(entry);
  }
  return { tokens, malformed };
}

/**
 * Whether the list allows the file. An empty list allows every file; a list of only malformed
 * entries allows none.
 *
 * - `.ext` allows a name with this extension if the type is empty, generic or known for the
 *   extension. With an unknown extension, it allows any type that cannot run a script.
 * - `image/png` and `image/*` allow a file of such a type, also if the type goes by another name
 *   (`image/heif` for `image/heic`). They also allow a file whose extension is known for such a type,
 *   if the file's own type is empty, generic, or one that systems give to such files: that of a
 *   camera's `.mts` may be `model/vnd.mts`. A name that promises a page or a script of another type
 *   (`x.html` as `image/png`) is refused.
 *
 * @example accepts(['.pdf'], { name: 'x.pdf', type: 'text/html' }) // false
 */
export function accepts(list: string | readonly string[], file: NamedFile): boolean {
  return acceptFilter(list)(file);
}

/** {@link accepts} for many files: the list is parsed once. */
export function acceptFilter(list: string | readonly string[]): (file: NamedFile) => boolean {
  const { tokens, malformed } = parseAccept(list);
  if (tokens.length === 0) return () => malformed.length === 0;
  return (file) => {
    const name = file.name.toLowerCase();
    const type = essenceOf(file.type);
    const known = formatOf(name);
    return tokens.some((token) => {
      switch (token.kind) {
        case 'any':
          return true;
        case 'extension':
          return endsIn(name, token.extension) && suits(known, type);
        default:
          return isOf(token, type) || isOtherNameOf(token, type)
            ? isGeneric(type) || !known?.own.some(canRunScript) || suits(known, type)
            : known !== undefined &&
                known.own.some((own) => isOf(token, own)) &&
                suits(known, type);
      }
    });
  };
}

/**
 * Whether a file of this type could be allowed. While files are dragged they have no names, and in
 * Safari no types, so anything that is not known yet passes and is decided at the drop.
 */
export function couldAccept(list: string | readonly string[], type: string): boolean {
  const { tokens, malformed } = parseAccept(list);
  const essence = essenceOf(type);
  if (tokens.length === 0) return malformed.length === 0;
  return isGeneric(essence) || tokens.some((token) => couldBe(token, essence));
}

/** Whether the list names this type, whatever the file is called. */
export function listsType(list: readonly string[], type: string): boolean {
  const essence = essenceOf(type);
  return parseAccept(list).tokens.some((token) => isOf(token, essence));
}

/** The type in lower case, without its parameters. */
export function essenceOf(type: string): string {
  return type.replace(/;.*/s, '').trim().toLowerCase();
}

/**
 * Whether a browser shows the type as a page or runs it as a script. Every XML type may contain
 * XHTML or SVG elements. https://mimesniff.spec.whatwg.org/#xml-mime-type
 */
export function canRunScript(type: string): boolean {
  return SCRIPTED.test(essenceOf(type));
}

const SCRIPTED =
  /html|[+/]xml|xslt?$|(java|ecma|live|j)script|shockwave|x-component|^multipart\/|^message\/|mimearchive/;

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

function tokenOf(entry: string): AcceptToken | undefined {
  if (entry === '*/*' || entry === '*') return { kind: 'any' };
  if (entry.startsWith('.')) {
    const isExtension = /^(\.[^\s./\\*]+)+$/.test(entry);
    return isExtension ? { kind: 'extension', extension: entry } : undefined;
  }
  const [family = '', subtype = '', ...more] = essenceOf(entry).split('/');
  if (more.length > 0 || !TOKEN.test(family) || !TOKEN.test(subtype)) return undefined;
  if (family.includes('*') || (subtype !== '*' && subtype.includes('*'))) return undefined;
  return subtype === '*'
    ? { kind: 'family', family }
    : { kind: 'type', type: `${family}/${subtype}` };
}

/** Whether the token names the type. An extension never does. */
function isOf(token: AcceptToken, type: string): boolean {
  switch (token.kind) {
    case 'any':
      return true;
    case 'extension':
      return false;
    case 'family':
      return type.startsWith(`${token.family}/`);
    case 'type':
      return type === token.type;
  }
}

/** Whether the type is another name for one that the token names: image/heif for image/heic. */
function isOtherNameOf(token: AcceptToken, type: string): boolean {
  return allFormats().some(({ own }) => own.includes(type) && own.some((one) => isOf(token, one)));
}

function couldBe(token: AcceptToken, type: string): boolean {
  if (isOf(token, type)) return true;
  if (token.kind === 'extension') return suits(formatOf(`x${token.extension}`), type);
  return allFormats().some(({ own, also }) => {
    const named = [...own, ...also].includes(type);
    return named && own.some((one) => isOf(token, one));
  });
}

/** Whether the type says nothing. Windows and curl report an unknown type in these ways. */
function isGeneric(type: string): boolean {
  return ['', 'application/octet-stream', 'binary/octet-stream', 'application/binary'].includes(
    type,
  );
}

function endsIn(name: string, extension: string): boolean {
  return name.length > extension.length && name.endsWith(extension);
}

/**
 * Whether the type is known for the extension. For an unknown extension, whether it is harmless.
 */
function suits(known: Format | undefined, type: string): boolean {
  if (isGeneric(type)) return true;
  return known ? known.own.includes(type) || known.also.includes(type) : !canRunScript(type);
}
