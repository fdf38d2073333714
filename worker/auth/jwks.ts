/** Callers with a JWT from an identity provider, whose public keys are fetched. */
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { Authenticate } from './caller.ts';
import { ProblemError } from '../problem.ts';
import { tokenOf, type Carried } from './bearer.ts';
import { callerOf, type ClaimOptions } from './claims.ts';
import { createKeySet, type KeySet } from './key-set.ts';
import type { TokenFault } from './refused-token.ts';
import { verifyJwt } from './verify-jwt.ts';

export interface JwksOptions extends ClaimOptions {
  /** Address at which the provider publishes its keys. */
  readonly url: string;
  readonly cookie?: string;
  /** Finds the token if it is neither in `Authorization` nor in the cookie. */
  readonly carriedBy?: (request: Request) => Carried | undefined;
  readonly fetch?: typeof fetch;
}

/**
 * Never a symmetric algorithm: the public key would be its secret. A key that names its algorithm
 * verifies no other one.
 */
const ALGORITHMS = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ');

/** The provider may have changed its keys since they were fetched. */
const NEW_KEY_FAULTS: ReadonlySet<unknown> = new Set<TokenFault>(['unknown key', 'wrong key']);

/** Verifies any asymmetric algorithm of RFC 7518 and RFC 8037 with the provider's keys. */
export function jwks(options: JwksOptions): Authenticate {
  const keySet = createKeySet(options);
  const { carriedBy = (request) => tokenOf(request, options.cookie) } = options;
  return async (request) => {
    const carried = carriedBy(request);
    if (carried === undefined) return undefined;
    const claims = await verifyWithKeySet(keySet, (keys) =>
      verifyJwt(carried.token, keys, ALGORITHMS, options),
    );
    return callerOf(claims, carried, options);
  };
}

async function verifyWithKeySet(
  keySet: KeySet,
  verify: (keys: JWTVerifyGetKey) => Promise<JWTPayload>,
): Promise<JWTPayload> {
  const keys = await keySet.current();
  try {
    return await verify(keys);
  } catch (error) {
    const mayBeNewKey = error instanceof ProblemError && NEW_KEY_FAULTS.has(error.reason);
    const newer = mayBeNewKey ? await keySet.newerThan(keys) : undefined;
    if (newer === undefined) throw error;
    return verify(newer);
  }
}
