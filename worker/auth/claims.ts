/** A JWT's claims, as far as they say who calls and for how long. */
import type { Caller } from './caller.ts';

/** What all kinds of JWT have in common. */
export interface ClaimOptions {
  /** `iss` has to be this. */
  readonly issuer?: string;
  /** `aud` has to be, or hold, one of these. */
  readonly audience?: string | readonly string[];
  /** The claim that uploads belong to. @default 'sub' */
  readonly ownerClaim?: string;
  /** How far clocks may be apart, in seconds. @default 60 */
  readonly leewaySeconds?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

const MAX_OWNER_LENGTH = 255;

/**
 * The caller that verified claims name; undefined where they are over, not begun, without an end,
 * or for somebody else. https://www.rfc-editor.org/rfc/rfc7519#section-4.1
 */
export function callerOf(
  claims: Readonly<Record<string, unknown>>,
  options: ClaimOptions,
): Caller | undefined {
  const { ownerClaim = 'sub', leewaySeconds = 60, now = Date.now } = options;
  const seconds = now() / 1000;
  const { exp, nbf } = claims;
  if (typeof exp !== 'number' || exp + leewaySeconds <= seconds) return undefined;
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf - leewaySeconds > seconds)) {
    return undefined;
  }
  if (options.issuer !== undefined && claims['iss'] !== options.issuer) return undefined;
  if (!isFor(claims['aud'], options.audience)) return undefined;
  const owner = claims[ownerClaim];
  const named = typeof owner === 'string' || typeof owner === 'number' ? String(owner) : '';
  if (named === '' || named.length > MAX_OWNER_LENGTH) return undefined;
  return {
    owner: named,
    grant: grantOf(claims),
    ...(claims['upload'] !== undefined && { claim: claims['upload'] }),
  };
}

/** Its own id, or else when it was made and ends: tokens of one second then count as one. */
function grantOf({ jti, iat, exp }: Readonly<Record<string, unknown>>): string {
  return (typeof jti === 'string' ? jti : `${String(iat)} ${String(exp)}`).slice(0, 128);
}

function isFor(aud: unknown, audience: ClaimOptions['audience']): boolean {
  if (audience === undefined) return true;
  const wanted: readonly unknown[] = typeof audience === 'string' ? [audience] : audience;
  return (Array.isArray(aud) ? aud : [aud]).some((one) => wanted.includes(one));
}
