/** What is known of file formats: their extensions, and the types that systems give to such files. */

export interface Format {
  /** The format's own types: names for one and the same format. */
  readonly own: readonly string[];
  /** Other types that systems give to such files. */
  readonly also: readonly string[];
}

/** The format of the longest known extension of a name in lower case. */
export function formatOf(name: string): Format | undefined {
  const dots = [...name.matchAll(/\./g)].slice(-2);
  for (const { index } of dots) {
    const format = index > 0 ? byExtension().get(name.slice(index + 1)) : undefined;
    if (format) return format;
  }
  return undefined;
}

/** The extension by which people know the type: `xls` for `application/vnd.ms-excel`. */
export function extensionOf(type: string): string | undefined {
  const subtype = type.replace(/^.*\//, '');
  const isExtension = byExtension().get(subtype)?.own.includes(type);
  return isExtension ? subtype : [...byExtension()].find(([, { own }]) => own.includes(type))?.[0];
}

export function allFormats(): readonly Format[] {
  return [...byExtension().values()];
}

/** Cameras' raw pictures: the maker and the extension make the type, as in image/x-nikon-nef. */
const RAW =
  'canon-crw canon-cr2 canon-cr3 nikon-nef nikon-nrw sony-arw sony-sr2 sony-srf olympus-orf panasonic-rw2 panasonic-raw fuji-raf pentax-pef samsung-srw sigma-x3f kodak-dcr kodak-kdc minolta-mrw hasselblad-3fr phaseone-iiq leica-rwl gopro-gpr';

/**
 * The formats of each family of types: `extensions = other names | other types`. A format's own types
 * are the family with any of its extensions and other names, each with `x-` before it or without:
 * `zip = zip-compressed` knows application/x-zip and application/x-zip-compressed. The other types,
 * after the bar, are those that systems give to such files, too. A name with a slash is a whole type.
 *
 * From the tables of IANA, Apache and mime-db; other names from Chromium's and Firefox's, from Windows,
 * and from freedesktop.org's shared-mime-info, which browsers on Linux ask.
 */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  image: [
    'jpg jpeg jpe jfif pjpeg pjp',
    'png apng',
    'gif',
    'webp',
    'avif avifs = avif-sequence',
    'heic heif heics heifs hif = heic-sequence heif-sequence',
    'bmp dib = ms-bmp',
    'tif tiff',
    'ico cur = icon vnd.microsoft.icon',
    'jxl',
    'psd = vnd.adobe.photoshop photoshop application/x-photoshop',
    'dng = adobe-dng tiff',
    'svg svgz = svg+xml',
    ...RAW.split(' ').map(
      (name) => `${name.replace(/.*-/, '')} = ${name} | image/tiff image/x-dcraw`,
    ),
  ],
  video: [
    'mp4 m4v mp4v lrv insv | application/mp4 audio/mp4',
    'mov qt = quicktime',
    'webm | audio/webm',
    'mkv mk3d = matroska | audio/x-matroska application/x-matroska video/webm',
    'avi = msvideo vnd.avi | application/x-troff-msvideo',
    'mpg mpeg mpe m2v vob mod tod = dvd | audio/x-mod',
    'mts m2ts m2t = mp2t vnd.dlna.mpeg-tts | model/vnd.mts',
    'ts = mp2t | text/typescript application/typescript video/vnd.dlna.mpeg-tts text/vnd.trolltech.linguist',
    'wmv = ms-wmv | video/x-ms-asf',
    'flv',
    'mxf = application/mxf',
    'dv',
    'braw',
    'r3d',
    '3gp 3gpp = audio/3gpp',
    '3g2 = 3gpp2 audio/3gpp2',
    'ogv = ogg | application/ogg',
  ],
  audio: [
    'ogg oga opus spx | application/ogg video/ogg',
    'mp3 = mpeg mpeg3',
    'm4a m4b = mp4 | video/mp4',
    'aac = aacp | audio/vnd.dlna.adts',
    'wav wave = vnd.wave',
    'flac',
    'aif aiff aifc',
    'mid midi',
    'weba = webm',
    'wma = ms-wma',
  ],
  application: [
    'pdf',
    'zip = zip-compressed',
    'gz gzip',
    'tgz tar.gz = gzip compressed-tar | application/x-tar application/x-compressed application/x-gtar',
    'tar',
    'bz2 = bzip2 bzip',
    'tbz2 tar.bz2 = bzip2 bzip-compressed-tar | application/x-tar application/x-bzip',
    'xz',
    'txz tar.xz = xz xz-compressed-tar | application/x-tar',
    'zst tar.zst = zstd | application/x-tar',
    '7z = 7z-compressed',
    'rar = vnd.rar rar-compressed',
    'json = text/json | text/plain',
    'geojson = geo+json | application/json',
    'srt = subrip | text/plain',
    'rtf = text/rtf | application/msword',
    'epub = epub+zip',
    'doc dot = msword',
    'docx = vnd.openxmlformats-officedocument.wordprocessingml.document | application/zip application/x-zip-compressed',
    'xls xlt = vnd.ms-excel msexcel',
    'xlsx = vnd.openxmlformats-officedocument.spreadsheetml.sheet | application/zip application/x-zip-compressed',
    'ppt pps = vnd.ms-powerpoint',
    'pptx = vnd.openxmlformats-officedocument.presentationml.presentation | application/zip application/x-zip-compressed',
    'odt = vnd.oasis.opendocument.text',
    'ods = vnd.oasis.opendocument.spreadsheet',
    'odp = vnd.oasis.opendocument.presentation',
    'xhtml xht = xhtml+xml',
    'xml = text/xml',
    'xsl xslt = xslt+xml text/xsl | application/xml text/xml',
    'mht mhtml = mimearchive multipart/related message/rfc822',
  ],
  text: [
    'txt text log = plain',
    'csv = comma-separated-values application/csv | application/vnd.ms-excel text/plain',
    'tsv tab = tab-separated-values | text/plain',
    'md markdown | text/plain',
    'ics = calendar',
    'vcf = vcard',
    'vtt',
    'htm html shtml',
    'js mjs cjs = javascript application/javascript application/x-javascript',
    'css',
  ],
  font: ['woff2', 'ttf = application/x-font-ttf', 'otf = application/x-font-opentype'],
};

let parsed: ReadonlyMap<string, Format> | undefined;

/** The format of each extension. Made on first use: a page without `accept` does not need it. */
function byExtension(): ReadonlyMap<string, Format> {
  return (parsed ??= new Map(
    Object.entries(FORMATS).flatMap(([family, lines]) =>
      lines.flatMap((line) => {
        const [names = '', also = ''] = line.split(' | ');
        const [extensions = ''] = names.split(' = ');
        const own = names.split(/[ =]+/).flatMap((name) => typesOf(family, name));
        const known: Format = { own, also: also.split(' ').filter(Boolean) };
        return extensions.split(' ').map((extension) => [extension, known] as const);
      }),
    ),
  ));
}

/** The types that the name of a format stands for. */
function typesOf(family: string, name: string): readonly string[] {
  return name.includes('/') ? [name] : [`${family}/${name}`, `${family}/x-${name}`];
}
