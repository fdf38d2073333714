/**
 * What an answer of the store means. S3's `<Code>` decides; the status only counts without one:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { StoreError, type StoreErrorKind } from './errors.ts';
import { readXml } from './xml.ts';

/**
 * Whether the call may be sent again. `refused`: always, because nothing was done. `maybe`: only if
 * doing it twice does no harm. `renew`: with new credentials.
 */
export type Again = 'refused' | 'maybe' | 'renew' | 'never';

/** A failed call, and whether it may be sent again. */
export interface Fault {
  readonly error: StoreError;
  readonly again: Again;
}

interface Meaning {
  readonly kind: StoreErrorKind;
  readonly again: Again;
  readonly advice?: string;
}

const meaning = (kind: StoreErrorKind, advice?: string): Meaning =>
  advice === undefined ? { kind, again: 'never' } : { kind, again: 'never', advice };

const BUSY: Meaning = { kind: 'unavailable', again: 'refused' };
const TROUBLE: Meaning = { kind: 'unavailable', again: 'maybe' };
/** A 404 to HEAD that could be a proxy's. `head` asks by GET, whose errors have a body. */
const DOUBTFUL = meaning('unavailable');
const GONE = meaning('not_found');
const EXISTS = meaning('exists');
const CONFLICT = meaning('conflict');
const BAD_PART = meaning('invalid_part');
const MISMATCH = meaning('checksum_mismatch');
const TOO_LARGE = meaning('too_large');
const UNSUPPORTED = meaning('unsupported', 'the store does not support this; check the profile');
const FULL = meaning('full', 'the store or the quota of the bucket is full');
const NO_BUCKET = meaning(
  'misconfigured',
  'there is no such bucket at this endpoint: check S3_BUCKET and S3_ENDPOINT',
);
const REGION = meaning('misconfigured', 'the bucket is in another region: set S3_REGION');
const CLOCK = meaning(
  'misconfigured',
  "the store's clock and the Worker's are 15 minutes apart: set the clock of the store",
);
/** Its advice depends on the operation. */
const DENIED = meaning('misconfigured');
const KMS = meaning(
  'misconfigured',
  'check SSE_KMS_KEY_ID, and allow kms:GenerateDataKey and kms:Decrypt',
);
const KEYS: Meaning = {
  kind: 'misconfigured',
  again: 'renew',
  advice:
    'the store does not know these credentials, or they have expired: check S3_ACCESS_KEY_ID and S3_SESSION_TOKEN',
};

const PAYS = 'a requester pays bucket takes only keys of the account that owns it';

const BY_CODE: Readonly<Record<string, Meaning>> = {
  NoSuchUpload: GONE,
  NoSuchKey: GONE,
  NoSuchBucket: NO_BUCKET,
  PreconditionFailed: EXISTS,
  ConditionalRequestConflict: CONFLICT,
  OperationAborted: CONFLICT,
  InvalidPart: BAD_PART,
  InvalidPartOrder: BAD_PART,
  EntityTooSmall: BAD_PART,
  BadDigest: MISMATCH,
  InvalidDigest: MISMATCH,
  XAmzContentChecksumMismatch: MISMATCH,
  XAmzContentSHA256Mismatch: MISMATCH,
  EntityTooLarge: TOO_LARGE,
  QuotaExceeded: FULL,
  InsufficientStorage: FULL,
  XMinioStorageFull: FULL,
  XMinioAdminBucketQuotaExceeded: FULL,
  KeyTooLongError: meaning(
    'misconfigured',
    'the key is longer than the store allows: shorten KEY_TEMPLATE or KEY_PREFIX',
  ),
  MethodNotAllowed: meaning(
    'misconfigured',
    'the address does not lead to the bucket: check S3_ENDPOINT and S3_STYLE',
  ),
  NotImplemented: UNSUPPORTED,
  AccessControlListNotSupported: meaning(
    'unsupported',
    'the bucket does not accept ACLs (Object Ownership is "bucket owner enforced"): set no ACL',
  ),
  InvalidStorageClass: meaning('unsupported', 'the store does not have this storage class'),
  SlowDown: BUSY,
  SlowDownRead: BUSY,
  SlowDownWrite: BUSY,
  ServiceUnavailable: BUSY,
  TooManyRequests: BUSY,
  InternalError: TROUBLE,
  RequestTimeout: TROUBLE,
  IncompleteBody: TROUBLE,
  ClientDisconnect: TROUBLE,
  ExpiredToken: KEYS,
  InvalidToken: KEYS,
  InvalidTokenId: KEYS,
  InvalidAccessKeyId: KEYS,
  InvalidClientTokenId: KEYS,
  Unauthorized: KEYS,
  RequestTimeTooSkewed: CLOCK,
  RequestExpired: CLOCK,
  AuthorizationHeaderMalformed: REGION,
  PermanentRedirect: REGION,
  TemporaryRedirect: REGION,
  SignatureDoesNotMatch: meaning(
    'misconfigured',
    'S3_SECRET_ACCESS_KEY is wrong, or a proxy in front of the store changes Host, port or path',
  ),
  AccessDenied: DENIED,
  // https://cloud.google.com/storage/docs/xml-api/reference-status
  UserProjectMissing: meaning('misconfigured', PAYS),
};

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  301: REGION,
  307: REGION,
  308: REGION,
  401: KEYS,
  403: DENIED,
  404: GONE,
  408: TROUBLE,
  409: CONFLICT,
  412: EXISTS,
  413: TOO_LARGE,
  429: BUSY,
  501: UNSUPPORTED,
  503: BUSY,
  507: FULL,
};

