/**
 * Signs the Worker's own calls, with Signature Version 4 in a header.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { sha256Hex } from '../../util/digest.ts';
import { PAYLOAD_HASH_HEADER } from '../checksums.ts';
import type { Credentials } from './credentials.ts';
import { encodeRfc3986 } from './encode.ts';
import { daySigner, type Service } from './sigv4.ts';

/** The keys that sign, and what their signatures are valid for. */
export interface Signatory {
  readonly credentials: Credentials;
  readonly region: string;
  readonly service: Service;
}

/** What a signature covers. The path of the URL must be encoded by `encodeRfc3986`. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/**
 * All headers of the request, signed at the moment `now`, in milliseconds since the epoch. Everything
 * is covered except the content type, which `fetch` and proxies may change.
 */
export async function signHeaders(
  { method, url, headers: given, body = '' }: UnsignedRequest,
  { credentials, region, service }: Signatory,
  now: number,
): Promise<Headers> {
  const { host, pathname, searchParams } = new URL(url);
  const day = await daySigner(credentials, region, now, service);
  const payload = await sha256Hex(body);
  const headers = new Headers(given);
  headers.set(PAYLOAD_HASH_HEADER, payload);
  headers.set('x-amz-date', day.amzDate);
  if (credentials.sessionToken !== undefined) {
    headers.set('x-amz-security-token', credentials.sessionToken);
  }
  const covered = byName([['host', host], ...headers]).filter(([name]) => name !== 'content-type');
  const names = covered.map(([name]) => name).join(';');
  const query = byName([...searchParams].map(([name, value]) => [encodeRfc3986(name), value]));
  const sign = day.requestSigner(
    [
      method,
      pathname,
      query.map(([name, value]) => `${name}=${encodeRfc3986(value)}`).join('&'),
      ...covered.map(([name, value]) => `${name}:${value.replace(/\s+/g, ' ')}`),
      '',
      names,
      payload,
    ].join('\n'),
  );
  headers.set(
    'authorization',
    `AWS4-HMAC-SHA256 Credential=${day.credential}, SignedHeaders=${names}, Signature=${await sign('')}`,
  );
  return headers;
}

function byName(pairs: readonly [string, string][]): [string, string][] {
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : 1));
}
