/** How often the Worker itself asks again. The page retries too, so this only rides out hiccups. */

/** Tries in all, and delays in milliseconds. */
export interface RetryPolicy {
  readonly tries: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { tries: 4, baseMs: 100, maxMs: 2000 };

/**
 * Milliseconds before try `next` (from 2): full jitter, or what the store asked for; undefined where
 * no try is left or the store wants to be left alone for longer than anyone should wait here.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function delayBefore(
  next: number,
  retryAfterSeconds: number | undefined,
  policy: RetryPolicy,
): number | undefined {
  if (next > policy.tries) return undefined;
  if (retryAfterSeconds !== undefined) {
    return retryAfterSeconds * 1000 > policy.maxMs ? undefined : retryAfterSeconds * 1000;
  }
  return Math.random() * Math.min(policy.maxMs, policy.baseMs * 2 ** (next - 2));
}
