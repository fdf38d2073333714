/** The claims of a JWT that identify the caller and limit the token in time. */
import { isWellFormed } from '../object/name.ts';
import { ProblemError } from '../problem.ts';
import type { Caller } from './caller.ts';

/** Options that all kinds of JWT share. */
export interface ClaimOptions {
  /** Required `iss`. */
  readonly issuer?: string;
  /** Accepted audiences; `aud` must name at least one of them. */
  readonly audience?: string | readonly string[];
  /** Name of the claim that identifies the owner. @default 'sub' */
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
 * @throws ProblemError `unauthenticated`, with a reason for the developer, if the claims have
 *   expired, are not valid yet, never expire, are for another issuer or audience, or name no owner.
 */
export function callerOf(claims: Readonly<Record<string, unknown>>, options: ClaimOptions): Caller {
  const { ownerClaim = 'sub', leewaySeconds = 60, now = Date.now } = options;
  const seconds = now() / 1000;
  const { exp, nbf } = claims;
  if (typeof exp !== 'number') throw refused('has no exp claim');
  if (exp + leewaySeconds <= seconds) throw refused('has expired');
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf - leewaySeconds > seconds)) {
    throw refused('is not valid yet (nbf)');
  }
  if (options.issuer !== undefined && claims['iss'] !== options.issuer) {
    throw refused('is from another issuer (iss)');
  }
  if (!isFor(claims['aud'], options.audience)) throw refused('is for another audience (aud)');
  return {
    owner: ownerFrom(claims[ownerClaim], ownerClaim),
    grant: grantOf(claims),
    ...(claims['upload'] !== undefined && { claim: claims['upload'] }),
  };
}

/**
 * Two people must never become one owner: JSON rounds whole numbers above 2^53, and UTF-8 encodes
 * every unpaired surrogate as the same character.
 */
function ownerFrom(value: unknown, claim: string): string {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  if (typeof value !== 'string' || value === '') {
    throw refused(`needs a ${claim} claim that is a non-empty string or a safe integer`);
  }
  if (!isWellFormed(value)) throw refused(`has a ${claim} claim that is not well-formed Unicode`);
  if (value.length > MAX_OWNER_LENGTH) {
    throw refused(`has a ${claim} claim longer than ${MAX_OWNER_LENGTH} characters`);
  }
  return value;
}

function refused(why: string): ProblemError {
  return new ProblemError('unauthenticated', `The token ${why}.`);
}

/**
 * The token's own id. Without one, its issue and expiry times: tokens issued in the same second
 * then count as one.
 */
function grantOf({ jti, iat, exp }: Readonly<Record<string, unknown>>): string {
  return (typeof jti === 'string' ? jti : `${String(iat)} ${String(exp)}`).slice(0, 128);
}

function isFor(aud: unknown, audience: ClaimOptions['audience']): boolean {
  if (audience === undefined) return true;
  const wanted: readonly unknown[] = typeof audience === 'string' ? [audience] : audience;
  return (Array.isArray(aud) ? aud : [aud]).some((one) => wanted.includes(one));
}
