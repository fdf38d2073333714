/** Why a caller's token is refused, in the words of the log, the header and the answer. */
import { ProblemError } from '../problem.ts';

/** Completes "The token …", for the developer who reads the answer. */
const SENTENCES = {
  expired: 'has expired',
  'not valid yet': 'is not valid yet (nbf)',
  'no exp': 'has no exp claim that is a number',
  'wrong issuer': 'is from another issuer (iss)',
  'wrong audience':
    'is for another audience: neither aud nor, in a token without aud, client_id or azp is accepted here',
  'no owner': 'names no owner',
  'wrong key': 'is signed with another key',
  'unknown key': 'names a key (kid) or algorithm of which the provider publishes no key',
  'unusable key': 'belongs to a key that cannot be used, such as an RSA key below 2048 bits',
  'wrong algorithm': 'is signed by an algorithm, or has a critical header, that is not accepted',
  'wrong type': 'is of a type (typ) that does not identify a caller',
  'not a signed JWT':
    'is not a signed JWT: an opaque or encrypted one cannot be verified here, so ask the provider for an access token for your own audience',
} as const;

export type TokenFault = keyof typeof SENTENCES;

/** The refusal of a token. It quotes no part of the token. */
export function refusedToken(fault: TokenFault, sentence: string = SENTENCES[fault]): ProblemError {
  return new ProblemError('unauthenticated', `The token ${sentence}.`, { reason: fault });
}
