/** HTTP Basic authentication, for scripts and the smallest clients. */
import { timingSafeEqual } from 'hono/utils/buffer';
import { sha256Hex } from '../util/digest.ts';
import { base64ToBytes } from '../protocol/util/encoding.ts';
import type { Authenticate } from './caller.ts';

/** Options of `basic`. */
export interface BasicOptions {
  /** Passwords by user. A user is the owner of what is uploaded with the name. */
  readonly users: Readonly<Record<string, string>>;
}

/** At least this many characters: nothing here slows a guesser down but the rate limit. */
export const MIN_PASSWORD_LENGTH = 16;

/**
 * Callers who send a name and a password, in UTF-8, with each request.
 * https://www.rfc-editor.org/rfc/rfc7617
 *
 * A refusal does not ask for `Basic`, so that no browser shows its own dialog. Should a browser know
 * the password all the same, it would also send it with requests that other sites cause: those that
 * do not name an origin, which the app checks, are refused here.
 */
export function basic({ users }: BasicOptions): Authenticate {
  const passwords = new Map(Object.entries(users));
  return async ({ headers }) => {
    const isFromElsewhere = /^(cross-site|same-site)$/.test(headers.get('sec-fetch-site') ?? '');
    if (isFromElsewhere && !headers.get('origin')) return undefined;
    const credentials = credentialsOf(headers.get('authorization') ?? '');
    if (!credentials) return undefined;
    const { user, password } = credentials;
    const expected = passwords.get(user);
    // An unknown user takes as long as a wrong password.
    const matches = await timingSafeEqual(password, expected ?? '', sha256Hex);
    return expected !== undefined && matches ? { owner: user } : undefined;
  };
}

function credentialsOf(header: string): { user: string; password: string } | undefined {
  const encoded = /^Basic +([\w+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      base64ToBytes(encoded),
    );
    const colon = text.indexOf(':');
    return colon > 0 ? { user: text.slice(0, colon), password: text.slice(colon + 1) } : undefined;
  } catch {
    return undefined;
  }
}
