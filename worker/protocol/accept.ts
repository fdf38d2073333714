/**
 * Which files an `accept` list allows. The page and the Worker decide alike, by extension and type
 * together, because neither is enough: a browser derives the type from the extension, and a client
 * that is not a browser chooses both. https://html.spec.whatwg.org/#attr-input-accept
 */

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
 * - `image/png` and `image/*` allow a file of such a type. They also allow a file whose extension
 *   is known for such a type, if the file's own type is empty, generic or another name for the same
 *   type. A name that promises a page or a script of another type (`x.html` as `image/png`) is
 *   refused.
 *
 * @example accepts(['.pdf'], { name: 'x.pdf', type: 'text/html' }) // false
 */
export function accepts(list: string | readonly string[], file: NamedFile): boolean {
  const { tokens, malformed } = parseAccept(list);
  if (tokens.length === 0) return malformed.length === 0;
  const name = file.name.toLowerCase();
  const type = essenceOf(file.type);
  const known = knownFor(name);
  return tokens.some((token) => {
    switch (token.kind) {
      case 'any':
        return true;
      case 'extension':
        return endsIn(name, token.extension) && suits(known, type);
      default:
        return isOf(token, type)
          ? isGeneric(type) || !known?.own.some(canRunScript) || suits(known, type)
          : known !== undefined && known.own.some((own) => isOf(token, own)) && suits(known, type);
    }
  });
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
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
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

function couldBe(token: AcceptToken, type: string): boolean {
  if (isOf(token, type)) return true;
  if (token.kind === 'extension') return suits(knownFor(`x${token.extension}`), type);
  return ROWS.some(({ own, also }) => {
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
function suits(known: Row | undefined, type: string): boolean {
  if (isGeneric(type)) return true;
  return known ? known.own.includes(type) || known.also.includes(type) : !canRunScript(type);
}

/** The row of the longest known extension of the name. */
function knownFor(name: string): Row | undefined {
  const dots = [...name.matchAll(/\./g)].slice(-2);
  for (const { index } of dots) {
    const row = index > 0 ? byExtension().get(name.slice(index + 1)) : undefined;
    if (row) return row;
  }
  return undefined;
}

interface Row {
  /** The extension's own types: names for one and the same format. */
  readonly own: readonly string[];
  /** Other types that systems give to such files. */
  readonly also: readonly string[];
}

/**
 * Extensions, their own types, and others that browsers and systems give to such files. From the
 * tables of IANA, Apache and mime-db; aliases from Chromium's and Firefox's and from Windows.
 */
const ROWS: readonly (Row & { readonly extensions: string })[] = [
  ['jpg jpeg jpe jfif pjpeg pjp', 'image/jpeg image/jpg image/pjpeg'],
  ['png apng', 'image/png image/apng image/x-png'],
  ['gif', 'image/gif'],
  ['webp', 'image/webp'],
  ['avif avifs', 'image/avif image/avif-sequence'],
  ['heic heif heics heifs hif', 'image/heic image/heif image/heic-sequence image/heif-sequence'],
  ['bmp dib', 'image/bmp image/x-ms-bmp image/x-bmp'],
  ['tif tiff', 'image/tiff image/x-tiff'],
  ['ico cur', 'image/x-icon image/vnd.microsoft.icon'],
  ['jxl', 'image/jxl'],
  ['psd', 'image/vnd.adobe.photoshop image/x-photoshop application/x-photoshop'],
  ['dng', 'image/x-adobe-dng image/dng image/tiff'],
  ['svg svgz', 'image/svg+xml'],
  ['mp4 m4v mp4v', 'video/mp4 video/x-m4v', 'application/mp4 audio/mp4'],
  ['mov qt', 'video/quicktime'],
  ['webm', 'video/webm', 'audio/webm'],
  ['mkv mk3d', 'video/x-matroska video/matroska', 'audio/x-matroska video/webm'],
  ['avi', 'video/x-msvideo video/avi video/msvideo video/vnd.avi'],
  ['mpg mpeg mpe m2v', 'video/mpeg video/x-mpeg'],
  ['mts m2ts m2t', 'video/mp2t video/vnd.dlna.mpeg-tts'],
  ['ts', 'video/mp2t', 'text/typescript application/typescript video/vnd.dlna.mpeg-tts'],
  ['wmv', 'video/x-ms-wmv', 'video/x-ms-asf'],
  ['flv', 'video/x-flv'],
  ['3gp 3gpp', 'video/3gpp audio/3gpp'],
  ['3g2', 'video/3gpp2 audio/3gpp2'],
  ['ogv', 'video/ogg', 'application/ogg'],
  ['ogg oga opus spx', 'audio/ogg audio/opus', 'application/ogg video/ogg'],
  ['mp3', 'audio/mpeg audio/mp3 audio/x-mp3 audio/mpeg3'],
  ['m4a m4b', 'audio/mp4 audio/x-m4a audio/m4a', 'video/mp4'],
  ['aac', 'audio/aac audio/x-aac audio/aacp', 'audio/vnd.dlna.adts'],
  ['wav wave', 'audio/wav audio/x-wav audio/wave audio/vnd.wave'],
  ['flac', 'audio/flac audio/x-flac'],
  ['aif aiff aifc', 'audio/aiff audio/x-aiff'],
  ['mid midi', 'audio/midi audio/x-midi audio/mid'],
  ['weba', 'audio/webm'],
  ['wma', 'audio/x-ms-wma'],
  ['pdf', 'application/pdf application/x-pdf'],
  ['zip', 'application/zip application/x-zip-compressed application/x-zip'],
  ['gz gzip', 'application/gzip application/x-gzip'],
  [
    'tgz tar.gz',
    'application/gzip application/x-gzip application/x-compressed-tar',
    'application/x-tar application/x-compressed application/x-gtar',
  ],
  ['tar', 'application/x-tar application/tar'],
  ['bz2', 'application/x-bzip2 application/bzip2 application/x-bzip'],
  [
    'tbz2 tar.bz2',
    'application/x-bzip2 application/x-bzip-compressed-tar',
    'application/x-tar application/x-bzip',
  ],
  ['xz', 'application/x-xz'],
  ['txz tar.xz', 'application/x-xz application/x-xz-compressed-tar', 'application/x-tar'],
  ['zst tar.zst', 'application/zstd application/x-zstd', 'application/x-tar'],
  ['7z', 'application/x-7z-compressed'],
  ['rar', 'application/vnd.rar application/x-rar-compressed application/x-rar'],
  ['txt text log', 'text/plain'],
  [
    'csv',
    'text/csv application/csv text/comma-separated-values',
    'application/vnd.ms-excel text/plain',
  ],
  ['tsv tab', 'text/tab-separated-values', 'text/plain'],
  ['md markdown', 'text/markdown text/x-markdown', 'text/plain'],
  ['json', 'application/json text/json', 'text/plain'],
  ['geojson', 'application/geo+json', 'application/json'],
  ['ics', 'text/calendar'],
  ['vcf', 'text/vcard text/x-vcard'],
  ['vtt', 'text/vtt'],
  ['srt', 'application/x-subrip', 'text/plain'],
  ['rtf', 'application/rtf text/rtf', 'application/msword'],
  ['epub', 'application/epub+zip'],
  ['doc dot', 'application/msword'],
  [
    'docx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/zip application/x-zip-compressed',
  ],
  ['xls xlt', 'application/vnd.ms-excel application/msexcel application/x-msexcel'],
  [
    'xlsx',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'application/zip application/x-zip-compressed',
  ],
  ['ppt pps', 'application/vnd.ms-powerpoint'],
  [
    'pptx',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    'application/zip application/x-zip-compressed',
  ],
  ['odt', 'application/vnd.oasis.opendocument.text'],
  ['ods', 'application/vnd.oasis.opendocument.spreadsheet'],
  ['odp', 'application/vnd.oasis.opendocument.presentation'],
  ['htm html shtml', 'text/html'],
  ['xhtml xht', 'application/xhtml+xml'],
  ['xml', 'application/xml text/xml'],
  ['xsl xslt', 'application/xslt+xml text/xsl', 'application/xml text/xml'],
  ['mht mhtml', 'multipart/related message/rfc822 application/x-mimearchive'],
  ['js mjs cjs', 'text/javascript application/javascript application/x-javascript'],
  ['css', 'text/css'],
  ['woff2', 'font/woff2'],
  ['ttf', 'font/ttf application/x-font-ttf'],
  ['otf', 'font/otf application/x-font-opentype'],
].map(([extensions = '', own = '', also = '']) => ({
  extensions,
  own: own.split(' '),
  also: also.split(' ').filter(Boolean),
}));

let found: ReadonlyMap<string, Row> | undefined;

/** Built on first use: a page without `accept` does not need it. */
function byExtension(): ReadonlyMap<string, Row> {
  return (found ??= new Map(
    ROWS.flatMap((row) => row.extensions.split(' ').map((extension) => [extension, row] as const)),
  ));
}
