/** Callers with a JWT from an identity provider, whose public keys are fetched. */
import { decode, verifyWithJwks } from 'hono/jwt';
import type { HonoJsonWebKey } from 'hono/utils/jwt/jws';
import type { Authenticate } from './caller.ts';
import { tokenOf, type Carried } from './bearer.ts';
import { callerOf, type ClaimOptions } from './claims.ts';
import { typOf } from './jwt-secret.ts';
import { createKeySet } from './key-set.ts';

export interface JwksOptions extends ClaimOptions {
  /** Address at which the provider publishes its keys. */
  readonly url: string;
  readonly cookie?: string;
  /** Finds the token if it is neither in `Authorization` nor in the cookie. */
  readonly carriedBy?: (request: Request) => Carried | undefined;
  readonly fetch?: typeof fetch;
}

/** Never a symmetric algorithm: the public key would be its secret. */
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

/** Verifies RS256, ES256 or EdDSA with the provider's keys. */
export function jwks(options: JwksOptions): Authenticate {
  const keysOf = createKeySet(options);
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
