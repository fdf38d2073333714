/** Opens the state that a setting names. */
import { fileURLToPath } from 'node:url';
import { ProblemError } from '../../problem.ts';
import type { LogSink } from '../../util/log.ts';
import { redisState } from './redis.ts';
import { sqliteState } from './sqlite.ts';
import type { SignerState } from './state.ts';

/**
 * Opens `sqlite:FILE`, `file:` URLs, or `redis:`, `rediss:`, `valkey:` and `valkeys:` addresses.
 *
 * @throws ProblemError `misconfigured`, without the password that the address may contain.
 */
export async function openState(
  url: string,
  options: { readonly log?: LogSink } = {},
): Promise<SignerState> {
  const [, scheme = '', rest = ''] = /^([a-z]+):(.*)$/.exec(url) ?? [];
  switch (scheme) {
    case 'sqlite':
      if (rest !== '') return sqliteState(rest.replace(/^\/\/(?=\/)/, ''));
      break;
    case 'file':
      return sqliteState(fileURLToPath(url));
    case 'redis':
    case 'rediss':
    case 'valkey':
    case 'valkeys':
      if (URL.canParse(url)) return redisState(url, options);
  }
  throw new ProblemError(
    'misconfigured',
    'The setting STATE_URL must be sqlite:FILE, such as sqlite:/var/lib/s3-upload/state.sqlite, or an address such as redis://valkey:6379.',
  );
}
