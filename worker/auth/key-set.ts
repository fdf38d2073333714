/**
 * The public keys of an identity provider: fetches, caches and renews them, and limits how often.
 */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
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
 * time. Fetches for other reasons do not count: a key may be replaced a second after one.
 */
const UNKNOWN_KEY_MS = 5000;
/** Delay after a failed fetch; it doubles with each further failure. */
const BACKOFF_MS = { first: 2000, most: 60_000 };
const POLL_MS = 25;

/** The keys of a provider, which change with time. */
export interface KeySet {
  /**
   * The keys to verify with, fetched anew if they have aged.
   *
   * @throws ProblemError `store_unavailable` if there are no keys and none can be fetched now.
   */
  current(): Promise<JWTVerifyGetKey>;
  /**
   * Keys that were fetched after these, for a token that these do not verify. Undefined if there are
   * none: the provider cannot be reached, or was asked for this reason a moment ago.
   */
  newerThan(keys: JWTVerifyGetKey): Promise<JWTVerifyGetKey | undefined>;
}

/**
 * The key set at `url`. One request fetches at a time; the others poll for its result, because
 * workerd does not let a request await another request's promise. jose's own `createRemoteJWKSet`
 * lets every request of a Worker fetch, does not go on with old keys while the provider is down,
 * does not wait after a failure, and reads an answer of any size.
 */
export function createKeySet({ url, fetch: send, now = Date.now }: KeySetOptions): KeySet {
  let known: { readonly keys: JWTVerifyGetKey; readonly until: number } | undefined;
  /** When keys were last fetched because a token was not verified by those at hand. */
  let newerSoughtAt = -Infinity;
  /** Set while a request fetches. The others stop waiting for a request that was cancelled. */
  let fetchingSince: number | undefined;
  let failures = 0;
  let notBefore = -Infinity;
  /** Why the last fetch failed. */
  let failure: string | undefined;

  return {
    async current() {
      if (known === undefined || now() >= known.until) await renew();
      if (known !== undefined && now() < known.until + STALE_MS) return known.keys;
      throw new ProblemError(
        'store_unavailable',
        'The keys of the identity provider cannot be fetched: try again.',
        { retryAfter: Math.max(1, Math.ceil((notBefore - now()) / 1000)), reason: failure },
      );
    },
    async newerThan(keys) {
      if (known?.keys === keys) {
        if (!isFetching()) {
          if (now() - newerSoughtAt < UNKNOWN_KEY_MS) return undefined;
          newerSoughtAt = now();
        }
        await renew();
      }
      return known?.keys === keys ? undefined : known?.keys;
    },
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
    if (now() < notBefore) return;
    if (isFetching()) return anotherFetch();
    fetchingSince = now();
    try {
      const { keys, freshMs } = await load(url, send ?? fetch);
      known = { keys, until: now() + freshMs };
      failures = 0;
      notBefore = -Infinity;
    } catch (error) {
      const { origin, pathname } = new URL(url);
      failure = `${origin}${pathname} ${error instanceof KeySetError ? error.message : 'does not answer'}`;
      notBefore = now() + Math.min(BACKOFF_MS.first * 2 ** failures, BACKOFF_MS.most);
      failures++;
    } finally {
      fetchingSince = undefined;
    }
  }
}

/** What is wrong with an answer, in words for the log that quote nothing of it. */
class KeySetError extends Error {
  override readonly name = 'KeySetError';
}

/**
 * Fetches the key set.
 *
 * @throws KeySetError if the answer is not a key set, redirects or is too large.
 * @throws what `send` throws if there is no answer in time.
 */
async function load(
  url: string,
  send: typeof fetch,
): Promise<{ readonly keys: JWTVerifyGetKey; readonly freshMs: number }> {
  const answer = await send(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new KeySetError(`answers ${answer.status}`);
  }
  const body = await readCapped(answer.body, MAX_BYTES);
  if (!body) throw new KeySetError(`answers with more than ${MAX_BYTES} bytes`);
  const maxAge = /\bmax-age=(\d{1,9})\b/i.exec(answer.headers.get('cache-control') ?? '')?.[1];
  const freshMs = maxAge === undefined ? FRESH_MS.usual : Number(maxAge) * 1000;
  return {
    keys: keysFrom(new TextDecoder().decode(body)),
    freshMs: Math.min(Math.max(freshMs, FRESH_MS.least), FRESH_MS.most),
  };
}

function keysFrom(json: string): JWTVerifyGetKey {
  try {
    return createLocalJWKSet(JSON.parse(json) as JSONWebKeySet);
  } catch (cause) {
    throw new KeySetError('does not answer with a key set', { cause });
  }
}
