/** Pages of a list: where one begins, and how it continues. */
import type { Key, KV } from '../../ledger/kv.ts';
import { checkLimit } from './kv-limits.ts';

type Query = Parameters<KV['list']>[0];
type Page = Awaited<ReturnType<KV['list']>>;

/** A key with its metadata as JSON, as a database stores it. */
export interface Row {
  readonly name: string;
  readonly metadata: string | null;
}

/**
 * One page of the keys that start with a prefix, in the order of their bytes.
 *
 * @param read returns at most `limit` rows in that order, beginning with `from`. Those after the prefix
 *   are ignored.
 */
export async function pageOf(
  { prefix, limit, cursor }: Query,
  read: (from: string, limit: number) => readonly Row[] | Promise<readonly Row[]>,
): Promise<Page> {
  const size = checkLimit(limit);
  // One more row tells whether there is another page.
  const rows = await read(startOf(prefix, cursor), size + 1);
  const own = rows.filter(({ name }) => name.startsWith(prefix));
  const keys = own.slice(0, size).map(keyOf);
  const last = keys.at(-1);
  if (own.length <= size || last === undefined) return { keys, list_complete: true };
  return { keys, list_complete: false, cursor: Buffer.from(last.name).toString('base64url') };
}

/** The first name that may be on the page. A cursor of another list starts at the beginning. */
function startOf(prefix: string, cursor: string | null | undefined): string {
  if (!cursor) return prefix;
  const last = Buffer.from(cursor, 'base64url').toString();
  // Nothing stands between a name and the same name with a zero character after it.
  return last.startsWith(prefix) ? `${last}\0` : prefix;
}

function keyOf({ name, metadata }: Row): Key {
  return metadata === null ? { name } : { name, metadata: JSON.parse(metadata) as unknown };
}