/** What is known about an answer that was not a success. */
export interface BadAnswer {
  readonly operation: string;
  readonly status: number;
  readonly headers: Headers;
  /** Its body; undefined if it was too long to read. */
  readonly body: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** The fault that an answer which is not a success means. */
export function faultOf(answer: BadAnswer): Fault {
  const { operation, status, headers, retryAfterSeconds } = answer;
  const xml = answer.body === undefined ? undefined : readXml(answer.body);
  const error = xml?.name === 'ErrorResponse' ? xml.all('Error')[0] : xml; // STS wraps its errors
  const code = harmless(error?.text('Code'));
  // Swift sends InvalidRequest with a 412, so the status decides if the code is not listed.
  const meant = meaningOfCode(code) ?? meaningOf(answer, code !== undefined);
  const { kind, again } = meant;
  const advice = meant === DENIED ? deniedAdvice(operation) : meant.advice;
  const region = harmless(headers.get('x-amz-bucket-region') ?? error?.text('Region'));
  return {
    again,
    error: new StoreError({
      kind,
      operation,
      code: code ?? `HTTP${status}`,
      status,
      requestId: harmless(headers.get('x-amz-request-id') ?? error?.text('RequestId')),
      retryAfterSeconds,
      advice: meant === REGION && region !== undefined ? `${advice}: ${region}` : advice,
    }),
  };
}

/** The fault of a 2xx answer that is not the store's: truncated, empty, or a proxy's page. */
export function unreadable(operation: string): { readonly fault: Fault } {
  const error = new StoreError({ kind: 'unavailable', operation, code: 'UnreadableAnswer' });
  return { fault: { error, again: 'maybe' } };
}

/** Reads the answer to a DELETE, which is empty. A 2xx with a body is a portal's page, or an error that came late. */
export function readEmpty(operation: string, { body }: Pick<BadAnswer, 'body'>) {
  return body === '' ? { result: true } : unreadable(operation);
}

function meaningOfCode(code: string | undefined): Meaning | undefined {
  if (code === undefined) return undefined;
  if (Object.hasOwn(BY_CODE, code)) return BY_CODE[code];
  return code.startsWith('KMS.') ? KMS : undefined;
}

/** Permissions that are not named like their operation: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions */
const PERMISSIONS: Readonly<Record<string, string>> = {
  CreateMultipartUpload: 'PutObject',
  UploadPart: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  ListParts: 'ListMultipartUploadParts',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  HeadObject: 'GetObject',
};

function deniedAdvice(operation: string): string {
  return `the credentials need s3:${PERMISSIONS[operation] ?? operation} on this bucket; ${PAYS}`;
}

/** What the store’s code means, for the developer. Undefined if nothing is known of it. */
export function adviceAbout(operation: string, code: string): string | undefined {
  const meant = meaningOfCode(code);
  return meant === DENIED ? deniedAdvice(operation) : meant?.advice;
}

/**
 * An error of the store has a code. Without one, something in between has answered, which says nothing
 * about the upload: the call is tried again, and fails as if the store had not answered.
 */
function meaningOf(answer: BadAnswer, hasCode: boolean): Meaning {
  const { operation, status, headers } = answer;
  // Amazon's HEAD in a wrong region: a 400 without a body.
  if (!hasCode && status === 400 && headers.has('x-amz-bucket-region')) return REGION;
  if (!hasCode && !isBare(answer) && status !== 507) {
    if (status === 404 && operation === 'HeadObject') return DOUBTFUL;
    return status === 429 || status === 503 ? BUSY : TROUBLE;
  }
  return BY_STATUS[status] ?? (status >= 500 ? TROUBLE : meaning('rejected'));
}

/**
 * An answer to HEAD has no body, and a redirect to another region may have none. Stores sign their
 * answers to HEAD with an id or with the type of their errors; only a 404 is believed without either.
 */
function isBare({ operation, status, headers, body }: BadAnswer): boolean {
  if (headers.has('x-amz-bucket-region')) return true;
  if (!operation.startsWith('Head') || body) return false;
  const type = headers.get('content-type');
  return headers.has('x-amz-request-id') || (type ? /\bxml\b/i.test(type) : status === 404);
}

/** The text, if it looks like a code or an id. Errors quote it, so it must not contain anything else. */
function harmless(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w.:-]{1,128}$/.test(text) ? text : undefined;
}
