/** What an outcome means. Everything that the engine believes about faults is in this file. */
import type { UploadErrorCode } from './errors.ts';
import type { Outcome } from './transport.ts';

/** What has gone wrong before with the same part, or the same call. */
export interface History {
  /** Faults in a row. */
  readonly faults: number;
  /** Refused signatures in a row. */
  readonly refusals: number;
  /** Times that the bytes did not match their checksum. */
  readonly mismatches: number;
  /** Since the first fault in a row. */
  readonly sinceMs: number;
  /** How long faults are put up with. */
  readonly patienceMs: number;
  readonly isOnline: boolean;
}

export type Verdict =
  /** The same again, after a random share of `delayMs` ("full jitter"). */
  | { readonly do: 'retry'; readonly delayMs: number; readonly exactly?: boolean }
  /** With a fresh signature. For the Worker: with a fresh bearer token. */
  | { readonly do: 'resign'; readonly delayMs: number }
  /** When the line is back, with a fresh signature; it does not count as a fault. */
  | { readonly do: 'wait'; readonly delayMs: number }
  /** Hash the part again, sign it again, send it again. */
  | { readonly do: 'repair' }
  /** Ask the Worker what is stored. */
  | { readonly do: 'verify' }
  /** Begin again as a new upload. */
  | { readonly do: 'restart' }
  | { readonly do: 'fail'; readonly code: UploadErrorCode; readonly retryable: boolean };

type Reaction = Exclude<Verdict['do'], 'wait'>;

/**
 * The first row whose pattern finds "status code" says what to do.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and, for R2,
 * https://developers.cloudflare.com/r2/api/error-codes/; codes in lower case are the Worker's.
 */
const REACTIONS: readonly (readonly [Reaction, RegExp])[] = [
  ['fail', /SignatureDoesNotMatch|NoSuchBucket|forbidden|misconfigured|checksum_mismatch|^501/],
  // IncompleteBody and ClientDisconnect (R2): the line broke, and the store was the one to notice.
  ['retry', /RequestTimeout|IncompleteBody|ClientDisconnect|^(408|409 [A-Z]|429|2|5)/],
  // 412: the object is there already, of an attempt whose answer was lost, or somebody else's.
  ['verify', /NoSuchUpload|NoSuchKey|incomplete|^412/],
  ['restart', /not_found|expired|conflict/],
  // Swift and Ceph send expired URLs back as a bare AccessDenied: any refusal may be an old URL.
  ['resign', /Expired|RequestTimeTooSkewed|^40[13]/],
  ['repair', /BadDigest|InvalidDigest|Mismatch/],
  ['verify', /^404/],
];

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 20_000;
/** Until an outage is long, retries stay dense: work goes on soon after it ends. */
const DENSE_DELAY_MS = 4000;
/** `online` events are not to be relied on alone. */
const OFFLINE_LOOK_MS = 15_000;
const MAX_REFUSALS = 2;
const MAX_MISMATCHES = 2;

/** What to do about an outcome that is not success. Pure. */
export function verdict(outcome: Outcome, history: History): Verdict {
  const { faults, sinceMs } = history;
  const longest = Math.min(LONGEST_DELAY_MS, Math.max(DENSE_DELAY_MS, sinceMs / 10));
  const delayMs = Math.min(longest, FIRST_DELAY_MS * 2 ** faults);
  const isOver = sinceMs > history.patienceMs;
  if (outcome.kind !== 'answered') {
    if (!history.isOnline) return { do: 'wait', delayMs: OFFLINE_LOOK_MS };
    if (isOver) return { do: 'fail', code: 'store_unreachable', retryable: true };
    return { do: 'resign', delayMs };
  }
  const { status, code = '', retryAfterMs } = outcome;
  const reaction = REACTIONS.find(([, pattern]) => pattern.test(`${status} ${code}`))?.[0];
  if (reaction === 'retry') {
    if (isOver) return { do: 'fail', code: 'store_unavailable', retryable: true };
    if (retryAfterMs === undefined) return { do: 'retry', delayMs };
    return { do: 'retry', delayMs: Math.min(retryAfterMs, history.patienceMs), exactly: true };
  }
  if (reaction === 'resign' && history.refusals < MAX_REFUSALS) return { do: 'resign', delayMs: 0 };
  if (reaction === 'repair') {
    if (history.mismatches < MAX_MISMATCHES) return { do: 'repair' };
    return { do: 'fail', code: 'checksum_mismatch', retryable: true };
  }
  if (reaction === 'verify' || reaction === 'restart') return { do: reaction };
  const isTooLarge = status === 413 || code === 'EntityTooLarge';
  return { do: 'fail', code: isTooLarge ? 'too_large' : 'store_refused', retryable: false };
}
