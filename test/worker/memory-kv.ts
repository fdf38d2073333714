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
  const isLive = ({ expiration = Infinity }: Stored) => expiration * 1000 > now();
  const live = () => [...stored].filter(([, value]) => isLive(value));

  return {
    operations,
    get entries() {
      return new Map(live().map(([key, { value }]) => [key, value]));
    },
    async get(key) {
      operations.push(`get ${key}`);
      const found = stored.get(key);
      return found && isLive(found) ? found.value : null;
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
    async list({ prefix, limit = 1000, cursor }) {
      operations.push(`list ${prefix}`);
      const keys = live()
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, { metadata }]) => ({ name, metadata }));
      keys.sort((one, other) => (one.name < other.name ? -1 : 1));
      // As KV does: a page of a thousand, and a cursor for what follows it.
      const rest = keys.filter(({ name }) => name > (cursor ?? ''));
      const page = rest.slice(0, limit);
      if (page.length === rest.length) return { keys: page, list_complete: true };
      return { keys: page, list_complete: false, cursor: page.at(-1)?.name ?? '' };
    },
  };
}
