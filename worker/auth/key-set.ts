/**
 * The public keys of an identity provider: fetches, caches and renews them, and limits how often.
 */
import type { HonoJsonWebKey } from 'hono/utils/jwt/jws';
import * as v from 'valibot';
import { ProblemError } from '../problem.ts';
import { readCapped } from '../util/read-capped.ts';

export interface KeySetOptions {
  readonly url: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const TIMEOUT_MS = 5000;
/** Largest key set: providers have a handful of keys, of 2 KB at most. */
const MAX_BYTES = 256 * 1024;
/** How long keys are used before they are fetched again, unless `max-age` says otherwise. */
const FRESH_MS = { least: 60_000, usual: 600_000, most: 3_600_000 };
/**
 * How long cached keys are used while the provider cannot be reached. It ends, because withdrawn
 * keys must stop working.
 */
const STALE_MS = 86_400_000;
/**
 * Anyone can make a token with an unknown key id, so such tokens cause at most one fetch in this
 * time.
 */
const UNKNOWN_KEY_MS = 5000;
/** Delay after a failed fetch; it doubles with each further failure. */
const BACKOFF_MS = { first: 2000, most: 60_000 };
const POLL_MS = 25;

const KeySet = v.object({ keys: v.array(v.looseObject({ kty: v.string() })) });

/**
 * Finds a key of the set at `url` by its id. One request fetches at a time; the others poll for its
 * result, because workerd does not let a request await another request's promise.
 *
 * @throws ProblemError `store_unavailable` if there are no keys and none can be fetched now.
 */
export function createKeySet({ url, fetch: send, now = Date.now }: KeySetOptions) {
  let known: { readonly keys: HonoJsonWebKey[]; readonly until: number } | undefined;
  let fetchedAt = -Infinity;
  /** Set while a request fetches. The others stop waiting for a request that was cancelled. */
  let fetchingSince: number | undefined;
  let failures = 0;
  let notBefore = -Infinity;

  return async (kid: string): Promise<HonoJsonWebKey[]> => {
    const isWanted = () => {
      if (known === undefined || now() >= known.until) return true;
      return !known.keys.some((key) => key.kid === kid) && now() - fetchedAt >= UNKNOWN_KEY_MS;
    };
    if (isWanted() && now() >= notBefore) {
      if (isFetching()) await anotherFetch();
      else await renew();
    }
    if (known !== undefined && now() < known.until + STALE_MS) return known.keys;
    throw new ProblemError(
      'store_unavailable',
      'The keys of the identity provider cannot be fetched: try again.',
      { retryAfter: Math.max(1, Math.ceil((notBefore - now()) / 1000)) },
    );
  };

  function isFetching(): boolean {
    return fetchingSince !== undefined && now() - fetchingSince < 2 * TIMEOUT_MS;
  }

  /** Waits until another request's fetch has ended, or must have been cut off. */
  async function anotherFetch(): Promise<void> {
    for (let waited = 0; isFetching() && waited < 2 * TIMEOUT_MS; waited += POLL_MS) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async function renew(): Promise<void> {
    fetchingSince = now();
    try {
      const { keys, freshMs } = await load(url, send ?? fetch);
      known = { keys, until: now() + freshMs };
      failures = 0;
      notBefore = -Infinity;
    } catch {
      notBefore = now() + Math.min(BACKOFF_MS.first * 2 ** failures, BACKOFF_MS.most);
      failures++;
    } finally {
      fetchedAt = now();
      fetchingSince = undefined;
    }
  }
}

/**
 * Fetches the key set.
 *
 * @throws if the answer is not a key set, redirects, is too large or takes too long.
 */
async function load(
  url: string,
  send: typeof fetch,
): Promise<{ readonly keys: HonoJsonWebKey[]; readonly freshMs: number }> {
  const answer = await send(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new Error(`The key set answers ${answer.status}.`);
  }
  const body = await readCapped(answer.body, MAX_BYTES);
  if (!body) throw new Error(`The key set has more than ${MAX_BYTES} bytes.`);
  const { keys } = v.parse(KeySet, JSON.parse(new TextDecoder().decode(body)));
  const maxAge = /\bmax-age=(\d{1,9})\b/i.exec(answer.headers.get('cache-control') ?? '')?.[1];
  const freshMs = maxAge === undefined ? FRESH_MS.usual : Number(maxAge) * 1000;
  return { keys, freshMs: Math.min(Math.max(freshMs, FRESH_MS.least), FRESH_MS.most) };
}
