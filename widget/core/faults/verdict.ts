/** What an outcome means: a pure table from an answer and what went before to a verdict. */
import type { ProblemCode } from '../../../worker/protocol.ts';
import type { UploadErrorCode } from '../errors.ts';
import { isBlocked, isOwnAnswer, type Outcome } from '../store/outcome.ts';

/** The earlier faults of the same part or call. */
export interface History {
  /** Faults in a row. */
  readonly faults: number;
  /** Refused signatures. */
  readonly refusals: number;
  /** Times that the bytes did not match their checksum. */
  readonly mismatches: number;
  /** Milliseconds since the first fault, without the time that the page was asleep. */
  readonly sinceMs: number;
  /** How long faults are retried, in milliseconds. */
  readonly patienceMs: number;
  readonly isOnline: boolean;
  /** Nothing has answered yet in the place of whoever is asked, so its address may be wrong. */
  readonly isFirstContact?: boolean;
}

export type Verdict =
  /** Repeat it after a random share of `delayMs` ("full jitter"), or after at least that long. */
  | { readonly do: 'retry'; readonly delayMs: number; readonly isLeast?: boolean }
  /** Repeat it with a fresh signature; for the Worker, with a fresh bearer token. */
  | { readonly do: 'resign'; readonly delayMs: number }
  /** Repeat it with a fresh signature when the line is back; it does not count as a fault. */
  | { readonly do: 'wait'; readonly delayMs: number }
  /** Hash, sign and send the part again. */
  | { readonly do: 'repair' }
  /** Ask the Worker what is stored. */
  | { readonly do: 'verify' }
  /** Begin again as a new upload. */
  | { readonly do: 'restart' }
  | { readonly do: 'fail'; readonly code: UploadErrorCode; readonly retryable: boolean };

/** After these the part is not sent any more. */
export type FinalVerdict = Extract<Verdict, { do: 'verify' | 'restart' | 'fail' }>;

type Reaction = Exclude<Verdict['do'], 'wait'>;

/** The Worker's codes that mean more than their status. */
const BY_PROBLEM: { readonly [code in ProblemCode]?: Reaction } = {
  forbidden: 'fail',
  misconfigured: 'fail',
  store_full: 'fail',
  checksum_mismatch: 'fail',
  incomplete: 'verify',
  not_found: 'restart',
  expired: 'restart',
  gone: 'restart',
  conflict: 'restart',
  cancelled: 'restart',
};

/**
 * These, and the store's:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and, for R2,
 * https://developers.cloudflare.com/r2/api/error-codes/
 */
const BY_CODE: ReadonlyMap<string, Reaction> = new Map(
  Object.entries<Reaction>({
    ...BY_PROBLEM,
    SignatureDoesNotMatch: 'fail',
    NoSuchBucket: 'fail',
    RequestTimeout: 'retry',
    // The line broke, and the store noticed it first. The last two are R2's and MinIO's.
    IncompleteBody: 'retry',
    ClientDisconnect: 'retry',
    ClientDisconnected: 'retry',
    NoSuchUpload: 'verify',
    NoSuchKey: 'verify',
    RequestExpired: 'resign',
    RequestTimeTooSkewed: 'resign',
    BadDigest: 'repair',
    InvalidDigest: 'repair',
  }),
);

/** No room is left on the store, or in the quota of its bucket: Ceph's code, and MinIO's. */
const FULL_CODES: ReadonlySet<string> = new Set([
  'store_full',
  'QuotaExceeded',
  'InsufficientStorage',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
]);
const FULL_STATUS = 507;

/** For codes that are not listed. */
const BY_STATUS: Readonly<Record<number, Reaction>> = {
  // Swift and Ceph answer an expired URL with a bare AccessDenied: any refusal may mean an old URL.
  401: 'resign',
  403: 'resign',
  404: 'verify',
  408: 'retry',
  // The object exists already: from an attempt whose answer was lost, or from somebody else.
  412: 'verify',
  429: 'retry',
  501: 'fail',
};

/** What something in between may say in passing, with the time to wait in the answer. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429]);

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
/** Retries come at least this often until an outage is long, so that work resumes soon after it. */
const DENSE_DELAY_MS = 4000;
/** How often to try while offline: the `online` event alone is not reliable. */
const OFFLINE_DELAY_MS = 15_000;
/**
 * A web page at an address that has never answered otherwise: after this many retries and milliseconds
 * it is no passing proxy, but a wrong address or a portal.
 */
