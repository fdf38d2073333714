/** A KV in memory, with a clock that a test sets: what expires is gone. */
import type { KV } from '../../worker/ledger/kv.ts';

export interface MemoryKV extends KV {
  /** What is there now. */
  readonly entries: ReadonlyMap<string, string>;
  /** Operations so far, as `put key`. */
  readonly operations: string[];
}

interface Stored {
  readonly value: string;
  readonly metadata: unknown;
  readonly expiration: number | undefined;
}

/** @param now milliseconds since the epoch. */
export function memoryKV(now: () => number = Date.now): MemoryKV {
  const stored = new Map<string, Stored>();
  const operations: string[] = [];
  const live = () =>
    [...stored].filter(([, { expiration = Infinity }]) => expiration * 1000 > now());

  return {
    operations,
    get entries() {
      return new Map(live().map(([key, { value }]) => [key, value]));
    },
    async get(key) {
      operations.push(`get ${key}`);
      return new Map(live()).get(key)?.value ?? null;
    },
    async put(key, value, { expiration, metadata }) {
      operations.push(`put ${key}`);
      if (expiration !== undefined && expiration * 1000 < now() + 60_000) {
        throw new Error('KV PUT failed: 400 Invalid expiration');
      }
      stored.set(key, { value, metadata, expiration });
    },
    async delete(key) {
      operations.push(`delete ${key}`);
      stored.delete(key);
    },
    async list({ prefix }) {
      operations.push(`list ${prefix}`);
      const keys = live()
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, { metadata }]) => ({ name, metadata }));
      keys.sort((one, other) => (one.name < other.name ? -1 : 1));
      return { keys, list_complete: true };
    },
  };
}
