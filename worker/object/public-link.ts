/** The part of a public link that identifies the owner to the Worker, and tells others nothing. */
import { base64ToBytes, bytesToBase64 } from '../protocol/util/encoding.ts';
import { deriveKey, keyedDigest } from '../util/subkeys.ts';

const NONCE_BYTES = 12;

/**
 * The owner's hash, encrypted for this upload alone: two links of one owner have nothing in common,
 * and nobody can compare a link with the hash of an address. The same upload always gives the same
 * link.
 *
 * @param ownerHash in hex.
 * @returns base64url
 */
export async function sealLink(secret: string, ownerHash: string, id: string): Promise<string> {
  const nonce = (await keyedDigest(secret, 'public link nonce', `${ownerHash} ${id}`)).slice(
    0,
    NONCE_BYTES,
  );
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce, additionalData: bytesOf(id) },
    await keyFor(secret, 'encrypt'),
    bytesOf(ownerHash),
  );
  const bytes = new Uint8Array([...new Uint8Array(nonce), ...new Uint8Array(sealed)]);
  return bytesToBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The owner's hash, or undefined if this secret did not seal the link for this upload. */
export async function openLink(
  secret: string,
  link: string,
  id: string,
): Promise<string | undefined> {
  try {
    const bytes = base64ToBytes(link.replaceAll('-', '+').replaceAll('_', '/'));
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: bytes.slice(0, NONCE_BYTES), additionalData: bytesOf(id) },
      await keyFor(secret, 'decrypt'),
      bytes.slice(NONCE_BYTES),
    );
    return new TextDecoder().decode(opened);
  } catch {
    return undefined;
  }
}

async function keyFor(secret: string, use: 'encrypt' | 'decrypt'): Promise<CryptoKey> {
  const raw = await deriveKey(secret, 'public link');
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, [use]);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}
