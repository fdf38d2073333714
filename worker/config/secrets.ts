/** Secrets, which must differ: otherwise whoever knows one could forge what another one signs. */
import { wrong, type Reader } from './read-setting.ts';
import type { SettingName } from './settings.ts';

const SECRETS = ['TOKEN_SECRET', 'TOKEN_SECRET_PREVIOUS', 'JWT_SECRET', 'WEBHOOK_SECRET'] as const;

/**
 * The secrets for upload tokens: the current one first, then the previous one, if there is one.
 *
 * @throws ProblemError `misconfigured` if TOKEN_SECRET is missing.
 */
export function tokenSecretsFrom(read: Reader): [string, ...string[]] {
  const secret = read.needed('TOKEN_SECRET', 'set it by `wrangler secret put TOKEN_SECRET`');
  const previous = read.text('TOKEN_SECRET_PREVIOUS');
  return previous === undefined ? [secret] : [secret, previous];
}

/**
 * An upload token sealed with JWT_SECRET would be a valid JWT of its owner, and a message signed
 * with TOKEN_SECRET could be an upload token.
 *
 * @throws ProblemError `misconfigured`, naming both settings.
 */
export function assertDistinctSecrets(read: Reader): void {
  const seen = new Map<string, SettingName>();
  for (const name of SECRETS) {
    for (const value of new Set(read.list(name).concat(read.text(name) ?? []))) {
      const secret = value.replace(/^whsec_/, '');
      const other = seen.get(secret);
      if (secret === '') continue;
      if (other !== undefined && other !== name) wrong(name, `must not be ${other}`);
      seen.set(secret, name);
    }
  }
}
