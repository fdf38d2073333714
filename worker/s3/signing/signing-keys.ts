/** How long a signature made now can be valid. */
import type { Credentials } from './credentials.ts';
import { StoreError } from '../requests/errors.ts';
import { MAX_EXPIRES_SECONDS } from './presign.ts';

/** Credentials, and the lifetime of what they sign. */
export interface SigningKeys {
  readonly credentials: Credentials;
  /** Seconds. */
  readonly expiresIn: number;
  /** The moment from which the lifetime counts, in milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Keys with a lifetime of `wanted` seconds, or of the rest of their session if that is shorter: a URL
 * stops working with the session that signed it, so it must not claim to be valid for longer.
 *
 * @throws StoreError if the session is over.
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
      advice: 'the credentials of the session have expired',
    });
  }
  return { credentials, expiresIn: Math.min(wanted, left), now };
}
