/**
 * The part of Signature Version 4 that presigned URLs and form policies share: the key of the day,
 * and signing a string with it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import type { Credentials } from './credentials.ts';

/** Signs strings for one day, region and set of keys. */
export interface DaySigner {
  /** `20261120T101500Z` */
  readonly amzDate: string;
  /** `ACCESSKEY/20261120/region/s3/aws4_request` */
  readonly credential: string;
  /** The signature over a canonical request, hex. */
  signRequest(canonicalRequest: string): Promise<string>;
  /** The signature over any string, hex. */
  signString(stringToSign: string): Promise<string>;
}

const utf8 = new TextEncoder();
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * A signer for the moment `now` (milliseconds since the epoch); its key is made once a day and
 * kept, since deriving and importing it costs more than all the rest of a signature.
 */
export async function daySigner(
  credentials: Credentials,
  region: string,
  now: number,
): Promise<DaySigner> {
  const amzDate = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const scope = `${amzDate.slice(0, 8)}/${region}/s3/aws4_request`;
  const key = await signingKey(credentials, scope);
  const head = `AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n`;
  const signString = async (stringToSign: string): Promise<string> =>
    hex(await crypto.subtle.sign('HMAC', key, utf8.encode(stringToSign)));
  return {
    amzDate,
    credential: `${credentials.accessKeyId}/${scope}`,
    signString,
    async signRequest(canonicalRequest) {
      const digest = await crypto.subtle.digest('SHA-256', utf8.encode(canonicalRequest));
      return signString(head + hex(digest));
    },
  };
}

/** Enough for today and tomorrow at midnight, with keys of a few sessions. */
const CACHE_SIZE = 16;
const cache = new Map<string, { readonly secret: string; readonly key: CryptoKey }>();

async function signingKey(credentials: Credentials, scope: string): Promise<CryptoKey> {
  const name = `${credentials.accessKeyId}/${scope}`;
  const cached = cache.get(name);
  if (cached?.secret === credentials.secretAccessKey) return cached.key;
  let bytes: BufferSource = utf8.encode(`AWS4${credentials.secretAccessKey}`);
  for (const step of scope.split('/')) {
    const key = await crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign']);
    bytes = await crypto.subtle.sign('HMAC', key, utf8.encode(step));
  }
  const key = await crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign']);
  // The key is kept, not the promise of it: in workerd one request must not wait for another's.
  if (cache.size >= CACHE_SIZE) {
    const [oldest] = cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
  }
  cache.set(name, { secret: credentials.secretAccessKey, key });
  return key;
}

function hex(bytes: ArrayBuffer): string {
  let text = '';
  for (const byte of new Uint8Array(bytes)) text += HEX[byte];
  return text;
}
