/** State in Redis or Valkey, for several processes. */
import type { KV } from '../../ledger/kv.ts';
import { createLog, type LogSink } from '../../util/log.ts';
import { checkEntry, checkKey, checkKeys } from './kv-limits.ts';
import { pageOf, type Row } from './kv-pages.ts';
import { redisAccounts } from './redis-accounts.ts';
import { connectRedis, type Redis } from './redis-client.ts';
import { LEASE, LIST, PURGE, PUT, RELEASE } from './redis-scripts.ts';
import type { SignerState, StateOptions } from './state.ts';
import { storedReservations } from './stored-reservations.ts';

/** Options of `redisState`. */
export interface RedisOptions extends StateOptions {
  /** All keys start with it, so that several signers can share a server. @default 's3-upload' */
  readonly prefix?: string;
  readonly log?: LogSink;
}

/** Names that one step of a purge forgets, so that other commands do not wait for long. */
const PURGED_AT_ONCE = 1000;

/**
 * Connects to Redis 7 or newer, or to Valkey. It must not evict keys (`maxmemory-policy noeviction`)
 * and should write to disk (`appendonly yes`).
 *
 * @param url such as `redis://user:password@host:6379/0`, or `rediss:` for TLS.
 * @throws ProblemError `misconfigured` if the server does not answer.
 * @example const state = await redisState('redis://valkey:6379');
 */
export async function redisState(url: string, options: RedisOptions = {}): Promise<SignerState> {
  const { now = Date.now, prefix = 's3-upload' } = options;
  const redis = await connectRedis(url, prefix, createLog(options.log));
  const { client } = redis;
  return {
    kv: redisKV(redis, now),
    reservations: storedReservations(redisAccounts(redis)),
    async lease(task, holder, seconds) {
      const keys = [redis.key(`lease:${task}`)];
      const answer = await client.eval(LEASE, {
        keys,
        arguments: [holder, String(Math.ceil(seconds * 1000))],
      });
      return Number(answer) === 1;
    },
    async release(task, holder) {
      await client.eval(RELEASE, { keys: [redis.key(`lease:${task}`)], arguments: [holder] });
    },
    async purge() {
      const step = {
        keys: [redis.key(NAMES), redis.key(EXPIRATIONS)],
        arguments: [redis.key(ENTRY), String(Math.floor(now() / 1000)), String(PURGED_AT_ONCE)],
      };
      while (Number(await client.eval(PURGE, step)) === PURGED_AT_ONCE);
    },
    async ping() {
      await client.ping();
    },
    async close() {
      if (client.isOpen) client.destroy();
    },
  };
}

/** Each entry is a hash, under this and its name. */
const ENTRY = 'entry:';
/** Names of all entries, in order. */
const NAMES = 'names';
/** Names of the entries that expire, by the time when they do. */
const EXPIRATIONS = 'expirations';

function redisKV({ client, key }: Redis, now: () => number): KV {
  const entry = (name: string) => key(ENTRY + checkKey(name));
  const read = async (name: string): Promise<string | null> => client.hGet(entry(name), 'value');
  return {
    async get(name) {
      return read(name);
    },
    async getMany(names) {
      checkKeys(names);
      return new Map(
        await Promise.all(names.map(async (name) => [name, await read(name)] as const)),
      );
    },
    async put(name, value, options) {
      const { metadata, expiration } = checkEntry(value, options, now());
      await client.eval(PUT, {
        keys: [entry(name), key(NAMES), key(EXPIRATIONS)],
        arguments: [name, value, metadata ?? '', String(expiration ?? '')],
      });
    },
    async delete(name) {
      await client
        .multi()
        .del(entry(name))
        .zRem(key(NAMES), name)
        .zRem(key(EXPIRATIONS), name)
        .exec();
    },
    list: (query) =>
      pageOf(query, async (from, limit) => {
        const flat = await client.eval(LIST, {
          keys: [key(NAMES)],
          arguments: [key(ENTRY), `[${from}`, endOf(query.prefix), String(limit)],
        });
        return rowsOf(flat as string[]);
      }),
  };
}

/** No name contains the byte 0xff, because names are UTF-8. */
function endOf(prefix: string): Buffer {
  return Buffer.concat([Buffer.from(`(${prefix}`), Buffer.of(0xff)]);
}

function rowsOf(flat: readonly string[]): Row[] {
  return Array.from({ length: flat.length / 2 }, (_, index) => ({
    name: flat[2 * index] ?? '',
    metadata: flat[2 * index + 1] || null,
  }));
}
