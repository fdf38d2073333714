/**
 * Walks through all keys of a prefix in many rounds of a few lists each. KV can only list in order, so
 * one owner with a hundred thousand keys would delay all owners after it. Therefore half of the lists
 * start at other points of the owners' hashes, which nobody can choose.
 */
import * as v from 'valibot';
import type { Key, KV } from './kv.ts';

/** Where the next round continues. */
export const Position = v.object({
  cursor: v.exactOptional(v.string()),
  /** Number of the next of `SHARDS` starting points. */
  shard: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type Position = v.InferOutput<typeof Position>;

/** Number of values of the first two digits of an owner's hash. */
export const SHARDS = 256;

/** What one round has listed. */
export interface Walked {
  /** Each key once. */
  readonly keys: readonly Key[];
  /** Where the next round goes on. */
  readonly next: Position;
  /** True where these are all the keys that there are. */
  readonly isAll: boolean;
}

/**
 * Lists the keys of one round. A list that fails costs the round that page and nothing else.
 *
 * @throws what KV throws if every list fails.
 */
export async function walk(
  kv: KV,
  prefix: string,
  position: Position,
  lists: number,
): Promise<Walked> {
  const keys = new Map<string, Key>();
  let pages = 0;
  let failure: { readonly error: unknown } | undefined;
  const take = async (reading: Promise<Page>): Promise<Page | undefined> => {
    try {
      const page = await reading;
      for (const key of page.keys) keys.set(key.name, key);
      pages++;
      return page;
    } catch (error) {
      failure = { error };
      return undefined;
    }
  };
  const onwards = Math.ceil(lists / 2);
  let { cursor, shard } = position;
  let isAtEnd = false;
  for (let count = 0; count < onwards && !isAtEnd; count++) {
    const page = await take(listed(kv, prefix, cursor));
    if (!page) break;
    cursor = page.list_complete ? undefined : page.cursor;
    isAtEnd = cursor === undefined;
  }
  const isAll = position.cursor === undefined && isAtEnd;
  for (let count = onwards; count < lists && !isAll; count++) {
    await take(kv.list({ prefix: prefix + (shard % SHARDS).toString(16).padStart(2, '0') }));
    shard = (shard + 1) % SHARDS;
  }
  if (pages === 0 && failure) throw failure.error;
  const next = { shard, ...(cursor !== undefined && { cursor }) };
  return { keys: [...keys.values()], next, isAll };
}

type Page = Awaited<ReturnType<KV['list']>>;

/** Starts again if KV no longer knows the cursor, which would otherwise stop the walk forever. */
async function listed(kv: KV, prefix: string, cursor: string | undefined): Promise<Page> {
  if (cursor === undefined) return kv.list({ prefix });
  try {
    return await kv.list({ prefix, cursor });
  } catch {
    return kv.list({ prefix });
  }
}

/** The items from a random start, so that the first ones cannot block the others forever. */
export function fromAnywhere<T>(items: readonly T[]): T[] {
  const start = Math.floor(Math.random() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

/** The first item of each owner, then the second of each, and so on. */
export function* inTurn<T>(owners: readonly (readonly T[])[]): Generator<T, undefined> {
  const longest = owners.reduce((maxLength, { length }) => Math.max(maxLength, length), 0);
  for (let index = 0; index < longest; index++) {
    for (const items of owners) {
      const item = items[index];
      if (item !== undefined) yield item;
    }
  }
  return undefined;
}
