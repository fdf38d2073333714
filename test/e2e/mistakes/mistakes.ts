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
  /** The caller's token. */
  readonly token?: string;
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
  {
    name: 'origin with a slash at its end',
    settings: { ALLOWED_ORIGINS: 'https://www.example.com/' },
    row: owner('ALLOWED_ORIGINS has an origin with a slash'),
    console: /ALLOWED_ORIGINS has an origin with a slash/,
    log: /ALLOWED_ORIGINS has an origin with a slash/,
    doctor: /ALLOWED_ORIGINS has an origin with a slash/,
  },
  {
    name: 'short TOKEN_SECRET',
    settings: { TOKEN_SECRET: 'short' },
    row: owner('TOKEN_SECRET is shorter than 32'),
    console: /TOKEN_SECRET is shorter than 32/,
    log: /TOKEN_SECRET is shorter than 32/,
    doctor: /TOKEN_SECRET is shorter than 32/,
  },
  {
    name: 'missing AUTH',
    settings: { AUTH: '' },
    row: owner('AUTH is missing: it must be jwt'),
    console: /AUTH is missing: it must be jwt/,
    log: /AUTH is missing: it must be jwt/,
    doctor: /AUTH is missing: it must be jwt/,
  },
  {
    name: 'virtual style on an IP address',
    settings: { S3_STYLE: 'virtual' },
    row: owner('set the style to path'),
    console: /S3_ENDPOINT does not go with S3_BUCKET and S3_STYLE: .*set the style to path/,
    log: /set the style to path/,
    doctor: /set the style to path/,
  },
  {
    name: 'bucket repeated in S3_ENDPOINT',
    settings: { S3_ENDPOINT: 'https://s3.example.com/uploads' },
    row: owner('S3_ENDPOINT has the name of the bucket in its path'),
    console: /S3_ENDPOINT has the name of the bucket in its path/,
    log: /S3_ENDPOINT has the name of the bucket in its path/,
    doctor: /S3_ENDPOINT has the name of the bucket in its path/,
  },
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
  {
    name: 'expired token',
    settings: { AUTH: 'jwt', JWT_SECRET: 'the-secret-that-the-app-signs-its-tokens-with' },
    token: 'expired',
    row: /no longer signed in.*The token has expired/,
    console: /unauthenticated: The token has expired/,
    log: /"reason":"expired"/,
    isDeployed: true,
    doctor: /The token has expired\. \(expired\)/,
  },
  {
    name: 'misspelt setting',
    settings: { MAX_BYTE: '5MB' },
    row: owner('no setting MAX_BYTE\\. Did you mean MAX_BYTES\\?'),
    console: /no setting MAX_BYTE\. Did you mean MAX_BYTES\?/,
    log: /Did you mean MAX_BYTES\?/,
    doctor: /no setting MAX_BYTE\b.*MAX_BYTES/s,
  },
  {
    name: 'full store',
    store: {
      for: 'everybody',
      answer: (request) =>
        isFromPage(request) || request.method === 'POST'
          ? always(507, 'XMinioStorageFull')()
          : undefined,
    },
    row: /The storage is full\. Tell the owner of this page\./,
    console: /store_full: /,
    log: /The store is full/,
    doctor: /the store is full/,
  },
];
