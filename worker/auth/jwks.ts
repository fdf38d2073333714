/** Callers with a JWT of an identity provider, whose public keys are fetched. */
import { decode, verifyWithJwks } from 'hono/jwt';
import type { HonoJsonWebKey } from 'hono/utils/jwt/jws';
import * as v from 'valibot';
import type { Authenticate } from './caller.ts';
import { ProblemError } from '../problem.ts';
import { tokenOf, type Carried } from './bearer.ts';
import { callerOf, type ClaimOptions } from './claims.ts';
import { typOf } from './jwt-secret.ts';

export interface JwksOptions extends ClaimOptions {
  /** Where the provider publishes its keys. */
  readonly url: string;
  readonly cookie?: string;
  /** Where the token is, if not in `Authorization` or the cookie. */
  readonly carriedBy?: (request: Request) => Carried | undefined;
  readonly fetch?: typeof fetch;
}

/** A symmetric algorithm is never among them: a public key would be its secret. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
const FRESH_MS = 10 * 60_000;
/** A token with an unknown key is cheap to make, and must not make us ask again each time. */
const REFETCH_AFTER_MS = 30_000;
const TIMEOUT_MS = 5000;

/** RS256, ES256 or EdDSA, by the provider's keys. */
export function jwks(options: JwksOptions): Authenticate {
  const keysOf = createKeyCache(options);
  const { carriedBy = (request) => tokenOf(request, options.cookie) } = options;
  return async (request) => {
    const carried = carriedBy(request);
    const kid = carried && kidOf(carried.token);
    if (!carried || kid === undefined) return undefined;
    const claims = await verified(carried.token, await keysOf(kid));
    const caller = claims && callerOf(claims, options);
    return caller && carried.byCookie ? { ...caller, byCookie: true } : caller;
  };
}

async function verified(token: string, keys: HonoJsonWebKey[]) {
  try {
    const verification = { exp: false, nbf: false, iat: false, ...typOf(token) };
    return await verifyWithJwks(token, { keys, allowedAlgorithms: ALGORITHMS, verification });
  } catch {
    return undefined;
  }
}

function kidOf(token: string): string | undefined {
  try {
    return decode(token).header.kid;
  } catch {
    return undefined;
  }
}

const KeySet = v.object({ keys: v.array(v.looseObject({ kty: v.string() })) });

/** Keys of the provider; asked again after ten minutes, and for a key that is not among them. */
function createKeyCache({ url, fetch: ask, now = Date.now }: JwksOptions) {
  let known: { readonly keys: HonoJsonWebKey[]; readonly at: number } | undefined;
  let triedAt = -Infinity;

  return async (kid: string): Promise<HonoJsonWebKey[]> => {
    const fresh = known && now() - known.at < FRESH_MS && known.keys.some((key) => key.kid === kid);
    // Without keys each request fetches for itself: one must not wait for another's fetch in workerd.
    if (!known || (!fresh && now() - triedAt >= REFETCH_AFTER_MS)) {
      triedAt = now();
      const keys = await load();
      if (keys) known = { keys, at: now() };
    }
    if (known) return known.keys;
    throw new ProblemError(
      'store_unavailable',
      'The keys of the identity provider cannot be fetched: try again.',
      { retryAfter: 5 },
    );
  };

  async function load(): Promise<HonoJsonWebKey[] | undefined> {
    try {
      const send = ask ?? fetch;
      const answer = await send(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const set = answer.ok ? v.safeParse(KeySet, await answer.json()) : undefined;
      return set?.success ? set.output.keys : undefined;
    } catch {
      return undefined;
    }
  }
}
