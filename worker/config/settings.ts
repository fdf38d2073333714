/** Every setting of the Worker: its name, its meaning and its default. */
import type { Setting } from './setting.ts';
import { STORE_SETTINGS } from './store-settings.ts';

export type { Setting } from './setting.ts';

/** Sizes take `KiB`, `MiB`, `GiB`, `TiB`, `kB`, `MB`, `GB`, `TB`; times take `s`, `m`, `h`, `d`. Lists are separated by commas. */
export const SETTINGS = [
  ...STORE_SETTINGS,
  {
    name: 'AUTH',
    meaning:
      'How callers are authenticated: jwt, access (Cloudflare Access), basic (name and password, for scripts) or anonymous. Required; without it the Worker signs nothing.',
    default: null,
    example: 'jwt',
  },
  {
    name: 'JWT_SECRET',
    meaning:
      'For AUTH=jwt: the secret with which your backend signs tokens (HS256). At least 32 characters.',
    default: null,
    example: '(64 characters)',
    secret: true,
  },
  {
    name: 'JWT_JWKS_URL',
    meaning:
      'For AUTH=jwt: the address at which your identity provider publishes its keys, for any RS, PS, ES or EdDSA algorithm.',
    default: null,
    example: 'https://login.example.com/.well-known/jwks.json',
  },
  {
    name: 'JWT_ISSUER',
    meaning: 'Required `iss`.',
    default: '(anything)',
    example: 'https://login.example.com/',
  },
  {
    name: 'JWT_AUDIENCE',
    meaning:
      'Accepted audiences; one of them has to be in `aud`, or in a token without `aud` (Cognito, Clerk) be its `client_id`, otherwise its `azp`. Required with JWT_JWKS_URL.',
    default: '(anything)',
    example: 'uploads',
  },
  {
    name: 'JWT_COOKIE',
    meaning: 'Name of a cookie that may carry the token. It is accepted only from allowed origins.',
    default: '(none)',
    example: 'session',
  },
  {
    name: 'JWT_LEEWAY',
    meaning: 'Allowed clock skew.',
    default: '60s',
    example: '5s',
  },
  {
    name: 'OWNER_CLAIM',
    meaning:
      'Claim that names the owner of an upload. With the claim of a group, everybody in the group shares its uploads, and each says whose `sub` began it.',
    default: 'sub',
    example: 'org_id',
  },
  {
    name: 'ACCESS_TEAM',
    meaning: 'For AUTH=access: your team’s domain.',
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
    name: 'BASIC_USERS',
    meaning:
      'For AUTH=basic: who may call, as `name:password`. Passwords have at least 16 characters and no comma; the name is the owner of the uploads.',
    default: null,
    example: 'backup:(32 characters)',
    secret: true,
  },
  {
    name: 'TOKEN_SECRET',
    meaning:
      'Secret that signs upload tokens, at least 32 characters (`openssl rand -hex 32`). Required.',
    default: null,
    example: '(64 characters)',
    secret: true,
  },
  {
    name: 'TOKEN_SECRET_PREVIOUS',
    meaning:
      'The previous TOKEN_SECRET. Upload tokens, public links and anonymous identities that were signed with it stay valid after a rotation.',
    default: null,
    example: '(64 characters)',
    secret: true,
  },
  {
    name: 'ALLOWED_ORIGINS',
    meaning:
      'Origins of the pages that may call the Worker, in addition to its own, also of apps (`capacitor://localhost`). `https://*.example.com` allows every subdomain. `*` allows any origin; cookies are then ignored.',
    default: '(none)',
    example: 'https://app.example.com, https://*.example.org',
  },
  {
    name: 'MAX_BYTES',
    meaning: 'Size of the largest file.',
    default: '5GiB',
    example: '500MB',
  },
  {
    name: 'MIN_BYTES',
    meaning: 'Size of the smallest file.',
    default: '0',
    example: '1',
  },
  {
    name: 'ACCEPT',
    meaning:
      'Accepted files: media types, `image/*` wildcards and `.ext` extensions. Both the extension and the type of a file have to match.',
    default: '(anything)',
    example: 'image/*, .pdf',
  },
  {
    name: 'MAX_FILES',
    meaning: 'Maximum number of files in one selection.',
    default: '(any number)',
    example: '10',
  },
  {
    name: 'MAX_OPEN_UPLOADS',
    meaning:
      'Maximum number of open uploads of several parts per owner; other uploads do not count. Exact with LIMITS.',
    default: '(any number)',
    example: '20',
  },
  {
    name: 'MAX_TOTAL_BYTES',
    meaning:
      'Maximum number of bytes per owner, counted over the uploads that are listed (see KEEP_FOR). Exact with LIMITS.',
    default: '(any number)',
    example: '10GiB',
  },
  {
    name: 'NAME_PATTERN',
    meaning: 'Regular expression that file names have to match.',
    default: '(any name)',
    example: '^[\\w. -]+$',
  },
  {
    name: 'KEY_TEMPLATE',
    meaning:
      'Template for object keys: {prefix} {owner} {id} {name} {path} {ext} {yyyy} {mm} {dd} {checksum}. {path} is the folders of a chosen folder and the name; {checksum} is that of the whole file; for a file in parts it is the id, unless its client names a checksum that the store compares at Complete.',
    default: '{prefix}{owner}/{id}/{name}',
    example: '{yyyy}/{mm}/{id}{ext}',
  },
  {
    name: 'DEDUPE',
    meaning:
      'With {checksum} in KEY_TEMPLATE, a file that is stored already is not sent again: of the same owner, or of everyone; not if ACL lists several. With everyone and a template without {owner}, whoever knows the SHA-256 of a file can read it.',
    default: 'owner',
    example: 'everyone',
  },
  {
    name: 'KEY_PREFIX',
    meaning: 'Prefix of every key.',
    default: '(empty)',
    example: 'uploads/',
  },
  {
    name: 'METADATA',
    meaning: 'Names of the metadata that a page may set.',
    default: '(none)',
    example: 'album, caption',
  },
  {
    name: 'SET_METADATA',
    meaning: 'Metadata set on every object. It overrides what a page sets.',
    default: '(none)',
    example: 'source=web&team=photos',
  },
  {
    name: 'ACL',
    meaning:
      'Allowed canned ACLs. The first is the default; a page may choose another for a file, and a caller’s claim or the policy hook narrows the list to one. New AWS buckets have ACLs disabled.',
    default: '(none is sent)',
    example: 'private, public-read',
  },
  {
    name: 'DISPOSITION',
    meaning:
      'Content-Disposition of objects: attachment, inline, none or auto (attachment for types that could run a script).',
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
    meaning: 'Server-side encryption: AES256 or aws:kms.',
    default: '(the bucket’s)',
    example: 'aws:kms',
  },
  {
    name: 'SSE_KMS_KEY_ID',
    meaning: 'For SSE=aws:kms: the key.',
    default: '(the account’s default)',
    example: 'arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  },
  {
    name: 'CHECKSUM',
    meaning:
      'Checksum algorithm for parts: auto, none, crc64nvme, crc32c, md5 or sha256. Only sha256 (AWS, MinIO, Ceph, Garage) is proof against an uploader who prepares two files with the same checksum.',
    default: 'auto: the fastest one that the store verifies',
    example: 'sha256',
  },
  {
    name: 'VERIFY_MAX_BYTES',
    meaning:
      'Size of the largest file that is read back to verify the checksum of the whole file, where neither the store nor the checksums of the parts prove it. For larger files such a checksum is refused at Create. 0: nothing is read back.',
    default: '32MiB',
    example: '5GiB',
  },
  {
    name: 'VERIFY_STEP_BYTES',
    meaning:
      'How much of such a file one invocation reads; the client, or else the cron trigger, calls for the next. 1 GiB takes 2 to 5 s of CPU. The default fits the 10 ms of Workers Free; on Workers Paid 1GiB fits the default limit of 30 s.',
    default: '2MiB',
    example: '1GiB',
  },
  {
    name: 'FORMS',
    meaning:
      'Which small files (up to 1 MiB) are sent by form POST, which needs the fewest requests. off: none. bound: only where the store binds the form to the file’s SHA-256 (AWS, MinIO). replaceable: also where it does not (Ceph, CHECKSUM=none, Companion’s clients); an uploader can then replace the stored object until URL_TTL is over.',
    default: 'bound',
    example: 'off',
  },
  {
    name: 'SINGLE_MAX_BYTES',
    meaning: 'Files up to this size are sent in one request.',
    default: '16MiB',
    example: '8MiB',
  },
  {
    name: 'MIN_PART_BYTES',
    meaning: 'Smallest part size.',
    default: '8MiB',
    example: '16MiB',
  },
  {
    name: 'MAX_PART_BYTES',
    meaning: 'Largest part size. It is exceeded only to stay within the store’s part limit.',
    default: '256MiB',
    example: '64MiB',
  },
  {
    name: 'UPLOAD_TTL',
    meaning:
      'How long an unfinished upload is kept after its last part was signed, less an hour at most. An upload whose parts keep arriving does not expire.',
    default: '36h',
    example: '6h',
  },
  {
    name: 'UPLOAD_MAX_AGE',
    meaning:
      'Time limit for an upload from its beginning, even if its parts keep arriving. Without it only the store’s own limit ends such an upload.',
    default: '(none)',
    example: '7d',
  },
  {
    name: 'URL_TTL',
    meaning: 'Lifetime of a signed request.',
    default: '15m',
    example: '30m',
  },
  {
    name: 'PUBLIC_URL',
    meaning:
      'Address at which anyone may read the bucket: its own, or a CDN in front of it. Links then lead there and do not expire; without it they are signed.',
    default: '(none)',
    example: 'https://cdn.example.com/',
  },
  {
    name: 'LINK_TTL',
    meaning: 'Lifetime of a download link.',
    default: '15m',
    example: '1h',
  },
  {
    name: 'KEEP_FOR',
    meaning:
      'How long a completed upload stays in the list, or `forever`. Objects are not deleted.',
    default: '30d',
    example: 'forever',
  },
  {
    name: 'REMOVABLE',
    meaning: 'Whether owners may delete completed uploads: on or off.',
    default: 'off',
    example: 'on',
  },
  {
    name: 'WORKERS_PLAN',
    meaning:
      'Plan of Workers that the account has: free or paid. It decides how many expired uploads and waiting webhooks one run of the cron trigger handles; see docs/scale.md.',
    default: 'free',
    example: 'paid',
  },
  {
    name: 'UPKEEP_REQUESTS',
    meaning:
      'Maximum number of requests to the store in one run of the cron trigger. An expired upload takes two to four.',
    default: '32 on the free plan, 2500 on the paid plan',
    example: '500',
  },
  {
    name: 'WEBHOOK_URL',
    meaning: 'Address that receives webhooks about uploads (Standard Webhooks).',
    default: '(none)',
    example: 'https://app.example.com/hooks/uploads',
  },
  {
    name: 'WEBHOOK_SECRET',
    meaning:
      'Secret that signs webhooks: `whsec_` followed by 24 to 64 bytes in base64. Several secrets are allowed during a rotation.',
    default: null,
    example: 'whsec_…',
    secret: true,
  },
  {
    name: 'WEBHOOK_EVENTS',
    meaning:
      'Events to send: prepared, completed, aborted, expired. `prepared` sends one message for each file of a Create.',
    default: 'completed, aborted, expired',
    example: 'completed',
  },
  {
    name: 'WEBHOOK_LINK_TTL',
    meaning:
      'How long the link to read the file lasts that `upload.completed` carries. Without it, there is a link only with PUBLIC_URL.',
    default: '(no link)',
    example: '1d',
  },
  {
    name: 'RELAY',
    meaning:
      'Whether pages that cannot reach the store may send parts through the Worker, and other clients whole files in chunks (docs/chunks.md): on or off. Parts are then at most 64 MiB.',
    default: 'off',
    example: 'on',
  },
  {
    name: 'COMPANION',
    meaning:
      'Whether Uppy’s own client may upload through Companion’s contract at /companion: on or off. It does not say how large a file is, so MAX_BYTES is checked as it comes and at the end. Files that it sends whole go through the Worker, unless FORMS=replaceable. Its parts are signed without headers and checksums: on R2, MinIO and Ceph a caller could copy an object whose key it knows, and on Swift it could send a part again after the upload is complete.',
    default: 'off',
    example: 'on',
  },
  {
    name: 'PUBLIC',
    meaning: 'Whether anyone who has the link may read a completed upload: on or off.',
    default: 'off',
    example: 'on',
  },
  {
    name: 'INLINE_TYPES',
    meaning:
      'Types that browsers may show inline, in addition to images, audio, video, PDF and plain text. Types that can run a script, such as HTML, SVG and every XML, are refused.',
    default: '(none)',
    example: 'text/csv',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof SETTINGS)[number]['name'];
