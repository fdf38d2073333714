/**
 * Callers with a JWT that an app's own backend signs with a secret that it shares with the Worker.
 */
import type { Authenticate } from './caller.ts';
import { ProblemError } from '../problem.ts';
import { tokenOf } from './bearer.ts';
import { callerOf, type ClaimOptions } from './claims.ts';
import { verifyJwt } from './verify-jwt.ts';

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
    throw new ProblemError(
      'misconfigured',
      `JWT_SECRET is shorter than ${MIN_SECRET_LENGTH} characters.`,
    );
  }
  const key = new TextEncoder().encode(secret);
  return async (request) => {
    const carried = tokenOf(request, cookie);
    if (carried === undefined) return undefined;
    const claims = await verifyJwt(carried.token, () => key, ['HS256'], options);
    return callerOf(claims, carried, options);
  };
}
