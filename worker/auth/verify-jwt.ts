/** Verifies the signature, the issuer and the times of a JWT. */
import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { ProblemError } from '../problem.ts';
import type { ClaimOptions } from './claims.ts';
import { refusedToken, type TokenFault } from './refused-token.ts';

/**
 * Types that a caller's token may have; others, such as `logout+jwt`, have other purposes.
 * https://www.rfc-editor.org/rfc/rfc8725#section-3.11 and
 * https://www.rfc-editor.org/rfc/rfc9068#section-2.1
 */
const TYPES = /^(application\/)?(at\+)?jwt$/i;

/** Most keys that are tried if the token's header fits several. Providers publish two or three. */
const MAX_KEYS_TRIED = 8;

/**
 * The claims of a token that one of the keys signed and that is valid now.
 *
 * @throws ProblemError `unauthenticated`, with the reason.
 */
export async function verifyJwt(
  token: string,
  keys: JWTVerifyGetKey,
  algorithms: readonly string[],
  { issuer, leewaySeconds = 60, now = Date.now }: ClaimOptions,
): Promise<JWTPayload> {
  const verifyWith = async (key: JWTVerifyGetKey) => {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: [...algorithms],
      requiredClaims: ['exp'],
      clockTolerance: leewaySeconds,
      currentDate: new Date(now()),
      ...(issuer === undefined ? {} : { issuer }),
    });
    const { typ } = protectedHeader;
    if (typ !== undefined && !TYPES.test(typ)) throw refusedToken('wrong type');
    return payload;
  };
  try {
    return await verifyWith(keys).catch((error: unknown) => {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return verifyWithEach(error, verifyWith);
    });
  } catch (error) {
    throw error instanceof ProblemError ? error : refusedToken(faultOf(error));
  }
}

/** Several keys have the token's key id, or fit a token without one. */
async function verifyWithEach(
  keys: InstanceType<typeof errors.JWKSMultipleMatchingKeys>,
  verifyWith: (key: JWTVerifyGetKey) => Promise<JWTPayload>,
): Promise<JWTPayload> {
  let tried = 0;
  for await (const key of keys) {
    if (tried++ === MAX_KEYS_TRIED) break;
    try {
      return await verifyWith(() => key);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

const FAULTS: Readonly<Record<string, TokenFault>> = {
  [errors.JWTExpired.code]: 'expired',
  [errors.JOSEAlgNotAllowed.code]: 'wrong algorithm',
  [errors.JOSENotSupported.code]: 'wrong algorithm',
  [errors.JWKSNoMatchingKey.code]: 'unknown key',
  [errors.JWSSignatureVerificationFailed.code]: 'wrong key',
  [errors.JWSInvalid.code]: 'not a signed JWT',
  [errors.JWTInvalid.code]: 'not a signed JWT',
};

const CLAIM_FAULTS: Readonly<Record<string, TokenFault>> = {
  exp: 'no exp',
  nbf: 'not valid yet',
  iss: 'wrong issuer',
};

/** What jose throws. It throws a TypeError for a key that it refuses to use. */
function faultOf(error: unknown): TokenFault {
  if (error instanceof errors.JWTClaimValidationFailed) {
    return CLAIM_FAULTS[error.claim] ?? 'not a signed JWT';
  }
  return error instanceof errors.JOSEError
    ? (FAULTS[error.code] ?? 'unusable key')
    : 'unusable key';
}
