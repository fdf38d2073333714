/**
 * Walks through all keys of a prefix over many rounds, a few lists each. A place of KV cannot be
 * jumped to, so one owner with a hundred thousand keys would keep all behind it waiting: half of the
 * lists therefore start at other points of the owners' hashes, which nobody can choose.
 */
import * as v from 'valibot';
import type { Key, KV } from './kv.ts';

/** Where the next round goes on. */
export const Position = v.object({
  cursor: v.exactOptional(v.string()),
  /** The next of `SHARDS` starting points. */
  shard: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export type Position = v.InferOutput<typeof Position>;

/** Two digits of an owner's hash. */
export const SHARDS = 256;

/** The keys of one round, each once, and where the next one goes on. */
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

/** From the beginning where KV does not know the cursor any more: it would stop the walk for good. */
async function listed(kv: KV, prefix: string, cursor: string | undefined): Promise<Page> {
  if (cursor === undefined) return kv.list({ prefix });
  try {
    return await kv.list({ prefix, cursor });
  } catch {
    return kv.list({ prefix });
  }
}

/** Beginning at a point of chance: otherwise the first ones could block the others for good. */
export function fromAnywhere<T>(items: readonly T[]): T[] {
  const start = Math.floor(Math.random() * items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}

/** The first of each, then the second of each, and so on. */
export function* inTurn<T>(owners: readonly (readonly T[])[]): Generator<T, undefined> {
  const longest = owners.reduce((most, { length }) => Math.max(most, length), 0);
  for (let index = 0; index < longest; index++) {
    for (const items of owners) {
      const item = items[index];
      if (item !== undefined) yield item;
    }
  }
  return undefined;
}
