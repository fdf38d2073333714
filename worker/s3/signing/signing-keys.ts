/** For how long a signature made now can be good. */
import type { Credentials } from './credentials.ts';
import { StoreError } from '../requests/errors.ts';
import { MAX_EXPIRES_SECONDS } from './presign.ts';

/** Credentials, and for how long what they sign is good. */
export interface SigningKeys {
  readonly credentials: Credentials;
  /** Seconds. */
  readonly expiresIn: number;
  /** When that was decided: milliseconds since the epoch. */
  readonly now: number;
}

/**
 * For `wanted` seconds, or as long as a session lasts: a URL dies with the session that signed it,
 * so it must not claim to live longer.
 *
 * @throws StoreError where the session is over.
 */
export function signingKeys(credentials: Credentials, wanted: number, now: number): SigningKeys {
  const left =
    credentials.expiresAt === undefined
      ? MAX_EXPIRES_SECONDS
      : Math.floor((credentials.expiresAt - now) / 1000);
  if (left < 1) {
    throw new StoreError({
      kind: 'misconfigured',
      operation: 'Presign',
      code: 'ExpiredToken',
      advice: 'the credentials of the session have ended',
    });
  }
  return { credentials, expiresIn: Math.min(wanted, left), now };
}
