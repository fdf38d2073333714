/**
 * A KV in memory, with a clock that a test sets: what expires is gone. It keeps its keys in order, so
 * that a list costs what it returns, and enforces the limits of Workers KV:
 * https://developers.cloudflare.com/kv/platform/limits/
 */
import type { Key, KV } from '../../worker/ledger/kv.ts';

export interface MemoryKV extends KV {
  getMany(keys: readonly string[]): Promise<ReadonlyMap<string, string | null>>;
  /** What is there now. */
  readonly entries: ReadonlyMap<string, string>;
  /** Operations so far, as `put key`. */
  readonly operations: string[];
  /** Another one with the same keys and values. */
  copy(now: () => number): MemoryKV;
}

interface Stored {
  readonly value: string;
  readonly metadata: unknown;
  readonly expiration: number | undefined;
}

const MAX_KEY_BYTES = 512;
const MAX_METADATA_BYTES = 1024;
const MAX_VALUE_BYTES = 25 * 1024 * 1024;
const MOST_KEYS = 100;

/** @param now milliseconds since the epoch. */
export function memoryKV(now: () => number = Date.now): MemoryKV {
  return kvOf(now, new Map(), new SortedNames());
}

function kvOf(now: () => number, stored: Map<string, Stored>, names: SortedNames): MemoryKV {
  const operations: string[] = [];
  const isLive = ({ expiration = Infinity }: Stored) => expiration * 1000 > now();
  const live = (key: string) => {
    const found = stored.get(key);
    if (found && isLive(found)) return found;
    if (found) remove(key);
    return undefined;
  };
  const remove = (key: string) => {
    if (stored.delete(key)) names.delete(key);
  };

  return {
    operations,
    copy: (clock) => kvOf(clock, new Map(stored), names.copy()),
    get entries() {
      const all = [...stored].filter(([, value]) => isLive(value));
      return new Map(all.map(([key, { value }]) => [key, value]));
    },
    async get(key) {
      operations.push(`get ${key}`);
      assertKey(key);
      return live(key)?.value ?? null;
    },
    async getMany(keys) {
      operations.push(`get ${keys.length} keys`);
      if (keys.length > MOST_KEYS) throw new Error('KV GET failed: 400 Too many keys');
      keys.forEach(assertKey);
      return new Map(keys.map((key) => [key, live(key)?.value ?? null]));
    },
    async put(key, value, { expiration, metadata }) {
      operations.push(`put ${key}`);
      assertKey(key);
      if (expiration !== undefined && expiration * 1000 < now() + 60_000) {
        throw new Error('KV PUT failed: 400 Invalid expiration');
      }
      if (bytesOf(JSON.stringify(metadata ?? null)) > MAX_METADATA_BYTES) {
        throw new Error('KV PUT failed: 413 Metadata too long');
      }
      if (bytesOf(value) > MAX_VALUE_BYTES) throw new Error('KV PUT failed: 413 Value too long');
      if (!stored.has(key)) names.add(key);
      stored.set(key, { value, metadata, expiration });
    },
    async delete(key) {
      operations.push(`delete ${key}`);
      assertKey(key);
      remove(key);
    },
    async list({ prefix, limit = 1000, cursor }) {
      operations.push(`list ${prefix}`);
      const keys: Key[] = [];
      // As KV does: a page of a thousand, and a cursor for what follows it.
      for (const name of names.from(prefix, cursor ?? '')) {
        const found = live(name);
        if (!found) continue;
        if (keys.length === Math.min(limit, 1000)) {
          return { keys, list_complete: false, cursor: keys.at(-1)?.name ?? '' };
        }
        keys.push({ name, metadata: found.metadata });
      }
      return { keys, list_complete: true };
    },
  };
}

/** Names in the order of their UTF-16 units; new ones are sorted in when they are first needed. */
class SortedNames {
  #sorted: string[] = [];
  readonly #added = new Set<string>();
  readonly #deleted = new Set<string>();

  copy(): SortedNames {
    const copied = new SortedNames();
    this.#merge();
    copied.#sorted = this.#sorted;
    return copied;
  }

  add(name: string): void {
    if (!this.#deleted.delete(name)) this.#added.add(name);
  }

  delete(name: string): void {
    if (!this.#added.delete(name)) this.#deleted.add(name);
  }

  /** Those that begin with `prefix` and come after `after`. */
  *from(prefix: string, after: string): Generator<string, undefined> {
    if (this.#added.size > 0) this.#merge();
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const name = sorted[middle] ?? '';
      if (name < prefix || name <= after) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < sorted.length; index++) {
      const name = sorted[index] ?? '';
      if (!name.startsWith(prefix)) return undefined;
      if (!this.#deleted.has(name)) yield name;
    }
    return undefined;
  }

  #merge(): void {
    const added = [...this.#added].sort();
    const merged: string[] = [];
    let next = 0;
    for (const name of this.#sorted) {
      if (this.#deleted.has(name)) continue;
      for (let other = added[next]; other !== undefined && other < name; other = added[++next]) {
        merged.push(other);
      }
      merged.push(name);
    }
    this.#sorted = [...merged, ...added.slice(next)];
    this.#added.clear();
    this.#deleted.clear();
  }
}

function assertKey(key: string): void {
  if (bytesOf(key) > MAX_KEY_BYTES) throw new Error('KV failed: 414 Key too long');
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
