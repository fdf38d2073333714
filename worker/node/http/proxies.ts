/** Whom a request comes from, and at which address it was asked for, where proxies stand before the signer. */
import { BlockList, isIP } from 'node:net';
import { ProblemError } from '../../problem.ts';

/** Names for ranges of addresses. https://www.rfc-editor.org/rfc/rfc6890 */
const RANGES: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** The header in which Cloudflare tells a Worker the client's address. */
const ADDRESS_HEADER = 'cf-connecting-ip';

/** What a connection tells. */
export interface Connection {
  /** Address of the other end. Undefined if it has gone. */
  readonly remoteAddress?: string | undefined;
}

/**
 * Makes a request what it would be in a Worker: its URL is the one that the page asked for, and
 * `CF-Connecting-IP` is the client's address. Without trusted proxies, what a client says about either
 * is ignored.
 *
 * @param trusted addresses, ranges such as `10.0.0.0/8`, `loopback` or `private`.
 * @returns a function of the request and the connection that it came by.
 * @throws ProblemError `misconfigured` for anything else in the list.
 * @example
 *   const asReceived = behindProxies(['loopback']);
 *   serve({
 *     fetch: (request, { incoming }) => app.fetch(asReceived(request, incoming.socket)),
 *   });
 */
export function behindProxies(
  trusted: readonly string[] = [],
): (request: Request, connection: Connection) => Request {
  const proxies = listOf(trusted);
  return (request, { remoteAddress = '' }) => {
    const headers = new Headers(request.headers);
    const url = new URL(request.url);
    const peer = plain(remoteAddress);
    let client = peer;
    if (isTrusted(peer)) {
      client = clientOf(headers.get('x-forwarded-for'), peer);
      const protocol = lastOf(headers.get('x-forwarded-proto'));
      if (protocol === 'https' || protocol === 'http') url.protocol = `${protocol}:`;
      const host = lastOf(headers.get('x-forwarded-host'));
      if (host !== undefined) setHost(url, host);
    }
    if (client === '') headers.delete(ADDRESS_HEADER);
    else headers.set(ADDRESS_HEADER, client);
    const { method, signal } = request;
    const body = method === 'GET' || method === 'HEAD' ? null : request.body;
    const init = { method, headers, signal, body, ...(body && { duplex: 'half' }) };
    return new Request(url, init as RequestInit);
  };

  /** The last address that no trusted proxy has: what stands before it, anybody may have written. */
  function clientOf(forwarded: string | null, peer: string): string {
    const hops = (forwarded ?? '').split(',').map((hop) => plain(hop.trim()));
    let client = peer;
    for (const hop of hops.reverse()) {
      if (isIP(hop) === 0) break;
      client = hop;
      if (!isTrusted(hop)) break;
    }
    return client;
  }

  function isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && proxies.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}

function listOf(trusted: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of trusted.flatMap((name) => RANGES[name] ?? [name])) {
    const [address = '', bits, ...more] = range.split('/');
    const version = isIP(address);
    const width = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
    if (version === 0 || more.length > 0 || prefix < 0 || prefix > width) {
      throw new ProblemError(
        'misconfigured',
        'The setting TRUSTED_PROXIES must list addresses, ranges such as 10.0.0.0/8, loopback or private.',
      );
    }
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** An IPv4 address without the IPv6 form that sockets of both families have, and without a port. */
function plain(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const [, ipv6, ipv4] = /^\[([^\]]+)\](?::\d+)?$|^(\d+(?:\.\d+){3}):\d+$/.exec(bare) ?? [];
  return ipv6 ?? ipv4 ?? bare;
}

/** The last of a list, which the nearest proxy has written. */
function lastOf(list: string | null): string | undefined {
  const last = list?.split(',').at(-1)?.trim();
  return last === '' ? undefined : last;
}

/**
 * Ignores what is not a host. A URL keeps its port if it is given a host without one, so the port is
 * taken away before.
 */
function setHost(url: URL, host: string): void {
  if (/[/?#@\\]/.test(host) || !URL.canParse(`${url.protocol}//${host}`)) return;
  url.port = '';
  url.host = host;
}
