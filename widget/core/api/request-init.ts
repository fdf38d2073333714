import { joinSimpleBody } from '../../../worker/protocol/simple-body.ts';

export interface Contents {
  readonly method: string;
  /** Headers that say who is calling. */
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials: RequestCredentials;
  readonly body?: object | undefined;
  /** Token of the upload that the call is about. */
  readonly token?: string | undefined;
}

/**
 * How `fetch` calls the Worker at `url`. A POST to another origin that needs no headers and no cookies
 * is sent as a simple request. The browser asks for no preflight then, which would take a round trip,
 * and for each upload anew, because its id is in the address.
 */
export function requestInit(
  url: string,
  { method, headers, credentials, body, token }: Contents,
): RequestInit {
  const json = body && JSON.stringify(body);
  // Node has no location, and sends no `Origin`.
  const page = globalThis.location;
  const isSimple =
    method === 'POST' &&
    Object.keys(headers).length === 0 &&
    credentials !== 'include' &&
    page !== undefined &&
    new URL(url, page.href).origin !== page.origin;
  return {
    method,
    headers: {
      // Without it, the Worker answers a request for a link with a redirect to the file.
      Accept: 'application/json',
      ...headers,
      ...(token && !isSimple ? { 'Upload-Token': token } : {}),
      ...(json && !isSimple ? { 'Content-Type': 'application/json' } : {}),
    },
    body: isSimple ? joinSimpleBody(token, json) : (json ?? null),
    credentials,
    // A 410 may be cached (RFC 9110, 15.1), and Chromium keeps that of a proxy for ever. Other methods
    // are never answered from the cache, and Chromium 156 forgets preflights of requests without it.
    ...(method === 'GET' ? { cache: 'no-store' } : {}),
  };
}
