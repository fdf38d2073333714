/** The claims of a JWT that identify the caller and say for whom the token is. */
import type { JWTPayload } from 'jose';
import { isWellFormed } from '../object/name.ts';
import type { Carried } from './bearer.ts';
import type { Caller } from './caller.ts';
import { refusedToken } from './refused-token.ts';

/** Options that all kinds of JWT share. */
export interface ClaimOptions {
  /** Required `iss`. */
  readonly issuer?: string;
  /**
   * Accepted audiences; `aud` must name at least one of them. A token without `aud`, as Cognito and
   * Clerk make them, must name one as its `client_id`, otherwise as its `azp`.
   */
  readonly audience?: string | readonly string[];
  /**
   * Name of the claim that identifies the owner. With that of a group, such as `org_id`, everybody in
   * the group shares its uploads, and each upload says whose `sub` began it. @default 'sub'
   */
  readonly ownerClaim?: string;
  /** Allowed clock skew, in seconds. @default 60 */
  readonly leewaySeconds?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const MAX_OWNER_LENGTH = 255;

/**
 * The caller that verified claims identify. https://www.rfc-editor.org/rfc/rfc7519#section-4.1
 *
 * @throws ProblemError `unauthenticated`, with a reason for the developer, if the token is for
 *   another audience or names no owner.
 */
export function callerOf(
  claims: JWTPayload,
  { byCookie }: Carried,
  { audience, ownerClaim = 'sub' }: ClaimOptions,
): Caller {
  if (!isFor(claims, audience)) throw refusedToken('wrong audience');
  const owner = ownerFrom(claims[ownerClaim], ownerClaim);
  const { sub } = claims;
  return {
    owner,
    ...(typeof sub === 'string' && sub !== owner ? { user: sub.slice(0, MAX_OWNER_LENGTH) } : {}),
    grant: grantOf(claims),
    ...(claims['upload'] === undefined ? {} : { claim: claims['upload'] }),
    ...(byCookie ? { byCookie } : {}),
  };
}

/**
 * Two people must never become one owner: JSON rounds whole numbers above 2^53, and UTF-8 encodes
 * every unpaired surrogate as the same character.
 */
function ownerFrom(value: unknown, claim: string): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (typeof value !== 'string' || value === '') {
    throw noOwner(`needs a ${claim} claim that is a non-empty string or a safe integer`);
  }
  if (!isWellFormed(value)) throw noOwner(`has a ${claim} claim that is not well-formed Unicode`);
  if (value.length > MAX_OWNER_LENGTH) {
    throw noOwner(`has a ${claim} claim longer than ${MAX_OWNER_LENGTH} characters`);
  }
  return value;
}

function noOwner(sentence: string): Error {
  return refusedToken('no owner', sentence);
}

/**
 * The token's own id. Without one, its issue and expiry times: tokens issued in the same second
 * then count as one.
 */
function grantOf({ jti, iat, exp }: JWTPayload): string {
  return (typeof jti === 'string' ? jti : `${String(iat)} ${String(exp)}`).slice(0, 128);
}

function isFor(claims: JWTPayload, audience: ClaimOptions['audience']): boolean {
  if (audience === undefined) return true;
  const accepted: readonly unknown[] = typeof audience === 'string' ? [audience] : audience;
  const { aud = claims['client_id'] ?? claims['azp'] } = claims;
  return (Array.isArray(aud) ? aud : [aud]).some((name) => accepted.includes(name));
}