const MAX_STRANGERS = 2;
const STRANGERS_MS = 2500;
/** How long the token of a caller who has never been accepted may be stale. */
const STALE_BEARER_MS = 3500;
/** How often a retry follows at once because the answer asks for it. */
const MAX_AT_ONCE = 10;
/** Refused signatures, or mismatches, that are tolerated. */
const MAX_TIMES = 2;

/** What to do about an outcome that is not a success. Pure. */
export function verdict(outcome: Outcome, history: History): Verdict {
  const { faults, sinceMs, patienceMs } = history;
  const longest = Math.min(LONGEST_DELAY_MS, Math.max(DENSE_DELAY_MS, sinceMs / 10));
  const delayAfter = (times: number) => Math.min(longest, FIRST_DELAY_MS * 2 ** times);
  const delayMs = delayAfter(faults);
  const isOver = sinceMs > patienceMs;
  if (outcome.kind !== 'answered') {
    if (!history.isOnline) return { do: 'wait', delayMs: OFFLINE_DELAY_MS };
    return isOver ? fail('store_unreachable', true) : { do: 'resign', delayMs };
  }
  const { status, code = '', retryAfter } = outcome;
  if (status === FULL_STATUS || FULL_CODES.has(code)) return fail('store_full', true);
  if (history.isFirstContact && isBlocked(outcome) && faults >= MAX_STRANGERS) {
    // In between, often enough that whoever waits is told within seconds.
    return sinceMs >= STRANGERS_MS
      ? fail('store_unreachable', true)
      : { do: 'resign', delayMs: FIRST_DELAY_MS };
  }
  const isOwn = isOwnAnswer(outcome);
  if (!isOwn && !isPassing(status)) {
    // Not the store's word: as if nothing had been answered.
    return isOver ? fail('store_unreachable', true) : { do: 'resign', delayMs };
  }
  const reaction = isOwn ? reactionTo(status, code) : 'retry';
  switch (reaction) {
    case 'retry':
      if (isOver) return fail('store_unavailable', true);
      // At once, but not for ever.
      return retryAfter === undefined || (retryAfter === 0 && faults > MAX_AT_ONCE)
        ? { do: reaction, delayMs }
        : { do: reaction, delayMs: Math.min(retryAfter * 1000, patienceMs), isLeast: true };
    case 'resign':
      if (history.refusals < MAX_TIMES) return { do: reaction, delayMs: 0 };
      // A page may give a stale token for a while before it gives a fresh one.
      if (outcome.refusedBearer && !isOver) {
        const staleDelayMs = delayAfter(history.refusals);
        if (!history.isFirstContact) return { do: reaction, delayMs: staleDelayMs };
        // A caller who has never been accepted may have a token that will never do.
        if (sinceMs <= STALE_BEARER_MS) {
          return { do: reaction, delayMs: Math.min(staleDelayMs, FIRST_DELAY_MS) };
        }
      }
      break;
    case 'repair':
      return history.mismatches < MAX_TIMES ? { do: reaction } : fail('checksum_mismatch', true);
    case 'verify':
    case 'restart':
      return { do: reaction };
  }
  const isTooLarge = status === 413 || code === 'EntityTooLarge';
  // What else the store refuses, its owner can set right.
  return fail(isTooLarge ? 'too_large' : 'store_refused', !isTooLarge);
}

function reactionTo(status: number, code: string): Reaction | undefined {
  const byCode = BY_CODE.get(code);
  if (byCode) return byCode;
  // Whole families, such as XAmzContentChecksumMismatch and ExpiredToken.
  if (code.endsWith('Mismatch')) return 'repair';
  if (code.startsWith('Expired')) return 'resign';
  // A 409 with a code of the store's is a passing conflict, such as OperationAborted.
  if (status === 409 && code) return 'retry';
  return BY_STATUS[status] ?? (status >= 500 || isSuccess(status) ? 'retry' : undefined);
}

/** An answer without a code that asks for the same request again. */
function isPassing(status: number): boolean {
  return status >= 500 || isSuccess(status) || PASSING_STATUSES.has(status);
}

/** A success whose body is not the store's came from a proxy or portal in between. */
function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function fail(code: UploadErrorCode, retryable: boolean): Verdict {
  return { do: 'fail', code, retryable };
}
