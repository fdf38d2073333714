/** Anyone may call; browsers are told apart, people are not identified. */
import type { Authenticate } from './caller.ts';
import { sha256Hex } from '../digest.ts';
import { cookieOf } from './cookie.ts';

const CLIENT_COOKIE = 's3-upload-client';
const CLIENT_HEADER = 'client-id';
/** 128 bits or more, in hex, base64url or as a UUID. */
const CLIENT_ID = /^[A-Za-z0-9_-]{22,64}$/;
/** What browsers allow a cookie at most: https://www.rfc-editor.org/rfc/rfc6265 and Chromium's cap. */
const COOKIE_SECONDS = 400 * 86_400;

/**
 * Anyone may call. A browser is known again by a random id of its own: a cookie that the Worker
 * sets for pages of its own origin, or a `Client-Id` header that a page may send. It separates
 * people, so that nobody lists or fetches what another has uploaded; it does not identify them. A
 * caller with neither is a new one each time, who can go on with an upload by its token only.
 */
export function anonymous(): Authenticate {
  return async (request) => {
    const known = request.headers.get(CLIENT_HEADER) ?? cookieOf(request, CLIENT_COOKIE);
    if (known !== undefined && CLIENT_ID.test(known)) {
      return { owner: await anonymousOwner(known), anonymous: true };
    }
    const fresh = crypto.randomUUID();
    return {
      owner: await anonymousOwner(fresh),
      anonymous: true,
      cookie: cookieFor(request, fresh),
    };
  };
}

/** The id is a secret of its browser; the owner appears in keys. */
async function anonymousOwner(id: string): Promise<string> {
  return `anonymous-${(await sha256Hex(id)).slice(0, 20)}`;
}

function cookieFor(request: Request, id: string): string {
  const secure = new URL(request.url).protocol === 'https:' ? '; Secure' : '';
  return `${CLIENT_COOKIE}=${id}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
}
