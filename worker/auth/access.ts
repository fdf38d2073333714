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
 * Verifies the token that Access adds to each request, so that nobody can bypass Access through
 * another hostname.
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
      // Access identifies a browser by its cookie, even though it also sends the token in a header.
      const byCookie = cookieOf(request, COOKIE) !== undefined;
      return token === null ? undefined : { token, byCookie };
    },
  });
}
