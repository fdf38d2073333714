/** Counts operations on KV, of which one invocation of a Worker has a limited number. */
import type { KV } from '../ledger/kv.ts';

/** How many operations are left. Going below zero is possible: who works asks before each step. */
export interface Meter {
  left: number;
}

/**
 * The same store; each operation takes one from `meter`. A bulk read is one operation:
 * https://developers.cloudflare.com/kv/platform/limits/
 */
export function metered(kv: KV, meter: Meter): KV {
  const counted = <T>(operation: Promise<T>): Promise<T> => {
    meter.left -= 1;
    return operation;
  };
  return {
    get: (key) => counted(kv.get(key)),
    put: (key, value, options) => counted(kv.put(key, value, options)),
    delete: (key) => counted(kv.delete(key)),
    list: (options) => counted(kv.list(options)),
    ...(kv.getMany && { getMany: (keys) => counted(many(kv, keys)) }),
  };
}

function many(kv: KV, keys: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
  return kv.getMany?.(keys) ?? Promise.resolve(new Map());
}
