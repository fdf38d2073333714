/**
 * Callers with a JWT that an app's own backend signs with a secret that it shares with the Worker.
 */
import { decode, verify } from 'hono/jwt';
import type { Authenticate } from './caller.ts';
import { ProblemError } from '../problem.ts';
import { tokenOf } from './bearer.ts';
import { callerOf, type ClaimOptions } from './claims.ts';

export interface JwtSecretOptions extends ClaimOptions {
  /** At least 32 characters. */
  readonly secret: string;
  /** Cookie that may also contain the token. It counts only for pages of allowed origins. */
  readonly cookie?: string;
}

/** At least as long as the hash: https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
const MIN_SECRET_LENGTH = 32;

/**
 * Verifies HS256 and no other algorithm.
 *
 * @throws ProblemError `misconfigured` for a short secret, which could be guessed from one token.
 */
export function jwtSecret(options: JwtSecretOptions): Authenticate {
  const { secret, cookie } = options;
  if (secret.length < MIN_SECRET_LENGTH) {
    throw new ProblemError('misconfigured', `JWT_SECRET is shorter than ${MIN_SECRET_LENGTH}.`);
  }
  return async (request) => {
    const carried = tokenOf(request, cookie);
    const claims = carried && (await verified(carried.token, secret));
    const caller = claims && callerOf(claims, options);
    return caller && carried?.byCookie ? { ...caller, byCookie: true } : caller;
  };
}

/** `callerOf` checks times, issuer and audience, with leeway. */
async function verified(token: string, secret: string) {
  try {
    const times = { exp: false, nbf: false, iat: false };
    return await verify(token, secret, { alg: 'HS256', ...times, ...typOf(token) });
  } catch {
    return undefined;
  }
}

/** Access tokens may have the type `at+jwt`: https://www.rfc-editor.org/rfc/rfc9068#section-2.1 */
export function typOf(token: string): { typ?: string } {
  return decode(token).header.typ?.toLowerCase() === 'at+jwt' ? { typ: 'at+jwt' } : {};
}
