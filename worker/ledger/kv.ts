/** The part of Workers KV that is used. https://developers.cloudflare.com/kv/api/ */
export interface KV {
  get(key: string): Promise<string | null>;
  /** Reads up to a hundred keys in one operation, where the store can. */
  getMany?(keys: readonly string[]): Promise<ReadonlyMap<string, string | null>>;
  put(
    key: string,
    value: string,
    options: { expiration?: number; metadata?: unknown },
  ): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix: string; limit?: number; cursor?: string | null }): Promise<{
    readonly keys: readonly Key[];
    readonly list_complete: boolean;
    readonly cursor?: string;
  }>;
}

/** A key as a list shows it. */
export interface Key {
  readonly name: string;
  readonly metadata?: unknown;
}

/** All keys of a prefix, in order. */
export async function allKeys(kv: KV, prefix: string): Promise<Key[]> {
  const keys: Key[] = [];
  let cursor: string | undefined;
  do {
    const page = await kv.list({ prefix, cursor: cursor ?? null });
    keys.push(...page.keys);
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor !== undefined);
  return keys;
}

/** https://developers.cloudflare.com/kv/api/read-key-value-pairs/#request-multiple-keys-with-the-get-method */
export const MOST_AT_ONCE = 100;

/** The values of at most a hundred keys, in one operation where the store can. */
export async function readMany(
  kv: KV,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  if (keys.length === 0) return new Map();
  if (kv.getMany && keys.length > 1) return kv.getMany(keys);
  return new Map(await Promise.all(keys.map(async (key) => [key, await kv.get(key)] as const)));
}

/** The part of a KV binding that `withBulkReads` uses. */
interface Binding extends Omit<KV, 'get' | 'getMany'> {
  get(key: string | readonly string[]): Promise<unknown>;
}

/** A binding of Workers KV as a `KV` that reads many keys in one operation. */
export function withBulkReads(binding: KV): KV {
  if (binding.getMany) return binding;
  const bulk = binding as unknown as Binding;
  const single: KV = {
    get: (key) => binding.get(key),
    put: (key, value, options) => binding.put(key, value, options),
    delete: (key) => binding.delete(key),
    list: (options) => binding.list(options),
  };
  return {
    ...single,
    async getMany(keys) {
      try {
        const values = await bulk.get(keys);
        if (values instanceof Map) return values as Map<string, string | null>;
      } catch {
        // Either KV fails, and then each read does, or this is an adapter that refuses a list.
      }
      // Not Workers KV, but an adapter with its four methods.
      return readMany(single, keys);
    },
  };
}
