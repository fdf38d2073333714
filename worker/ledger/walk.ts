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

/** The keys of one round, each once, and where the next round continues. */
export async function walk(
  kv: KV,
  prefix: string,
  position: Position,
  lists: number,
): Promise<{ readonly keys: readonly Key[]; readonly next: Position }> {
  const keys = new Map<string, Key>();
  const take = (page: Page) => {
    for (const key of page.keys) keys.set(key.name, key);
  };
  const onwards = Math.ceil(lists / 2);
  let cursor = position.cursor;
  for (let count = 0; count < onwards; count++) {
    const page = await listed(kv, prefix, cursor);
    take(page);
    cursor = page.list_complete ? undefined : page.cursor;
    if (cursor === undefined) break;
  }
  let { shard } = position;
  const isAll = position.cursor === undefined && cursor === undefined;
  for (let count = onwards; count < lists && !isAll; count++) {
    take(await kv.list({ prefix: prefix + (shard % SHARDS).toString(16).padStart(2, '0') }));
    shard = (shard + 1) % SHARDS;
  }
  return { keys: [...keys.values()], next: { shard, ...(cursor !== undefined && { cursor }) } };
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
