/** Where a bucket answers: a hostname of it, and the path in front of its keys. */
import { encodeKey, encodeRfc3986, KeyError } from './signing/encode.ts';

/** One address of the bucket. */
export interface Endpoint {
  /** `https://host[:port]`, without a slash at the end. */
  readonly origin: string;
  /** As the `Host` header has it: a default port is left out. */
  readonly host: string;
  /** In front of every key: `''`, `/bucket`, or a proxy's prefix and the bucket. */
  readonly basePath: string;
}

/** One object at one address; `path` is percent-encoded. */
export interface Target {
  readonly origin: string;
  readonly host: string;
  readonly path: string;
}

/** What is wrong with an endpoint setting. The Worker's operator reads it, nobody else. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

/**
 * Reads an endpoint setting: a base URL, to which `style` is applied, or one that says with
 * `{bucket}` where the bucket's name goes, in the host or in the path.
 *
 * @throws EndpointError
 */
export function parseEndpoint(
  setting: string,
  bucket: string,
  style: 'path' | 'virtual',
): Endpoint {
  const placed = setting.includes('{bucket}');
  let url: URL;
  try {
    url = new URL(setting.replace('{bucket}', bucket));
  } catch {
    throw new EndpointError('the endpoint is not a URL');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new EndpointError('the endpoint must start with https:// or http://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new EndpointError('the endpoint must be a host and perhaps a path, nothing else');
  }
  if (bucket === '' || encodeRfc3986(bucket) !== bucket || /^\.+$/.test(bucket)) {
    throw new EndpointError('the bucket must be named by letters, digits, dots and hyphens');
  }
  const prefix = url.pathname.replace(/\/+$/, '');
  if (placed || style === 'path') {
    const basePath = placed ? prefix : `${prefix}/${bucket}`;
    return { origin: url.origin, host: url.host, basePath };
  }
  // An IP address has no subdomains, and no certificate covers a subdomain of a subdomain.
  const virtual = URL.parse(`${url.protocol}//${bucket}.${url.host}`);
  const covered = url.protocol === 'http:' || !bucket.includes('.');
  if (virtual === null || virtual.host !== `${bucket}.${url.host}` || !covered) {
    throw new EndpointError('the bucket cannot be part of this host: set the style to path');
  }
  return { origin: virtual.origin, host: virtual.host, basePath: prefix };
}

/**
 * The object's address at this endpoint.
 *
 * @throws KeyError, also where `URL` would read the path as another one.
 */
export function targetOf(endpoint: Endpoint, key: string): Target {
  const path = `${endpoint.basePath}/${encodeKey(key)}`;
  const read = URL.parse(endpoint.origin + path);
  if (read === null || read.pathname !== path || read.host !== endpoint.host) {
    throw new KeyError('is read as another path by URL');
  }
  return { origin: endpoint.origin, host: endpoint.host, path };
}

/** The bucket's own address. */
export function bucketOf({ origin, host, basePath }: Endpoint): Target {
  return { origin, host, path: basePath === '' ? '/' : basePath };
}
