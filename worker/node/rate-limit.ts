/** The rate limit that a binding of Workers is on Cloudflare, in the memory of one process. */
import type { RateLimit } from '../context.ts';

const PERIOD_MS = 60_000;

/**
 * Counts calls by key, in periods of a minute.
 *
 * @param limit calls of one key in a minute.
 * @param now milliseconds since the epoch.
 */
export function memoryRateLimit(limit: number, now: () => number = Date.now): RateLimit {
  const counts = new Map<string, number>();
  let endsAt = 0;
  return {
    async limit({ key }) {
      if (now() >= endsAt) {
        counts.clear();
        endsAt = now() + PERIOD_MS;
      }
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return { success: count <= limit };
    },
  };
}
