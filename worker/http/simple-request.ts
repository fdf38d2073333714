/**
 * Takes JSON as `text/plain` from pages, so that they need no preflight: it costs a round trip and
 * another request to the Worker for each address that a page calls.
 *
 * A preflight keeps pages of other sites from acting with credentials that the browser adds by itself.
 * Here the gate does that: browsers send `Origin` with each POST to another origin, and a page that is
 * not on the list has been refused before. In addition, no request is taken that has a cookie or a
 * password, which browsers add by themselves, whatever its origin, and none without an `Origin`.
 */
import type { SignerHandler } from '../context.ts';
import { splitSimpleBody, TOKEN_HEADER } from '../protocol/simple-body.ts';
import { readText, typeOf } from './body.ts';

/** The largest JSON that a route takes, and the token before it. */
const MAX_BYTES = 2 * 1024 * 1024 + 8192;

/** Gives the following routes the JSON with its own content type, and the token in its header. */
export function simpleRequests(): SignerHandler {
  return async (c, next) => {
    const { raw } = c.req;
    const isSimple = typeOf(raw) === 'text/plain' && !raw.headers.has(TOKEN_HEADER);
    const isOfBrowser = raw.headers.has('cookie') || !isBearer(raw.headers.get('authorization'));
    if (isSimple && raw.headers.has('origin') && !isOfBrowser) {
      c.req.raw = await asJson(raw);
    }
    return next();
  };
}

/** Browsers keep passwords for Basic and other schemes, and never a bearer token. */
function isBearer(authorization: string | null): boolean {
  return authorization === null || /^bearer /i.test(authorization);
}

async function asJson(raw: Request): Promise<Request> {
  const { token, json } = splitSimpleBody(await readText(raw, MAX_BYTES));
  const headers = new Headers(raw.headers);
  headers.set('content-type', 'application/json');
  headers.delete('content-length');
  // An invalid value would throw: no token has line breaks or characters beyond ASCII.
  if (token !== '') headers.set(TOKEN_HEADER, /^[\w.-]+$/.test(token) ? token : 'invalid');
  return new Request(raw.url, { method: raw.method, headers, body: json === '' ? null : json });
}
