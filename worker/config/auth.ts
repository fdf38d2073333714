/** How callers are authenticated, from the Worker's environment. */
import { anonymous, basic, cloudflareAccess, jwks, jwtSecret, type Authenticate } from '../auth.ts';
import { MIN_PASSWORD_LENGTH } from '../auth/basic.ts';
import { tokenSecretsFrom } from './secrets.ts';
import { defined, either, wrong, type Reader } from './read-setting.ts';
import type { SettingName } from './settings.ts';

const KINDS = ['jwt', 'access', 'basic', 'anonymous'] as const;

/**
 * @throws ProblemError `misconfigured` if no setting tells who may call: then the Worker signs
 *   nothing.
 */
export function authFrom(read: Reader): Authenticate {
  const kind = read.choice('AUTH', KINDS);
  switch (kind) {
    case 'jwt':
      return jwtFrom(read);
    case 'access':
      return cloudflareAccess(
        defined({
          team: urlFrom(read, 'ACCESS_TEAM').replace(/\/$/, ''),
          audience: read.needed('ACCESS_AUDIENCE'),
          ownerClaim: read.text('OWNER_CLAIM'),
        }),
      );
    case 'basic':
      return basic({ users: usersFrom(read) });
    case 'anonymous':
      return anonymous({ secrets: tokenSecretsFrom(read) });
    case undefined:
      return wrong('AUTH', `is missing: it must be ${either(KINDS)}`);
  }
}

function jwtFrom(read: Reader): Authenticate {
  const audience = read.list('JWT_AUDIENCE');
  const claims = defined({
    issuer: read.text('JWT_ISSUER'),
    audience: audience.length > 0 ? audience : undefined,
    ownerClaim: read.text('OWNER_CLAIM'),
    leewaySeconds: read.seconds('JWT_LEEWAY'),
    cookie: read.text('JWT_COOKIE'),
  });
  const secret = read.text('JWT_SECRET');
  const keys = read.text('JWT_JWKS_URL');
  if (secret !== undefined && keys !== undefined) {
    return wrong('JWT_SECRET', 'and JWT_JWKS_URL exclude each other: set one');
  }
  if (secret !== undefined) return jwtSecret({ ...claims, secret });
  if (keys === undefined) return wrong('JWT_SECRET', 'is missing: set it, or JWT_JWKS_URL');
  // A provider signs for many apps with the same keys: without an audience, all their users could
  // call.
  if (audience.length === 0) wrong('JWT_AUDIENCE', 'is missing: it must name this app');
  return jwks({ ...claims, url: urlFrom(read, 'JWT_JWKS_URL') });
}

/** Reads `name:password, name:password`. */
function usersFrom(read: Reader): Record<string, string> {
  read.needed('BASIC_USERS', 'it lists name:password');
  const users = read.list('BASIC_USERS').map((pair): [string, string] => {
    const [, user = '', password = ''] = /^([^:]*):(.*)$/.exec(pair) ?? [];
    if (user === '' || password.length < MIN_PASSWORD_LENGTH) {
      wrong(
        'BASIC_USERS',
        `must list name:password, each password of at least ${MIN_PASSWORD_LENGTH} characters`,
      );
    }
    return [user, password];
  });
  if (new Set(users.map(([user]) => user)).size < users.length) {
    wrong('BASIC_USERS', 'names a user twice');
  }
  return Object.fromEntries(users);
}

function urlFrom(read: Reader, name: SettingName): string {
  const text = read.needed(name);
  const { protocol, hostname } = URL.parse(text) ?? {};
  const safe = protocol === 'https:' || (protocol === 'http:' && hostname === 'localhost');
  return safe || hostname === '127.0.0.1' ? text : wrong(name, 'must be an https:// URL');
}
