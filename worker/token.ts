/** Upload tokens: the decisions of Create, sealed, so that signing needs no reads. */
import { jwtVerify, SignJWT } from 'jose';
import * as v from 'valibot';
import { bytesToHex } from './protocol/util/encoding.ts';
import { ProblemError } from './problem.ts';
import { expiredUpload } from './refusals.ts';
import { openLink, sealLink } from './object/public-link.ts';
import { keyedHex } from './util/subkeys.ts';
import { isExpired } from './upload/state.ts';
import { Upload } from './upload/upload.ts';

/** Distinguishes an upload token from anything else signed with the same secret. */
const AUDIENCE = 's3-upload';
const HEADER = { alg: 'HS256', typ: 'JWT' };
/** As long as what HS256 makes of it: https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
export const MIN_SECRET_LENGTH = 32;

/** Seals and opens upload tokens. */
export interface Tokens {
  seal(upload: Upload): Promise<string>;
  /**
   * @throws ProblemError `unauthenticated` for a token that was not sealed here, `expired` for an
   *   expired one.
   */
  open(token: string): Promise<Upload>;
  /**
   * The same for a token that may have expired. It can still complete an upload whose parts have arrived.
   *
   * @throws ProblemError `unauthenticated`.
   */
  openAtAnyTime(token: string): Promise<Upload>;
  /**
   * The upload's mark: always the same for the same file of the same upload, and impossible to
   * guess. So a repeated Create ends with the same object, without any memory.
   */
  mark(parts: readonly (string | number)[]): Promise<string>;
  /** Tells callers apart, in 16 hex digits, without revealing who they are. */
  callerHash(owner: string): Promise<string>;
  /** The part of a public link that identifies the owner, whose hash this is. */
  sealLink(ownerHash: string, id: string): Promise<string>;
  /** The owner's hash, or undefined for a link that was not made here. */
  openLink(link: string, id: string): Promise<string | undefined>;
}

/**
 * HS256 and no other algorithm. The first secret seals; the others only open, so that secrets can
 * be rotated.
 *
 * @param now milliseconds since the epoch.
 * @throws ProblemError `misconfigured` for a secret shorter than 32 characters.
 */
export function createTokens(
  secrets: readonly [string, ...string[]],
  now: () => number = Date.now,
): Tokens {
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET_LENGTH) {
      throw new ProblemError(
        'misconfigured',
        `TOKEN_SECRET is shorter than ${MIN_SECRET_LENGTH} characters: openssl rand -hex 32 makes a good one.`,
      );
    }
  }
  const keys = secrets.map((secret) => lazily(() => importKey(secret)));
  const [sealing] = keys;
  if (!sealing) throw new ProblemError('misconfigured', 'TOKEN_SECRET is missing.');

  const openAtAnyTime = async (token: string): Promise<Upload> => {
    for (const key of keys) {
      const payload = await verified(token, await key());
      if (!payload) continue;
      const upload = v.safeParse(Upload, payload);
      if (!upload.success) break;
      return upload.output;
    }
    throw new ProblemError('unauthenticated', 'The upload token is not valid.', {
      reason: 'wrong upload token',
      field: 'Upload-Token',
    });
  };

  return {
    openAtAnyTime,
    async seal(upload) {
      return new SignJWT({ ...upload, aud: AUDIENCE, exp: upload.expiresAt })
        .setProtectedHeader(HEADER)
        .sign(await sealing());
    },
    async open(token) {
      const upload = await openAtAnyTime(token);
      if (isExpired(upload, now())) throw expiredUpload();
      return upload;
    },
    async mark(parts) {
      const text = new TextEncoder().encode(JSON.stringify(['mark', ...parts]));
      const digest = await crypto.subtle.sign('HMAC', await sealing(), text);
      return bytesToHex(digest.slice(0, 16));
    },
    callerHash: (owner) => keyedHex(secrets[0], 'caller', owner, 16),
    sealLink: (ownerHash, id) => sealLink(secrets[0], ownerHash, id),
    async openLink(link, id) {
      for (const secret of secrets) {
        const ownerHash = await openLink(secret, link, id);
        if (ownerHash !== undefined) return ownerHash;
      }
      return undefined;
    },
  };
}

/** By this date no token has expired: `open` compares times itself. */
const ANY_TIME = new Date(0);

/** The payload of a token that this key sealed, even if it has expired; undefined for any other token. */
async function verified(token: string, key: CryptoKey): Promise<object | undefined> {
  const { alg, typ } = HEADER;
  try {
    const options = { algorithms: [alg], typ, audience: AUDIENCE, currentDate: ANY_TIME };
    return (await jwtVerify(token, key, { ...options, requiredClaims: ['exp'] })).payload;
  } catch {
    return undefined;
  }
}

function importKey(secret: string): Promise<CryptoKey> {
  const raw = new TextEncoder().encode(secret);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', raw, hmac, false, ['sign', 'verify']);
}

/** Caches the value, not the promise: a promise belongs to the request that made it. */
function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: T | undefined;
  return async () => (made ??= await make());
}
