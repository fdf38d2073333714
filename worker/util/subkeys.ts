/** Keys for one purpose each, derived from the secrets that seal upload tokens. */
import { bytesToHex } from '../protocol/util/encoding.ts';

/** Purposes of keyed values. A value made for one purpose is not valid for another. */
export type Purpose = 'anonymous identity' | 'caller' | 'public link' | 'public link nonce';

const text = new TextEncoder();

/**
 * HMAC-SHA-256 of `message` with a key for this purpose alone. NIST SP 800-108 derives keys by an
 * HMAC over a label; upload tokens are JWTs and never begin like the label.
 */
export async function keyedDigest(
  secret: string,
  purpose: Purpose,
  message: string,
): Promise<ArrayBuffer> {
  const derived = await hmac(await deriveKey(secret, purpose));
  return crypto.subtle.sign('HMAC', derived, text.encode(message));
}

/** The first `digits` digits of the digest, in hex. */
export async function keyedHex(
  secret: string,
  purpose: Purpose,
  message: string,
  digits: number,
): Promise<string> {
  return bytesToHex(await keyedDigest(secret, purpose, message)).slice(0, digits);
}

/** A derived key of 32 bytes. */
export async function deriveKey(secret: string, purpose: Purpose): Promise<ArrayBuffer> {
  const label = text.encode(`s3-upload ${purpose}`);
  return crypto.subtle.sign('HMAC', await hmac(text.encode(secret)), label);
}

function hmac(raw: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}
