/** The part of Workers KV that is used. https://developers.cloudflare.com/kv/api/ */
export interface KV {
  get(key: string): Promise<string | null>;
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
