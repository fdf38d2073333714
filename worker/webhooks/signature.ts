/** Signatures by Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import { ProblemError } from '../problem.ts';
import { base64ToBytes, bytesToBase64 } from '../protocol/util/encoding.ts';

/** The three headers of one attempt to deliver a message. */
export type Sign = (
  id: string,
  timestampSeconds: number,
  body: string,
) => Promise<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>>;

const PREFIX = 'whsec_';

/**
 * Signs with every secret, so that a receiver needs to know only one of them while secrets are
 * rotated.
 *
 * @param secrets `whsec_` and base64 of 24 to 64 bytes.
 * @throws ProblemError `misconfigured` for any other secret.
 */
export function createSign(secrets: readonly string[]): Sign {
  if (secrets.length === 0) throw wrong('is missing');
  const raws = secrets.map(bytesOf);
  let keys: CryptoKey[] | undefined;
  return async (id, timestamp, body) => {
    keys ??= await Promise.all(raws.map(importKey));
    const text = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
    const signatures = await Promise.all(keys.map((key) => crypto.subtle.sign('HMAC', key, text)));
    return {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures.map((bytes) => `v1,${bytesToBase64(bytes)}`).join(' '),
    };
  };
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw wrong('must be whsec_ and base64');
  const bytes = base64ToBytes(encoded);
  if (bytes.length < 24 || bytes.length > 64) {
    throw wrong('must hold 24 to 64 bytes: echo whsec_$(openssl rand -base64 32) makes a good one');
  }
  return bytes;
}

function importKey(raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', raw, hmac, false, ['sign']);
}

function wrong(what: string): ProblemError {
  return new ProblemError('misconfigured', `The setting WEBHOOK_SECRET ${what}.`);
}
