/** Where a request carries its JWT. */
import { cookieOf } from './cookie.ts';

/** A token and how it came. */
export interface Carried {
  readonly token: string;
  readonly byCookie: boolean;
}

/**
 * The `Authorization: Bearer` token, else the cookie of this name, if one is named. Another scheme
 * is no token (CVE-2026-47673: Hono's own middleware once took any).
 */
export function tokenOf(request: Request, cookie?: string): Carried | undefined {
  const header = request.headers.get('authorization');
  if (header !== null) {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
    return token === undefined ? undefined : { token, byCookie: false };
  }
  const token = cookie === undefined ? undefined : cookieOf(request, cookie);
  return token === undefined || token === '' ? undefined : { token, byCookie: true };
}
