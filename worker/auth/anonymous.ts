/** Anyone may call; browsers are told apart, people are not identified. */
import type { Authenticate } from './caller.ts';
import { sha256Hex } from '../digest.ts';
import { keyedHex } from '../subkeys.ts';
import { cookieOf } from './cookie.ts';

export interface AnonymousOptions {
  /** The signer's `tokenSecrets`: the first signs identities, the others still verify them. */
  readonly secrets: readonly [string, ...string[]];
}

/**
 * Holds a signed identity: of an answer for a caller that is new, and of the requests of a page that
 * cookies do not reach. Its name is one that logs redact:
 * https://developers.cloudflare.com/workers/observability/logs/tail-workers/
 */
export const IDENTITY_HEADER = 'anonymous-token';
const COOKIE = 's3-upload-client';
/** What browsers allow a cookie at most: https://www.rfc-editor.org/rfc/rfc6265 and Chromium's cap. */
const COOKIE_SECONDS = 400 * 86_400;
/** A UUID of the Worker's, and the 128 bits that sign it. */
const IDENTITY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-f]{32})$/;

/**
 * Anyone may call. A browser is known again by an identity that the Worker makes and signs: in a
 * cookie for pages of its own site, or in an `Anonymous-Token` header that a page sends back. Nobody
 * can make one up, so none can be planted that its maker knows as well, other than by whoever
 * controls the page: over https the cookie is `__Host-`, which no other host can set. The identity
 * separates callers, so that nobody lists or fetches what another has uploaded; it does not identify
 * people. A caller without one is a new one each time, who can continue an upload by its token only.
 */
export function anonymous({ secrets }: AnonymousOptions): Authenticate {
  return async (request) => {
    const byHeader = request.headers.get(IDENTITY_HEADER);
    const byCookie = byHeader === null;
    const sent = byHeader ?? cookieOf(request, cookieName(request));
    const known = sent === undefined ? undefined : await verified(sent, secrets);
    if (known?.isCurrent) return { owner: await anonymousOwner(known.id), anonymous: true };
    const id = known?.id ?? crypto.randomUUID();
    const identity = await sealed(id, secrets[0]);
    return {
      owner: await anonymousOwner(id),
      anonymous: true,
      identity,
      ...(byCookie && { cookie: cookieFor(request, identity) }),
    };
  };
}

async function sealed(id: string, secret: string): Promise<string> {
  return `${id}.${await keyedHex(secret, 'anonymous identity', id, 32)}`;
}

/** The id of an identity that one of the secrets has signed, and whether it was the first. */
async function verified(
  identity: string,
  secrets: AnonymousOptions['secrets'],
): Promise<{ readonly id: string; readonly isCurrent: boolean } | undefined> {
  const id = IDENTITY.exec(identity)?.[1];
  if (id === undefined) return undefined;
  for (const [index, secret] of secrets.entries()) {
    if (isSame(await sealed(id, secret), identity)) return { id, isCurrent: index === 0 };
  }
  return undefined;
}

/** In a time that does not tell where they differ. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}

/** The identity is a secret of its browser; the owner appears in keys. */
async function anonymousOwner(id: string): Promise<string> {
  return `anonymous-${(await sha256Hex(id)).slice(0, 20)}`;
}

/** https://www.rfc-editor.org/rfc/rfc6265bis#name-the-__host-prefix; `http:` is for localhost. */
function cookieName(request: Request): string {
  return new URL(request.url).protocol === 'https:' ? `__Host-${COOKIE}` : COOKIE;
}

function cookieFor(request: Request, identity: string): string {
  const name = cookieName(request);
  const secure = name === COOKIE ? '' : '; Secure';
  return `${name}=${identity}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure}`;
}
