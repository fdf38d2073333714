/** Owners' accounts in Redis, for reservations. */
import { randomUUID } from 'node:crypto';
import { Account, type Asker, type Counted } from '../../policy/reservations.ts';
import { AccountCache } from './account-cache.ts';
import type { Redis } from './redis-client.ts';
import { CHANGE_ACCOUNT } from './redis-scripts.ts';
import { endOf, unavailable, type ChangeAccount } from './stored-reservations.ts';

/** An account as this process last saw it. */
interface Seen {
  /** Names the state that was read; empty if there is no account yet. */
  version: string;
  readonly account: Account;
  /** What has changed since; undefined for an upload that was removed. */
  readonly changes: Map<string, Counted | undefined>;
}

/** The field that holds the version. Ids of uploads are never empty. */
const VERSION = '';
/** Another process has to be faster each time; then something else is wrong. */
const MAX_TRIES = 20;

/**
 * Reads the account, decides, and stores the change if nobody else has changed the account meanwhile;
 * otherwise all over again. Calls of one process wait for each other, so only other processes can
 * interfere.
 */
export function redisAccounts(redis: Redis): ChangeAccount {
  const accounts = new AccountCache<Seen>();
  const turns = new Map<string, Promise<unknown>>();

  return (asker, work) => {
    const turn = (turns.get(asker.owner) ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => change(asker, work));
    turns.set(asker.owner, turn);
    const leave = () => {
      if (turns.get(asker.owner) === turn) turns.delete(asker.owner);
    };
    turn.then(leave, leave);
    return turn;
  };

  async function change<T>({ owner, now }: Asker, work: (account: Account) => T): Promise<T> {
    try {
      for (let tries = 0; tries < MAX_TRIES; tries++) {
        const seen = accounts.get(owner) ?? (await load(owner));
        // Until the change is stored, what is in memory is not what is true.
        accounts.delete(owner);
        seen.account.forget(now);
        const result = work(seen.account);
        if (await store(owner, seen)) {
          accounts.set(owner, seen);
          return result;
        }
      }
    } catch (cause) {
      throw unavailable(cause);
    }
    throw unavailable(new Error('The account was changed by others each time.'));
  }

  async function load(owner: string): Promise<Seen> {
    const stored = await redis.client.hGetAll(redis.key(`account:${owner}`));
    const { [VERSION]: version = '', ...fields } = stored;
    const changes = new Map<string, Counted | undefined>();
    const counted = Object.values(fields).map((text) => JSON.parse(text) as Counted);
    const account = new Account(counted, (id, value) => void changes.set(id, value));
    return { version, account, changes };
  }

  /** @returns false if another process has changed the account. */
  async function store(owner: string, seen: Seen): Promise<boolean> {
    const { changes } = seen;
    const next = changes.size === 0 ? seen.version : randomUUID();
    const fields = [...changes].flatMap(([id, counted]) => [
      id,
      counted === undefined ? '' : JSON.stringify(counted),
    ]);
    const kept = [...changes.values()].flatMap((counted) => (counted ? [endOf(counted)] : []));
    const end = Math.max(0, ...kept);
    const keys = [redis.key(`account:${owner}`)];
    const until = end >= Number.MAX_SAFE_INTEGER ? 'never' : String(end);
    const done = await redis.client.eval(CHANGE_ACCOUNT, {
      keys,
      arguments: [seen.version, next, until, ...fields],
    });
    if (Number(done) !== 1) return false;
    seen.version = next;
    changes.clear();
    return true;
  }
}
