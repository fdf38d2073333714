/** An operator's mistakes, and where each names itself. */
import type { Fault } from '../../worker/faulty-servers.ts';

/** What a mistake is made with. */
export interface Mistake {
  readonly name: string;
  /** Settings that differ from those that work; an empty one is not set. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What the store does wrong; `for` the page alone, or for the Worker and `doctor`, too. */
  readonly store?: Fault & { readonly for: 'page' | 'everybody' };
  /** What follows the signer's address in the element's `endpoint`. */
  readonly path?: string;
  /** The endpoint is the page's own host, which answers every path with the page. */
  readonly isPageHost?: boolean;
  /** What is wrong with the caller's token. */
  readonly token?: 'expired' | 'without exp' | 'with another secret' | 'for another audience';
  /** The page's origin, if it is not that of the other mistakes. */
  readonly page?: string;
  /** What the row shows, and where it is not only for users, what the console shows, too. */
  readonly row: RegExp;
  readonly console: RegExp;
  /** What a line of level `error` says; null where the signer is not reached. */
  readonly log: RegExp | null;
  /** What a line of `doctor` says that fails or warns. */
  readonly doctor: RegExp;
  /** `doctor` checks the signer as it is deployed. */
  readonly isDeployed?: boolean;
}

const OWNER = 'Uploads are not set up correctly here. Tell the owner of this page.';
const owner = (why: string): RegExp => new RegExp(`${OWNER.replaceAll('.', '\\.')} .*${why}`);

const isFromPage = ({ headers }: { headers: { origin?: string | undefined } }): boolean =>
  headers.origin !== undefined;
const always =
  (status: number, code?: string, more?: string) =>
  (): { status: number; code?: string; more?: string } => ({
    status,
    ...(code !== undefined && { code }),
    ...(more !== undefined && { more }),
  });

const JWT_SECRET = 'the-secret-that-the-app-signs-its-tokens-with';

/** A token that is refused for this reason; `doctor` has it, too. */
function wrongToken(
  token: NonNullable<Mistake['token']>,
  sentence: string,
  reason: string,
): Mistake {
  return {
    name: `token ${token}`,
    settings: { AUTH: 'jwt', JWT_SECRET, JWT_AUDIENCE: 'uploads' },
    token,
    row: new RegExp(`no longer signed in.*${sentence}`),
    console: new RegExp(`unauthenticated: ${sentence}`),
    log: new RegExp(`"reason":"${reason}"`),
    isDeployed: true,
    doctor: new RegExp(`${sentence}.*\\(${reason}\\)`),
  };
}

/** A setting that the Worker refuses to start with: the same words everywhere. */
function refusedSetting(
  name: string,
  settings: Readonly<Record<string, string>>,
  words: string,
): Mistake {
  const pattern = new RegExp(words);
  return { name, settings, row: owner(words), console: pattern, log: pattern, doctor: pattern };
}

/** A store that takes nothing more. */
function noRoom(name: string, status: number, code: string): Mistake {
  return {
    name,
    store: {
      for: 'everybody',
      answer: (request) =>
        isFromPage(request) || request.method === 'POST' ? always(status, code)() : undefined,
    },
    row: /The storage is full\. Tell the owner of this page\./,
    console: /store_full: /,
    log: /The store is full/,
    doctor: /quota of the bucket is full/,
  };
}

