/** Addresses of a bucket: a hostname, and the path in front of its keys. */
import { encodeKey, encodeRfc3986, KeyError } from './signing/encode.ts';

/** One address of the bucket. */
export interface Endpoint {
  /** `https://host[:port]`, without a slash at the end. */
  readonly origin: string;
  /** As in the `Host` header, without a default port. */
  readonly host: string;
  /** Path in front of every key: `''`, `/bucket`, or a proxy's prefix and the bucket. */
  readonly basePath: string;
}

/** One object at one address; `path` is percent-encoded. */
export interface Target {
  readonly origin: string;
  readonly host: string;
  readonly path: string;
}

/** Says what is wrong with an endpoint setting. Only the Worker's operator sees it. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

/**
 * Reads an endpoint setting: a base URL, to which `style` is applied, or a URL in which `{bucket}`
 * marks the place of the bucket's name, in the host or in the path.
 *
 * @throws EndpointError for an invalid endpoint or bucket.
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
    throw new EndpointError('the endpoint is not a URL such as https://s3.example.com');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new EndpointError('the endpoint must start with https:// or http://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new EndpointError('the endpoint must consist of a host and, at most, a path');
  }
  if (bucket === '' || encodeRfc3986(bucket) !== bucket || /^\.+$/.test(bucket)) {
    throw new EndpointError('the bucket name may contain only letters, digits, dots and hyphens');
  }
  const prefix = url.pathname.replace(/\/+$/, '');
  if (placed || style === 'path') {
    const basePath = placed ? prefix : `${prefix}/${bucket}`;
    return { origin: url.origin, host: url.host, basePath };
  }
  // An IP address has no subdomains, and certificates do not cover a subdomain of a subdomain.
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
 * @throws KeyError for a key that is refused, or that `URL` would read as another path.
 */
export function targetOf(endpoint: Endpoint, key: string): Target {
  const path = `${endpoint.basePath}/${encodeKey(key)}`;
  const read = URL.parse(endpoint.origin + path);
  if (read === null || read.pathname !== path || read.host !== endpoint.host) {
    throw new KeyError('is not kept unchanged by URL');
  }
  return { origin: endpoint.origin, host: endpoint.host, path };
}

/** The address of the bucket itself. */
export function bucketOf({ origin, host, basePath }: Endpoint): Target {
  return { origin, host, path: basePath === '' ? '/' : basePath };
}
