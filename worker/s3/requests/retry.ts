/** How often the Worker retries its own calls. The page retries, too, so this covers only short faults. */

/** Total number of tries, and delays in milliseconds. */
export interface RetryPolicy {
  readonly tries: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { tries: 4, baseMs: 100, maxMs: 2000 };

/**
 * Milliseconds before try `next` (from 2): full jitter, or the delay that the store asked for. Undefined
 * if no try is left, or if the store asked for a longer delay than a caller should wait.
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
