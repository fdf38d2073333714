/** Callers that Cloudflare Access has let through. */
import type { Authenticate } from './caller.ts';
import { cookieOf } from './cookie.ts';
import { jwks } from './jwks.ts';

export interface AccessOptions {
  /** `https://TEAM.cloudflareaccess.com` */
  readonly team: string;
  /** The application's AUD tag. */
  readonly audience: string;
  /** @default 'sub'; `email` reads better in keys */
  readonly ownerClaim?: string;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

const HEADER = 'cf-access-jwt-assertion';
const COOKIE = 'CF_Authorization';

/**
 * Verifies what Access adds to each request, so that nobody comes past it by another hostname.
 * https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
 */
export function cloudflareAccess(options: AccessOptions): Authenticate {
  const { team, ...rest } = options;
  return jwks({
    ...rest,
    url: `${team}/cdn-cgi/access/certs`,
    issuer: team,
    carriedBy(request) {
      const token = request.headers.get(HEADER);
      // Access knows a browser by its cookie, whatever header it makes of it.
      const byCookie = cookieOf(request, COOKIE) !== undefined;
      return token === null ? undefined : { token, byCookie };
    },
  });
}
