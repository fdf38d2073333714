/** Every setting of the Worker: what it is called, what it means, what it is if nobody sets it. */
import type { Setting } from './setting.ts';
import { STORE_SETTINGS } from './store-settings.ts';

export type { Setting } from './setting.ts';

/** Sizes take `KiB`, `MiB`, `GiB`, `TiB`, `KB`, `MB`, `GB`, `TB`; times `s`, `m`, `h`, `d`. Lists have commas. */
export const SETTINGS = [
  ...STORE_SETTINGS,
  {
    name: 'AUTH',
    meaning:
      'How callers are known: jwt, access (Cloudflare Access) or anonymous. Needed; without it nothing is signed.',
    default: null,
    example: 'jwt',
  },
  {
    name: 'JWT_SECRET',
    meaning:
      'For AUTH=jwt: what your backend signs its tokens with (HS256); 32 characters or more.',
    default: null,
    example: '(64 characters)',
    secret: true,
  },
  {
    name: 'JWT_JWKS_URL',
    meaning: 'For AUTH=jwt: where your identity provider publishes its keys (RS256, ES256, EdDSA).',
    default: null,
    example: 'https://login.example.com/.well-known/jwks.json',
  },
  {
    name: 'JWT_ISSUER',
    meaning: 'What `iss` has to be.',
    default: '(anything)',
    example: 'https://login.example.com/',
  },
  {
    name: 'JWT_AUDIENCE',
    meaning: 'What `aud` has to hold, one of a list. Needed with JWT_JWKS_URL.',
    default: '(anything)',
    example: 'uploads',
  },
  {
    name: 'JWT_COOKIE',
    meaning: 'A cookie that may hold the token; taken only from pages that may call.',
    default: '(none)',
    example: 'session',
  },
  {
    name: 'JWT_LEEWAY',
    meaning: 'How far clocks may be apart.',
    default: '60s',
    example: '5s',
  },
  {
    name: 'OWNER_CLAIM',
    meaning: 'The claim that uploads belong to.',
    default: 'sub',
    example: 'email',
  },
  {
    name: 'ACCESS_TEAM',
    meaning: 'For AUTH=access: the team’s domain.',
    default: null,
    example: 'https://example.cloudflareaccess.com',
  },
  {
    name: 'ACCESS_AUDIENCE',
    meaning: 'For AUTH=access: the application’s AUD tag.',
    default: null,
    example: '(64 characters)',
  },
  {
    name: 'TOKEN_SECRET',
    meaning: 'Seals upload tokens: 32 characters or more, `openssl rand -hex 32`. Needed.',
    default: null,
    example: '(64 characters)',
    secret: true,
  },
  {
    name: 'TOKEN_SECRET_PREVIOUS',
    meaning:
      'Still opens upload tokens, public links and anonymous identities made before TOKEN_SECRET was changed.',
    default: null,
    example: '(64 characters)',
    secret: true,
  },
  {
    name: 'ALLOWED_ORIGINS',
    meaning:
      'Origins of pages that may call, beside the Worker’s own. `*`: any; cookies are then never honoured.',
    default: '(none)',
    example: 'https://app.example.com, https://www.example.com',
  },
  {
    name: 'MAX_BYTES',
    meaning: 'Largest file.',
    default: '5GiB',
    example: '500MB',
  },
  {
    name: 'MIN_BYTES',
    meaning: 'Smallest file.',
    default: '0',
    example: '1',
  },
  {
    name: 'ACCEPT',
    meaning:
      'Accepted files: media types, `image/*` wildcards and `.ext` extensions. A file’s extension and type both have to fit.',
    default: '(anything)',
    example: 'image/*, .pdf',
  },
  {
    name: 'MAX_FILES',
    meaning: 'Files in one selection.',
    default: '(any number)',
    example: '10',
  },
  {
    name: 'MAX_OPEN_UPLOADS',
    meaning: 'Open uploads of several parts, for one owner; no others count. Exact with LIMITS.',
    default: '(any number)',
    example: '20',
  },
  {
    name: 'MAX_TOTAL_BYTES',
    meaning:
      'Bytes that one owner may have uploaded, as far as they are listed (KEEP_FOR). Exact with LIMITS.',
    default: '(any number)',
    example: '10GiB',
  },
  {
    name: 'NAME_PATTERN',
    meaning: 'Regular expression that file names must match.',
    default: '(any name)',
    example: '^[\\w. -]+$',
  },
  {
    name: 'KEY_TEMPLATE',
    meaning:
      'What keys are made of: {prefix} {owner} {id} {name} {ext} {yyyy} {mm} {dd} {checksum}.',
    default: '{prefix}{owner}/{id}/{name}',
    example: '{yyyy}/{mm}/{id}{ext}',
  },
  {
    name: 'KEY_PREFIX',
    meaning: 'Every key begins with it.',
    default: '(empty)',
    example: 'uploads/',
  },
  {
    name: 'METADATA',
    meaning: 'Names of metadata that a page may set on its objects.',
    default: '(none)',
    example: 'album, caption',
  },
  {
    name: 'SET_METADATA',
    meaning: 'Metadata of every object, over what a page sets.',
    default: '(none)',
    example: 'source=web&team=photos',
  },
  {
    name: 'ACL',
    meaning:
      'Canned ACLs that may be used: the first is set, a caller’s claim may choose another. Buckets of today want none.',
    default: '(none is sent)',
    example: 'private, public-read',
  },
  {
    name: 'DISPOSITION',
    meaning:
      'Content-Disposition of objects: attachment, inline, none, or auto: attachment for types that could run a script.',
    default: 'auto',
    example: 'attachment',
  },
  {
    name: 'CACHE_CONTROL',
    meaning: 'Cache-Control of objects.',
    default: '(none)',
    example: 'public, max-age=31536000, immutable',
  },
  {
    name: 'TAGS',
    meaning: 'Tags of objects.',
    default: '(none)',
    example: 'project=web&retain=year',
  },
  {
    name: 'STORAGE_CLASS',
    meaning: 'Storage class of objects.',
    default: '(the bucket’s)',
    example: 'STANDARD_IA',
  },
  {
    name: 'SSE',
    meaning: 'Encryption at rest: AES256 or aws:kms.',
    default: '(the bucket’s)',
    example: 'aws:kms',
  },
  {
    name: 'SSE_KMS_KEY_ID',
    meaning: 'For SSE=aws:kms: which key.',
    default: '(the account’s default)',
    example: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  },
  {
    name: 'CHECKSUM',
    meaning:
      'Checksum of each part: auto, none, crc64nvme, crc32c, md5 or sha256. Only sha256 (AWS, MinIO, Ceph, Garage) is proof against an uploader who prepares two files with the same checksum.',
    default: 'auto: the fastest that the store checks',
    example: 'sha256',
  },
  {
    name: 'FORMS',
    meaning:
      'Which small files (up to 1 MiB) go by a form POST, which costs the fewest requests: off; bound: where the store binds the form to the file’s SHA-256 (AWS, MinIO); replaceable: also where it does not (Ceph, CHECKSUM=none, Companion’s clients), so an uploader can replace the stored object until URL_TTL is over.',
    default: 'bound',
    example: 'off',
  },
  {
    name: 'SINGLE_MAX_BYTES',
    meaning: 'Up to this size the browser sends a file in one request.',
    default: '16MiB',
    example: '8MiB',
  },
  {
    name: 'MIN_PART_BYTES',
    meaning: 'Smallest part of a larger file.',
    default: '8MiB',
    example: '16MiB',
  },
  {
    name: 'MAX_PART_BYTES',
    meaning: 'Largest part, unless the store’s number of parts would be passed.',
    default: '256MiB',
    example: '64MiB',
  },
  {
    name: 'UPLOAD_TTL',
    meaning: 'An upload has to be complete within.',
    default: '1d',
    example: '6h',
  },
  {
    name: 'URL_TTL',
    meaning: 'A signed request is good for.',
    default: '15m',
    example: '30m',
  },
  {
    name: 'LINK_TTL',
    meaning: 'A link to read a file is good for.',
    default: '15m',
    example: '1h',
  },
  {
    name: 'KEEP_FOR',
    meaning: 'How long a complete upload stays listed; `forever` is possible. Objects stay.',
    default: '30d',
    example: 'forever',
  },
  {
    name: 'REMOVABLE',
    meaning: 'Owners may remove complete uploads: on or off.',
    default: 'off',
    example: 'on',
  },
  {
    name: 'UPKEEP_REQUESTS',
    meaning:
      'Requests to the store that one round of the cron trigger may make; it lets go of a quarter as many uploads. The default fits Workers Free; on Workers Paid, raise it to four times what callers can create between two rounds.',
    default: '40',
    example: '3000',
  },
  {
    name: 'WEBHOOK_URL',
    meaning: 'A server of yours that is told what happens to uploads, by Standard Webhooks.',
    default: '(none)',
    example: 'https://app.example.com/hooks/uploads',
  },
  {
    name: 'WEBHOOK_SECRET',
    meaning:
      'What its messages are signed with: `whsec_` and 24 to 64 bytes in base64. Several while one is replaced by another.',
    default: null,
    example: 'whsec_…',
    secret: true,
  },
  {
    name: 'WEBHOOK_EVENTS',
    meaning:
      'Events to send: prepared, completed, aborted, expired. Each file of a Create is one message `prepared`, in a request of its own.',
    default: 'completed, aborted, expired',
    example: 'completed',
  },
  {
    name: 'RELAY',
    meaning:
      'Pages that cannot reach the store may send parts through the Worker: on or off. Parts are then 64 MiB at most.',
    default: 'off',
    example: 'on',
  },
  {
    name: 'COMPANION',
    meaning:
      'Uppy’s own client may upload, by Companion’s contract under /companion: on or off. It does not say how large a file is, so MAX_BYTES is checked as it comes and at the end. Files that it sends whole go through the Worker, unless FORMS=replaceable. Its parts are signed without headers and checksums: on R2, MinIO and Ceph a caller could copy an object whose key it knows, and on Swift it could send a part again after the upload is complete.',
    default: 'off',
    example: 'on',
  },
  {
    name: 'PUBLIC',
    meaning: 'Complete uploads may be read by whoever has their link: on or off.',
    default: 'off',
    example: 'on',
  },
  {
    name: 'INLINE_TYPES',
    meaning:
      'Types that browsers may show, in addition to images, audio, video, PDF and plain text. Types that can run a script, such as HTML, SVG and every XML, are refused.',
    default: '(none)',
    example: 'text/csv',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]['name'];
