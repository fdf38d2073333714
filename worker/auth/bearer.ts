/** Finds the token of a request. */
import { cookieOf } from './cookie.ts';

/** A token, and whether it came in a cookie. */
export interface Carried {
  readonly token: string;
  readonly byCookie: boolean;
}

/**
 * The `Authorization: Bearer` token, otherwise the value of the named cookie, if a name is given.
 * Tokens of other schemes are ignored (CVE-2026-47673: Hono's own middleware accepted any scheme). What
 * cannot be a token, such as `Bearer Bearer …`, is returned as it came, so that its refusal says so.
 */
export function tokenOf(request: Request, cookie?: string): Carried | undefined {
  const header = request.headers.get('authorization');
  if (header !== null) {
    const token = /^Bearer +(\S.*)$/i.exec(header)?.[1];
    return token === undefined ? undefined : { token, byCookie: false };
  }
  const token = cookie === undefined ? undefined : cookieOf(request, cookie);
  return token === undefined || token === '' ? undefined : { token, byCookie: true };
}