export const MISTAKES: readonly Mistake[] = [
  {
    name: 'wrong secret',
    settings: { S3_SECRET_ACCESS_KEY: 'another-secret' },
    row: owner('SignatureDoesNotMatch: S3_SECRET_ACCESS_KEY is wrong'),
    console: /CreateMultipartUpload: SignatureDoesNotMatch: S3_SECRET_ACCESS_KEY is wrong/,
    log: /S3_SECRET_ACCESS_KEY is wrong/,
    doctor: /S3_SECRET_ACCESS_KEY is wrong/,
  },
  {
    name: 'wrong access key',
    settings: { S3_ACCESS_KEY_ID: 'nobody' },
    row: owner('check S3_ACCESS_KEY_ID'),
    console: /CreateMultipartUpload: \w+: .*check S3_ACCESS_KEY_ID/,
    log: /check S3_ACCESS_KEY_ID/,
    doctor: /check S3_ACCESS_KEY_ID/,
  },
  {
    name: 'wrong region',
    store: {
      for: 'everybody',
      answer: always(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-1</Region>'),
    },
    row: owner('set S3_REGION: eu-west-1'),
    console: /AuthorizationHeaderMalformed: .*set S3_REGION: eu-west-1/,
    log: /set S3_REGION: eu-west-1/,
    doctor: /set S3_REGION: eu-west-1/,
  },
  {
    name: 'missing bucket',
    settings: { S3_BUCKET: 'missing' },
    row: owner('NoSuchBucket: .*check S3_BUCKET'),
    console: /NoSuchBucket: .*check S3_BUCKET/,
    log: /check S3_BUCKET/,
    doctor: /check S3_BUCKET/,
  },
  {
    name: 'read-only key',
    store: {
      for: 'everybody',
      answer: ({ method }) => (method === 'GET' ? undefined : always(403, 'AccessDenied')()),
    },
    row: owner('the credentials need s3:PutObject'),
    console: /CreateMultipartUpload: AccessDenied: the credentials need s3:PutObject/,
    log: /need s3:PutObject/,
    doctor: /need s3:PutObject/,
  },
  {
    name: 'put-only key',
    settings: { S3_PROFILE: 'generic' },
    store: {
      for: 'everybody',
      answer: ({ method }) =>
        method === 'GET' || method === 'HEAD' ? always(403, 'AccessDenied')() : undefined,
    },
    row: owner('HeadObject: .*need s3:GetObject on the objects'),
    console: /HeadObject: .*need s3:GetObject on the objects/,
    log: /need s3:GetObject on the objects/,
    doctor: /need s3:ListMultipartUploadParts/,
  },
  {
    name: 'clock that is wrong',
    store: {
      for: 'everybody',
      answer: () => ({
        ...always(403, 'RequestTimeTooSkewed')(),
        headers: { date: new Date(Date.now() - 1_200_000).toUTCString() },
      }),
    },
    row: owner('RequestTimeTooSkewed: .*set the clock of the store'),
    console: /RequestTimeTooSkewed: .*set the clock of the store/,
    log: /set the clock of the store/,
    doctor: /clock: the store's clock and the one here are 1\d{3} s apart/,
  },
  {
    name: 'no CORS rule',
    store: { for: 'page', removes: /^access-control-/ },
    row: /accept uploads from this page \(CORS\).*must allow PUT from http:\/\/localhost:\d+ with the headers content-md5/,
    console: /cors: .*must allow PUT from http:\/\/localhost:\d+ .*expose ETag/,
    log: /A page reports: the store answers, but not to http:\/\/localhost:\d+: its CORS rule/,
    doctor: /preflight \(204\) does not allow this origin/,
  },
  {
    name: 'hidden ETag',
    store: { for: 'page', removes: /^access-control-expose-headers/ },
    row: /\(CORS\).*add ETag to ExposeHeaders/,
    console: /cors: .*add ETag to ExposeHeaders/,
    log: /A page reports: .*expose ETag/,
    doctor: /does not expose the header ETag/,
  },
  {
    name: 'origin that is not allowed',
    settings: { ALLOWED_ORIGINS: 'https://www.example.com' },
    row: owner('add http://localhost:\\d+ to its ALLOWED_ORIGINS'),
    console: /answers, but not to this page: add http:\/\/localhost:\d+ to its ALLOWED_ORIGINS/,
    log: /"origin":"http:\/\/localhost:\d+".*ALLOWED_ORIGINS/,
    doctor: /ALLOWED_ORIGINS: it does not allow http:\/\/localhost:\d+/,
  },
  refusedSetting(
    'origin with a slash at its end',
    { ALLOWED_ORIGINS: 'https://www.example.com/' },
    'ALLOWED_ORIGINS has an origin with a slash',
  ),
  refusedSetting(
    'origin with a wildcard in the wrong place',
    { ALLOWED_ORIGINS: 'https://app.*.com' },
    'ALLOWED_ORIGINS must be a list of origins',
  ),
  refusedSetting(
    'short TOKEN_SECRET',
    { TOKEN_SECRET: 'short' },
    'TOKEN_SECRET is shorter than 32',
  ),
  refusedSetting(
    'JWT_SECRET that is also TOKEN_SECRET',
    { AUTH: 'jwt', JWT_SECRET, TOKEN_SECRET: JWT_SECRET },
    'JWT_SECRET must not be TOKEN_SECRET',
  ),
  refusedSetting('missing AUTH', { AUTH: '' }, 'AUTH is missing: it must be jwt'),
  {
    name: 'virtual style on an IP address',
    settings: { S3_STYLE: 'virtual' },
    row: owner('set the style to path'),
    console: /S3_ENDPOINT does not go with S3_BUCKET and S3_STYLE: .*set the style to path/,
    log: /set the style to path/,
    doctor: /set the style to path/,
  },
  refusedSetting(
    'endpoint without a scheme',
    { S3_ENDPOINT: 's3.example.com' },
    'S3_ENDPOINT does not go with S3_BUCKET and S3_STYLE: the endpoint (is not a URL|must start with)',
  ),
  refusedSetting(
    'bucket repeated in the path of S3_ENDPOINT',
    { S3_ENDPOINT: 'https://s3.example.com/uploads' },
    'S3_ENDPOINT has the name of the bucket in its path',
  ),
  refusedSetting(
    'bucket repeated in the host of S3_ENDPOINT',
    { S3_ENDPOINT: 'https://uploads.s3.example.com' },
    'S3_ENDPOINT has the name of the bucket in its host',
  ),
  {
    name: 'http store on an https page',
    page: 'https://app.example',
    settings: { S3_PUBLIC_ENDPOINTS: 'http://store.example' },
    // Users are not told what only the developer understands.
    row: new RegExp(`${OWNER.replaceAll('.', '\\.')}`),
    console: /the browser sends nothing to http:\/\/store\.example/,
    log: /A page reports: .*https addresses/,
    doctor: /https: a page of https:\/\/app\.example may send nothing to http:\/\/store\.example/,
  },
  {
    name: 'store’s address that leads to a web page',
    store: {
      for: 'page',
      answer: (request) => (request.method === 'PUT' ? always(200)() : undefined),
    },
    row: /can’t be reached.*not the store answers 200/,
    console: /store_unreachable: .*not the store answers 200 .*S3_PUBLIC_ENDPOINTS/,
    log: /A page reports: .*not the store answers at its address/,
    doctor: /not the store answers 200/,
  },
  {
    name: 'endpoint with a wrong path',
    path: '/wrong',
    row: owner('There is no signer at .*/wrong: check `endpoint`'),
    console: /There is no signer at .*\/wrong: check `endpoint`/,
    log: null,
    isDeployed: true,
    doctor: /not a signer answers 404 .*check the path/s,
  },
  {
    name: 'endpoint on the host of a single-page app',
    isPageHost: true,
    row: /can’t be reached.*not the Worker answers 200/,
    console: /signer_unreachable: .*not the Worker answers 200 at /,
    log: null,
    isDeployed: true,
    doctor: /not a signer answers 200 .*check the path/s,
  },
  wrongToken('expired', 'The token has expired', 'expired'),
  wrongToken('without exp', 'The token has no exp claim', 'no exp'),
  wrongToken('with another secret', 'The token is signed with another key', 'wrong key'),
  wrongToken('for another audience', 'The token is for another audience', 'wrong audience'),
  {
    name: 'misspelt setting',
    settings: { MAX_BYTE: '5MB' },
    row: owner('no setting MAX_BYTE\\. Did you mean MAX_BYTES\\?'),
    console: /no setting MAX_BYTE\. Did you mean MAX_BYTES\?/,
    log: /Did you mean MAX_BYTES\?/,
    doctor: /no setting MAX_BYTE\b.*MAX_BYTES/s,
  },
  {
    name: 'proxy that changes Host, port or path',
    store: {
      for: 'page',
      answer: ({ method }) =>
        method === 'PUT' ? always(403, 'SignatureDoesNotMatch')() : undefined,
    },
    row: owner('a proxy in front of the store changes Host, port or path'),
    console: /SignatureDoesNotMatch.*a proxy in front of the store changes Host, port or path/,
    log: /A page reports: .*a proxy in front of the store changes Host, port or path/,
    doctor: /403 SignatureDoesNotMatch.*a proxy that changes Host, port or path/s,
  },
  noRoom('full store', 507, 'XMinioStorageFull'),
  noRoom('full quota', 403, 'QuotaExceeded'),
];
