/**
 * The part of Signature Version 4 that presigned URLs, form policies and the Worker's own calls share:
 * the signing key of a day, and signing a string with it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import type { Credentials } from './credentials.ts';

/** What a signature is valid for. */
export type Service = 's3' | 'sts';

/** Signs for one moment, region, service and set of keys. All signatures are in hex. */
export interface DaySigner {
  /** `20261120T101500Z` */
  readonly amzDate: string;
  /** `ACCESSKEY/20261120/region/s3/aws4_request` */
  readonly credential: string;
  /** Makes a function that signs canonical requests with the same beginning. The rest must be ASCII. */
  requestSigner(beginning: string): (rest: string) => Promise<string>;
  /** The signature over any string. */
  signString(stringToSign: string): Promise<string>;
}

const utf8 = new TextEncoder();
const HMAC = { name: 'HMAC', hash: 'SHA-256' };
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const HEX_LENGTH = 64;

/**
 * A signer for the moment `now`, in milliseconds since the epoch. Its key is derived once a day and
 * kept, because deriving and importing it costs more than the rest of a signature.
 */
export async function daySigner(
  credentials: Credentials,
  region: string,
  now: number,
  service: Service = 's3',
): Promise<DaySigner> {
  const amzDate = new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, '');
  const scope = `${amzDate.slice(0, 8)}/${region}/${service}/aws4_request`;
  const key = await signingKey(credentials, scope);
  const head = utf8.encode(`AWS4-HMAC-SHA256\n${amzDate}\n${scope}\n`);
  return {
    amzDate,
    credential: `${credentials.accessKeyId}/${scope}`,
    async signString(text) {
      return hex(await crypto.subtle.sign('HMAC', key, utf8.encode(text)));
    },
    requestSigner: (beginning) => requestSigner(beginning, head, key),
  };
}

/**
 * Reuses two buffers for all signatures, because allocating and collecting new ones costs as much as
 * signing. WebCrypto copies its input before it returns, so calls may overlap.
 */
function requestSigner(
  beginning: string,
  head: Uint8Array,
  key: CryptoKey,
): (rest: string) => Promise<string> {
  let request = utf8.encode(beginning);
  const start = request.length;
  const toSign = new Uint8Array(head.length + HEX_LENGTH);
  toSign.set(head);
  return async (rest) => {
    const end = start + rest.length;
    if (request.length < end) {
      const larger = new Uint8Array(2 * end);
      larger.set(request.subarray(0, start));
      request = larger;
    }
    utf8.encodeInto(rest, request.subarray(start));
    const digest = await crypto.subtle.digest('SHA-256', request.subarray(0, end));
    writeHex(digest, toSign, head.length);
    return hex(await crypto.subtle.sign('HMAC', key, toSign));
  };
}

/** Enough for today and tomorrow around midnight, with keys of a few sessions. */
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
  // Keeps the key and not its promise, because in workerd a request must not await another request's.
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

function writeHex(bytes: ArrayBuffer, into: Uint8Array, at: number): void {
  let index = at;
  for (const byte of new Uint8Array(bytes)) {
    into[index] = hexDigit(byte >> 4);
    into[index + 1] = hexDigit(byte & 15);
    index += 2;
  }
}

function hexDigit(value: number): number {
  return value < 10 ? 0x30 + value : 0x57 + value;
}
