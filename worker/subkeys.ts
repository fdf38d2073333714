/** Keys for one purpose each, derived from the secrets that seal upload tokens. */
import { bytesToHex } from './protocol/encoding.ts';

/** What keyed values are made for; a value made for one purpose is not valid for another. */
export type Purpose = 'anonymous identity' | 'caller' | 'public link' | 'public link nonce';

const text = new TextEncoder();

/**
 * HMAC-SHA-256 over `message`, by a key for this purpose alone. An HMAC over a label is how
 * NIST SP 800-108 derives keys; upload tokens are JWTs and never begin as the label does.
 */
export async function keyedDigest(
  secret: string,
  purpose: Purpose,
  message: string,
): Promise<ArrayBuffer> {
  const derived = await hmac(await deriveKey(secret, purpose));
  return crypto.subtle.sign('HMAC', derived, text.encode(message));
}

/** The digest in hex, as many digits as are asked for. */
export async function keyedHex(
  secret: string,
  purpose: Purpose,
  message: string,
  digits: number,
): Promise<string> {
  return bytesToHex(await keyedDigest(secret, purpose, message)).slice(0, digits);
}

/** 32 bytes. */
export async function deriveKey(secret: string, purpose: Purpose): Promise<ArrayBuffer> {
  const label = text.encode(`s3-upload ${purpose}`);
  return crypto.subtle.sign('HMAC', await hmac(text.encode(secret)), label);
}

function hmac(raw: BufferSource): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}
