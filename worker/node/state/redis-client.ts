/** The connection to Redis or Valkey. */
import type { RedisClientType } from '@redis/client';
import { ProblemError } from '../../problem.ts';
import type { Log } from '../../util/log.ts';

/** A client, and the names that it uses. */
export interface Redis {
  readonly client: RedisClientType;
  /** The key of this name. All keys are in one slot of a cluster, because scripts change several. */
  key(name: string): string;
}

/** How long the server may take to answer at the start. Later the client tries again without end. */
const START_MS = 10_000;
/** Sent while nothing else is, so that a server that has gone silently is noticed. */
const PING_MS = 3000;
const SILENCE_MS = 10_000;
const MAX_RETRY_MS = 1000;

/**
 * Connects. While the server is away, commands fail at once and do not wait, so that a page is told to
 * try again.
 *
 * @throws ProblemError `misconfigured` if the server does not answer at the start.
 */
export async function connectRedis(url: string, prefix: string, log: Log): Promise<Redis> {
  const { createClient } = await import('@redis/client').catch((cause: unknown) => {
    throw new ProblemError(
      'misconfigured',
      'State in Redis or Valkey needs one more package: npm install @redis/client',
      { cause },
    );
  });
  let wasReady = false;
  const client: RedisClientType = createClient({
    url: url.replace(/^valkey(s?):/, 'redis$1:'),
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: START_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries, cause) =>
        wasReady ? Math.min(50 * 2 ** retries, MAX_RETRY_MS) : cause,
    },
  });
  let isAway = false;
  client.on('error', (error: unknown) => {
    if (!isAway && wasReady) log.error('state_away', { error });
    isAway = true;
  });
  client.on('ready', () => {
    if (isAway && wasReady) log.info('state_back');
    isAway = false;
    wasReady = true;
  });
  try {
    await client.connect();
  } catch (cause) {
    throw new ProblemError('misconfigured', refusalOf(url, cause), { cause });
  }
  return { client, key: (name) => `{${prefix}}:${name}` };
}

/** Without the password that the address may contain. */
function refusalOf(url: string, cause: unknown): string {
  const host = URL.parse(url)?.host ?? 'the address';
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause);
  return `Redis or Valkey at ${host} cannot be used: ${reason}.`;
}
