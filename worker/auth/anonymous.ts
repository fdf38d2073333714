/** Anyone may call. Browsers are told apart; people are not identified. */
import type { Authenticate } from './caller.ts';
import { sha256Hex } from '../util/digest.ts';
import { keyedHex } from '../util/subkeys.ts';
import { cookieOf } from './cookie.ts';

export interface AnonymousOptions {
  /** The signer's `tokenSecrets`: the first signs identities, the others still verify them. */
  readonly secrets: readonly [string, ...string[]];
}

/**
 * Contains a signed identity, in the answer to a new caller and in the requests of pages whose
 * cookies do not reach the Worker. Logs redact headers of this name:
 * https://developers.cloudflare.com/workers/observability/logs/tail-workers/
 */
export const IDENTITY_HEADER = 'anonymous-token';
const COOKIE = 's3-upload-client';
/** Longest lifetime of a cookie that Chromium allows. https://www.rfc-editor.org/rfc/rfc6265 */
const COOKIE_SECONDS = 400 * 86_400;
/** A UUID made by the Worker, and the 128 bits that sign it. */
const IDENTITY = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([0-9a-f]{32})$/;

/**
 * Anyone may call. The Worker makes and signs an identity for each browser, and recognises it in a
 * cookie (pages of its own site) or in an `Anonymous-Token` header that the page sends back.
 * Identities cannot be forged, so an attacker cannot plant one that they know as well, unless they
 * control the page: over https the cookie is `__Host-`, which no other host can set. The identity
 * separates callers, so that nobody lists or fetches another caller's uploads; it does not identify
 * people. A caller without an identity is new each time and can continue an upload only by its
 * token.
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

/**
 * The id of an identity that one of the secrets has signed, and whether the first secret signed it.
 */
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

/** Compares in constant time. */
function isSame(one: string, other: string): boolean {
  let difference = one.length ^ other.length;
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at);
  return difference === 0;
}

/**
 * The owner is a hash, because the owner appears in keys and the identity is a secret of its
 * browser.
 */
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
