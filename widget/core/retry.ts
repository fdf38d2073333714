/** What an outcome means. Everything that the engine believes about faults is in this file. */
import type { UploadErrorCode } from './errors.ts';
import type { Outcome } from './transport.ts';

/** What has gone wrong before with the same part, or the same call. */
export interface History {
  /** Faults in a row. */
  readonly faults: number;
  /** Refused signatures. */
  readonly refusals: number;
  /** Times that the bytes did not match their checksum. */
  readonly mismatches: number;
  /** Since the first fault, awake. */
  readonly sinceMs: number;
  /** How long faults are put up with. */
  readonly patienceMs: number;
  readonly isOnline: boolean;
}

export type Verdict =
  /** The same again, after a random share of `delayMs` ("full jitter"), or after at least so much. */
  | { readonly do: 'retry'; readonly delayMs: number; readonly isLeast?: boolean }
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

/**
 * The first row whose pattern finds "status code" says what to do.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and, for R2,
 * https://developers.cloudflare.com/r2/api/error-codes/; codes in lower case are the Worker's.
 */
const REACTIONS: readonly (readonly [Exclude<Verdict['do'], 'wait'>, RegExp])[] = [
  ['fail', /SignatureDoesNotMatch|NoSuchBucket|forbidden|misconfigured|checksum_|^501/],
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
const MAX_TIMES = 2;
/** Between two faults, time counts so far: a page may have been asleep for the rest. */
const LONGEST_GAP_MS = 60_000;

/** What to do about an outcome that is not success. Pure. */
export function verdict(outcome: Outcome, history: History): Verdict {
  const { faults, sinceMs, patienceMs } = history;
  const longest = Math.min(LONGEST_DELAY_MS, Math.max(DENSE_DELAY_MS, sinceMs / 10));
  const delayMs = Math.min(longest, FIRST_DELAY_MS * 2 ** faults);
  const isOver = sinceMs > patienceMs;
  if (outcome.kind !== 'answered') {
    if (!history.isOnline) return { do: 'wait', delayMs: OFFLINE_LOOK_MS };
    return isOver ? fail('store_unreachable', true) : { do: 'resign', delayMs };
  }
  const { status, code = '', retryAfterMs } = outcome;
  const reaction = REACTIONS.find(([, pattern]) => pattern.test(`${status} ${code}`))?.[0];
  switch (reaction) {
    case 'retry':
      if (isOver) return fail('store_unavailable', true);
      return retryAfterMs === undefined
        ? { do: reaction, delayMs }
        : { do: reaction, delayMs: Math.min(retryAfterMs, patienceMs), isLeast: true };
    case 'resign':
      if (history.refusals < MAX_TIMES) return { do: reaction, delayMs: 0 };
      break;
    case 'repair':
      return history.mismatches < MAX_TIMES ? { do: reaction } : fail('checksum_mismatch', true);
    case 'verify':
    case 'restart':
      return { do: reaction };
  }
  return fail(
    /413|EntityTooLarge/.test(`${status} ${code}`) ? 'too_large' : 'store_refused',
    false,
  );
}

function fail(code: UploadErrorCode, retryable: boolean): Verdict {
  return { do: 'fail', code, retryable };
}

/** Keeps the history of one part, or one call. */
export class Attempts {
  faults = 0;
  refusals = 0;
  mismatches = 0;
  #sinceMs = 0;
  #lastAt: number | undefined;

  judge(outcome: Outcome, patienceMs: number): Verdict {
    const nowMs = performance.now();
    this.#sinceMs += Math.min(LONGEST_GAP_MS, nowMs - (this.#lastAt ?? nowMs));
    this.#lastAt = nowMs;
    const sinceMs = this.#sinceMs;
    const next = verdict(outcome, { ...this, sinceMs, patienceMs, isOnline: navigator.onLine });
    if (next.do === 'wait') {
      this.#sinceMs = 0;
      this.#lastAt = undefined;
    } else if (next.do === 'repair') this.mismatches++;
    else if (next.do === 'resign' && outcome.kind === 'answered') this.refusals++;
    else this.faults++;
    return next;
  }
}

/** How long to wait really: a random share, so that a thousand pages do not come back at once. */
export function napMs({
  do: what,
  delayMs,
  isLeast,
}: Extract<Verdict, { delayMs: number }> & { isLeast?: boolean }): number {
  const share = Math.random();
  return delayMs * (isLeast ? 1 + share / 10 : what === 'wait' ? 1 : share);
}
